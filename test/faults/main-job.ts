import type { ApiClient } from '../../src/tools/local/api-client.js';
import { projected } from '../../src/tools/local/read-model-progress.js';
import { missingCustomers } from '../../src/tools/demo/data/sample-accounts.js';
import { latePrice } from '../../src/tools/demo/data/sample-catalog.js';
import { SAMPLE_SOURCES } from '../../src/tools/demo/data/sample-mappings.js';
import { SampleUsage, unknownServiceIds, type SampleService } from '../../src/tools/demo/data/sample-usage.js';
import { Insistence } from './insistence.js';
import { MonthJob } from './month-job.js';
import type { ServerLife } from './server-life.js';

export const ACCOUNTS = 200;

/** The read model that is rebuilt: the largest. */
const REBUILT = 'monetized-usage';

export const STEPS = [
  ...(['take in', 'heal', 'aggregate', 'send', 'learn invoices'] as const),
  ...(['second pass', 'propose', 'commit', 'close cycles', 'take late', 'bill corrections'] as const),
  'rebuild',
] as const;
export type StepName = (typeof STEPS)[number];

interface Batch {
  readonly batchId: string;
  readonly status: string;
  readonly completed: number;
  readonly invoiced: number;
}

/**
 * The main job of Retally in steps that each end at rest. Every command has a key of its own, the same in every life, so
 * that what is derived from it is the same too; and each step asks again until it is done, whatever dies meanwhile.
 */
export class MainJob {
  private readonly insistence: Insistence;
  private readonly month: MonthJob;

  constructor(
    life: Pick<ServerLife, 'ask'>,
    private readonly sandbox: ApiClient,
    /** Of each of the two files of the sample. */
    private readonly records: number,
  ) {
    this.insistence = new Insistence(life);
    this.month = new MonthJob(this.insistence);
  }

  async run(step: StepName): Promise<void> {
    switch (step) {
      case 'take in':
        // Balances of calls and of data are apart, so the order of the two files among each other changes no price.
        return this.takeIn(['voice', 'data'], await this.month.upload());
      case 'heal':
        return this.heal();
      case 'aggregate':
        return this.aggregate();
      case 'send':
        return this.send();
      case 'learn invoices':
        return this.learnInvoices();
      case 'second pass':
        return this.month.secondPass();
      case 'propose':
        return this.month.propose();
      case 'commit':
        return this.month.commit();
      case 'close cycles':
        return this.month.closeCycles();
      case 'take late':
        return this.month.takeLate();
      case 'bill corrections':
        await this.aggregate('corrections');
        await this.send('corrections');
        return this.learnInvoices('corrections');
      case 'rebuild':
        return this.rebuild();
    }
  }

  /** @param others files that are uploaded already. */
  async takeIn(services: readonly SampleService[], others: readonly string[] = []): Promise<void> {
    const fileIds = [...others];
    for (const service of services) fileIds.push(await this.upload(service));
    await this.insistence.rated(fileIds);
  }

  private async upload(service: SampleService): Promise<string> {
    const sample = new SampleUsage({ service, records: this.records, accounts: ACCOUNTS, seed: 7 });
    const file = new Blob([...sample.pieces()]);
    const fields = { ...SAMPLE_SOURCES[service] };
    const headers = { 'idempotency-key': `upload-${service}` };
    const { fileId } = await this.insistence.ask((api) =>
      api.upload<{ fileId: string }>('/v1/usage-files', file, sample.fileName, fields, headers),
    );
    return fileId;
  }

  private async heal(): Promise<void> {
    await this.insistence.command(
      '/v1/feeds/accounts',
      missingCustomers(unknownServiceIds('MOBILE'), unknownServiceIds('AI')),
    );
    const { priceOfferId, body } = latePrice();
    const headers = { 'idempotency-key': 'late-price' };
    await this.insistence.ask((api) => api.put(`/v1/price-offers/${priceOfferId}/pricing`, body, headers));
    for (const errorCode of ['SERVICE_NOT_FOUND', 'PRICING_NOT_CONFIGURED']) {
      const reason = 'The cause was fixed';
      const asked = { selection: { errorCode }, reason };
      const { reprocessId } = await this.insistence.command<{ reprocessId: string }>(
        '/v1/suspense/reprocesses',
        asked,
        `reprocess-${errorCode}`,
      );
      const path = `/v1/suspense/reprocesses/${reprocessId}`;
      await this.insistence.until(path, (api) => api.get<{ status: string }>(path), 'COMPLETED');
    }
  }

  private async aggregate(what = 'usage'): Promise<void> {
    const asked = { reason: 'Bill it' };
    const key = `aggregate-${what}`;
    const { runId } = await this.insistence.command<{ runId: string }>('/v1/aggregations', asked, key);
    await this.insistence.until(
      `run ${runId}`,
      (api) => api.get<{ status: string }>(`/v1/aggregations/${runId}`),
      'COMPLETED',
      'FAILED',
    );
  }

  /** What stays in doubt is looked up by the next send: an operator would ask again too. */
  private async send(what = 'usage'): Promise<void> {
    for (let sends = 1; sends <= 10; sends += 1) {
      const { sendId } = await this.insistence.command<{ sendId: string }>(
        '/v1/billing-batches/sends',
        { reason: 'Send it' },
        `send-${what}-${sends}`,
      );
      await this.atRest(`send ${sendId}`);
      const batches = await this.batches();
      if (batches.length > 0 && batches.every(({ status }) => status === 'COMPLETE')) return;
    }
    const unsent = (await this.batches()).filter(({ status }) => status !== 'COMPLETE');
    throw new Error(`Not everything could be sent: ${JSON.stringify(unsent)}`);
  }

  private async learnInvoices(what = 'usage'): Promise<void> {
    await this.sandbox.post('/sandbox/invoice-run', {});
    await this.insistence.command('/v1/invoice-lines/polls', { reason: 'Learn the invoice lines' }, `poll-${what}`);
    await this.insistence.settled('the invoice lines', async () => {
      const batches = await this.batches();
      return batches.every(({ completed, invoiced }) => completed === invoiced);
    });
  }

  private async rebuild(): Promise<void> {
    const { position } = await this.insistence.command<{ position: number }>('/v1/replays', { readModel: REBUILT });
    await this.insistence.settled(`the rebuild of ${REBUILT}`, async () => {
      const replay = await this.insistence.ask((api) =>
        api.get<{ state: string; position: number; rebuiltAt?: string; error?: string }>(`/v1/replays/${REBUILT}`),
      );
      if (replay.state === 'STOPPED') throw new Error(`${REBUILT} has stopped: ${replay.error ?? ''}`);
      return replay.state === 'RUNNING' && replay.rebuiltAt !== undefined && replay.position >= position;
    });
  }

  private async batches(): Promise<Batch[]> {
    return this.insistence.ask(async (api) => {
      const batches: Batch[] = [];
      for await (const batch of api.all<Batch>('/v1/billing-batches', { status: 'all' })) batches.push(batch);
      return batches;
    });
  }

  /** Until the batches stay as they are: all complete, or no call under way for a while. Seen by caught-up read models. */
  private async atRest(what: string): Promise<void> {
    let before = '';
    let quiet = 0;
    await this.insistence.settled(what, async () => {
      await this.insistence.ask((api) => projected(api, 60_000));
      const batches = await this.batches();
      if (batches.length > 0 && batches.every(({ status }) => status === 'COMPLETE')) return true;
      const now = JSON.stringify(batches);
      quiet = now === before && !batches.some(({ status }) => status === 'INCOMPLETE') ? quiet + 1 : 0;
      before = now;
      return quiet >= 100;
    });
  }
}
