import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { until, type ApiClient } from '../local/api-client.js';
import { RetallyServer } from '../local/local-system.js';
import type { RunStores } from '../local/run-stores.js';
import { setUpSample } from '../local/sample-setup.js';
import { BENCH_ACCOUNTS, type BenchFiles } from './bench-file.js';
import { projected } from '../local/read-model-progress.js';
import { fileProgress, uploadBenchFile, type UploadedFile } from './usage-file-progress.js';

/** A server makes its collections at the first start. */
export const START_MS = 180_000;

/** Where a run keeps its data. */
export interface BenchPlace {
  readonly directory: string;
  readonly stores: RunStores;
}

export interface EndToEnd {
  readonly recordsPerSecond: number;
  readonly seconds: number;
  /** Of them: until the upload was answered, the file sealed and received. */
  readonly uploadSeconds: number;
  /** Highest resident memory of the server process, bytes. */
  readonly peakMemory: number;
  /** Of local files; on servers they are the servers'. */
  readonly logBytesPerRecord?: number;
  readonly readModelBytesPerRecord?: number;
  readonly pageP50Ms: number;
  readonly pageP99Ms: number;
  readonly pagesAsked: number;
}

/**
 * All roles at once, as shipped: from the first byte of the upload until every record is rated and can be queried. The
 * server is one in service: it has been through a file before. (A process that has just started translates its code
 * first: about a second, once. The floor, a few hundred lines, is as quick in its first second as later.) Nothing else is
 * asked of it meanwhile, as nothing else is asked of the floor; how long lists take is measured on the next file.
 */
export async function measureEndToEnd(
  { warmUp, measured, watched }: BenchFiles,
  { directory, stores }: BenchPlace,
): Promise<EndToEnd> {
  const server = await RetallyServer.start({ dataDir: directory, port: 0, stores, timeoutMs: START_MS });
  const { api } = server;
  try {
    await setUpSample(api, BENCH_ACCOUNTS);
    // A new database is making its collections meanwhile: for longer, at times, than a request is asked again.
    await projected(api);
    await untilQueryable(api, await uploadBenchFile(api, warmUp));
    const before = await sizes(directory);
    const started = performance.now();
    const received = await uploadBenchFile(api, measured);
    const uploaded = performance.now();
    await untilQueryable(api, received);
    const seconds = (performance.now() - started) / 1000;
    const after = await sizes(directory);
    const peakMemory = server.program.peakMemory();
    const latencies = await pagesWhile(api, async () => untilQueryable(api, await uploadBenchFile(api, watched)));
    return {
      recordsPerSecond: Math.round(measured.records / seconds),
      seconds: Number(seconds.toFixed(3)),
      uploadSeconds: Number(((uploaded - started) / 1000).toFixed(3)),
      peakMemory,
      ...(after.log > 0 ? { logBytesPerRecord: (after.log - before.log) / measured.records } : {}),
      ...(after.readModels > 0
        ? { readModelBytesPerRecord: (after.readModels - before.readModels) / measured.records }
        : {}),
      pageP50Ms: percentile(latencies, 0.5),
      pageP99Ms: percentile(latencies, 0.99),
      pagesAsked: latencies.length,
    };
  } finally {
    await server.program.stop();
  }
}

/** What pages take that are asked for while the work goes on, milliseconds each. */
async function pagesWhile(api: ApiClient, work: () => Promise<void>): Promise<number[]> {
  const pages = new PageProbe(api);
  pages.start();
  await work();
  return pages.stop();
}

async function untilQueryable(api: ApiClient, received: UploadedFile): Promise<void> {
  await until(
    'every record to be rated',
    () => fileProgress(api, received),
    ({ status }) => status === 'COMPLETED' || status === 'REJECTED',
    { timeoutMs: 3_600_000, everyMs: 50 },
  );
  await projected(api);
}

/** A person who keeps opening lists while the file runs: one page about every 25 ms, in turn. */
class PageProbe {
  private readonly latencies: number[] = [];
  private running = true;
  private ended: Promise<void> = Promise.resolve();

  constructor(private readonly api: ApiClient) {}

  start(): void {
    this.ended = this.ask();
    // A page that cannot be had is told by `stop`: nobody listens before.
    this.ended.catch(() => undefined);
  }

  async stop(): Promise<number[]> {
    this.running = false;
    await this.ended;
    return this.latencies;
  }

  private async ask(): Promise<void> {
    const lists = ['/v1/usage-files', '/v1/suspense/files', '/v1/monetized-usage?account=A0000003', '/v1/accounts'];
    for (let turn = 0; this.running; turn += 1) {
      const started = performance.now();
      await this.api.get(lists[turn % lists.length] ?? '/v1/usage-files');
      this.latencies.push(performance.now() - started);
      await pause(25);
    }
  }
}

function percentile(latencies: readonly number[], part: number): number {
  const sorted = [...latencies].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return Math.round(value * 10) / 10;
}

async function sizes(directory: string): Promise<{ log: number; readModels: number }> {
  const of = async (name: string): Promise<number> => {
    const parts = await Promise.all(
      ['', '-wal'].map((suffix) =>
        stat(join(directory, name + suffix)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    return parts.reduce((sum, size) => sum + size, 0);
  };
  return { log: await of('log.db'), readModels: await of('read-models.db') };
}
