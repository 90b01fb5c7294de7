import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import { READ_MODELS, type ReadModels } from '../../../shared/read-models/read-models.port.js';
import { Metrics } from '../../../shared/telemetry/metrics.js';
import { suspendedRecords } from '../projections/suspense.collections.js';

/** Money that waits for somebody: how many records are open, for alarms. */
@Injectable()
export class SuspenseMeter {
  constructor(
    @Inject(Metrics) metrics: Metrics,
    @Inject(READ_MODELS) readModels: ReadModels,
    @Inject(CONFIG) config: Config,
  ) {
    metrics.register({
      name: 'retally_suspense_open_records',
      help: 'Suspended records that nothing is under way for.',
      labels: ['tenant'],
      collect: () => Promise.all(config.tenants.map((tenant) => open(readModels, tenant))),
    });
  }
}

async function open(readModels: ReadModels, tenant: string) {
  const where = [{ field: 'status', op: 'eq' as const, value: 'OPEN' }];
  return { labels: { tenant }, value: await readModels.count(suspendedRecords, { tenant, where }) };
}
