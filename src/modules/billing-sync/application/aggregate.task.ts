import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import type { RoleTask } from '../../../shared/runtime/role-task.js';
import type { Aggregator } from './aggregator.js';
import { AGGREGATION } from './billing-streams.js';

/**
 * Finishes aggregation runs as they are asked for, and at start the one a crash interrupted. It needs no saved
 * position: the aggregation streams are short, and a finished run is finished.
 */
export class AggregateTask implements RoleTask {
  readonly name = 'aggregate';
  readonly role = 'sync';

  constructor(
    private readonly store: EventStore,
    private readonly aggregator: Aggregator,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const open = new Set<string>();
    for await (const delivery of this.store.subscribe({ after: 0, filter: { categories: [AGGREGATION] }, signal })) {
      if (delivery.kind === 'event') {
        const { tenant } = parseStreamName(delivery.event.stream);
        if (delivery.event.type === 'AggregationRequested.v1') open.add(tenant);
        else open.delete(tenant);
        continue;
      }
      if (!delivery.caughtUp) continue;
      for (const tenant of open) {
        await this.aggregator.finish(tenant, signal);
        if (signal.aborted) return;
      }
      open.clear();
    }
  }
}
