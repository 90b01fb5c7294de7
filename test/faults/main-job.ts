import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from '../../src/tools/local/api-client.js';
import { projected } from '../../src/tools/local/read-model-progress.js';
import { missingCustomers } from '../../src/tools/demo/data/sample-accounts.js';
import { latePrice } from '../../src/tools/demo/data/sample-catalog.js';
import { SAMPLE_SOURCES } from '../../src/tools/demo/data/sample-mappings.js';
import { SampleUsage, unknownServiceIds, type SampleService } from '../../src/tools/demo/data/sample-usage.js';
import type { ServerLife } from './server-life.js';

export const ACCOUNTS = 200;

/** The read model that is rebuilt: the largest. */
const REBUILT = 'monetized-usage';

export const STEPS = ['take in', 'heal', 'aggregate', 'send', 'learn invoices', 'rebuild'] as const;
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
  constructor(
    private readonly life: Pick<ServerLife, 'ask'>,
    private readonly sandbox: ApiClient,
    /** Of each of the two files. */
    private readonly records: number,
  ) {}

  async run(step: StepName): Promise<void> {
    switch (step) {
      case 'take in':
        // Balances of calls and of data are apart, so the order of the two files among each other changes no price.
        return this.takeIn(['voice', 'data']);
      case 'heal':
        return this.heal();
      case 'aggregate':
        return this.aggregate();
      case 'send':
        return this.send();
      case 'learn invoices':
        return this.learnInvoices();
      case 'rebuild':
        return this.rebuild();
    }
  }

  async takeIn(services: readonly SampleService[]): Promise<void> {
    const fileIds: string[] = [];
    for (const service of services) fileIds.push(await this.upload(service));
    for (const fileId of fileIds) {
      await this.until(
        `file ${fileId}`,
        (api) => api.get<{ status: string }>(`/v1/usage-files/${fileId}`),
        'COMPLETED',
      );
    }
  }

  private async upload(service: SampleService): Promise<string> {
    const sample = new SampleUsage({ service, records: this.records, accounts: ACCOUNTS, seed: 7 });
    const file = new Blob([...sample.pieces()]);
    const fields = { ...SAMPLE_SOURCES[service] };
    const headers = { 'idempotency-key': `upload-${service}` };
    const { fileId } = await this.life.ask((api) =>
      api.upload<{ fileId: string }>('/v1/usage-files', file, sample.fileName, fields, headers),
    );
    return fileId;
  }

  private async heal(): Promise<void> {
    await this.command('/v1/feeds/accounts', missingCustomers(unknownServiceIds('MOBILE'), unknownServiceIds('AI')));
    const { priceOfferId, body } = latePrice();
    const headers = { 'idempotency-key': 'late-price' };
    await this.life.ask((api) => api.put(`/v1/price-offers/${priceOfferId}/pricing`, body, headers));
    for (const errorCode of ['SERVICE_NOT_FOUND', 'PRICING_NOT_CONFIGURED']) {
      const reason = 'The cause was fixed';
      const asked = { selection: { errorCode }, reason };
      const { reprocessId } = await this.command<{ reprocessId: string }>(
        '/v1/suspense/reprocesses',
        asked,
        `reprocess-${errorCode}`,
      );
      const path = `/v1/suspense/reprocesses/${reprocessId}`;
      await this.until(path, (api) => api.get<{ status: string }>(path), 'COMPLETED');
    }
  }

  private async aggregate(): Promise<void> {
    const { runId } = await this.command<{ runId: string }>('/v1/aggregations', { reason: 'Bill it' });
    await this.until(
      `run ${runId}`,
      (api) => api.get<{ status: string }>(`/v1/aggregations/${runId}`),
      'COMPLETED',
      'FAILED',
    );
  }

  /** What stays in doubt is looked up by the next send: an operator would ask again too. */
  private async send(): Promise<void> {
    for (let sends = 1; sends <= 10; sends += 1) {
      const { sendId } = await this.command<{ sendId: string }>(
        '/v1/billing-batches/sends',
        { reason: 'Send it' },
        `send-${sends}`,
      );
      await this.atRest(`send ${sendId}`);
      const batches = await this.batches();
      if (batches.length > 0 && batches.every(({ status }) => status === 'COMPLETE')) return;
    }
    const unsent = (await this.batches()).filter(({ status }) => status !== 'COMPLETE');
    throw new Error(`Not everything could be sent: ${JSON.stringify(unsent)}`);
  }

  private async learnInvoices(): Promise<void> {
    await this.sandbox.post('/sandbox/invoice-run', {});
    await this.command('/v1/invoice-lines/polls', { reason: 'Learn the invoice lines' });
    await this.settled('the invoice lines', async () => {
      const batches = await this.batches();
      return batches.every(({ completed, invoiced }) => completed === invoiced);
    });
  }

  private async rebuild(): Promise<void> {
    const { position } = await this.command<{ position: number }>('/v1/replays', { readModel: REBUILT });
    await this.settled(`the rebuild of ${REBUILT}`, async () => {
      const replay = await this.life.ask((api) =>
        api.get<{ state: string; position: number; rebuiltAt?: string; error?: string }>(`/v1/replays/${REBUILT}`),
      );
      if (replay.state === 'STOPPED') throw new Error(`${REBUILT} has stopped: ${replay.error ?? ''}`);
      return replay.state === 'RUNNING' && replay.rebuiltAt !== undefined && replay.position >= position;
    });
  }

  private async batches(): Promise<Batch[]> {
    return this.life.ask(async (api) => {
      const batches: Batch[] = [];
      for await (const batch of api.all<Batch>('/v1/billing-batches', { status: 'all' })) batches.push(batch);
      return batches;
    });
  }

  /** Until the batches stay as they are: all complete, or no call under way for a while. Seen by caught-up read models. */
  private async atRest(what: string): Promise<void> {
    let before = '';
    let quiet = 0;
    await this.settled(what, async () => {
      await this.life.ask((api) => projected(api, 60_000));
      const batches = await this.batches();
      if (batches.length > 0 && batches.every(({ status }) => status === 'COMPLETE')) return true;
      const now = JSON.stringify(batches);
      quiet = now === before && !batches.some(({ status }) => status === 'INCOMPLETE') ? quiet + 1 : 0;
      before = now;
      return quiet >= 100;
    });
  }

  private command<T>(path: string, body: unknown, key = path.slice(4).replaceAll('/', '-')): Promise<T> {
    return this.life.ask((api) => api.post<T>(path, body, { 'idempotency-key': key }));
  }

  private async until<T extends { readonly status: string }>(
    what: string,
    ask: (api: ApiClient) => Promise<T>,
    wanted: string,
    fatal = 'REJECTED',
  ): Promise<void> {
    await this.settled(what, async () => {
      const answer = await this.life.ask((api) => ask(api).catch(absentYet));
      if (answer?.status === fatal) throw new Error(`${what} ended ${fatal}: ${JSON.stringify(answer)}`);
      return answer?.status === wanted;
    });
  }

  private async settled(what: string, done: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + 120_000;
    while (!(await done())) {
      if (performance.now() > deadline) throw new Error(`Still waiting for ${what}`);
      await pause(20);
    }
  }
}

/** A read model that has not seen it yet answers 404. */
function absentYet(error: unknown): undefined {
  if ((error as { readonly status?: unknown }).status === 404) return undefined;
  throw error;
}
