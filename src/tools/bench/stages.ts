import { until } from '../local/api-client.js';
import { RetallyServer } from '../local/local-system.js';
import { setUpSample } from '../local/sample-setup.js';
import { BENCH_ACCOUNTS, type BenchFile } from './bench-file.js';
import { START_MS, type BenchPlace } from './end-to-end.js';
import { logHead, projected } from '../local/read-model-progress.js';
import { uploadBenchFile } from './usage-file-progress.js';

export interface Stage {
  readonly recordsPerSecond: number;
  readonly seconds: number;
}
export interface Stages {
  /** Parse and load, mediation, identities, durable chunks. */
  readonly mediation: Stage;
  /** Reading the log, routing, pricing, balances, durable chunks. */
  readonly rating: Stage;
  /** All read models from the first event of the file to the last. */
  readonly projection: Stage;
}

/**
 * One role at a time on the same data: what each could do if the others cost nothing. A stage's time is from the
 * server being ready until the log (or the read models) has stopped moving.
 */
export async function measureStages(file: BenchFile, { directory, stores }: BenchPlace): Promise<Stages> {
  const start = { dataDir: directory, port: 0, stores, timeoutMs: START_MS };
  const first = await RetallyServer.start(start);
  const key = first.key;
  await setUpSample(first.api, BENCH_ACCOUNTS);
  await projected(first.api);
  await first.program.stop();

  const withRoles = async (roles: string, work: (server: RetallyServer) => Promise<number>): Promise<Stage> => {
    const server = await RetallyServer.start({ ...start, key, env: { RETALLY_ROLES: `api,${roles}` } });
    try {
      const seconds = await work(server);
      return { recordsPerSecond: Math.round(file.records / seconds), seconds: Number(seconds.toFixed(3)) };
    } finally {
      await server.program.stop();
    }
  };

  const mediation = await withRoles('ingest', async (server) => {
    await uploadBenchFile(server.api, file);
    return untilQuiet(server);
  });
  const rating = await withRoles('rate', untilQuiet);
  const projection = await withRoles('project', async (server) => {
    const started = performance.now();
    await projected(server.api);
    return (performance.now() - started) / 1000;
  });
  return { mediation, rating, projection };
}

const QUIET_MS = 1500;

/** Seconds until the log's head last moved; the silence that shows it does not count. */
async function untilQuiet(server: RetallyServer): Promise<number> {
  const started = performance.now();
  let head = await logHead(server.api);
  let movedAt = started;
  await until(
    'the log to stop growing',
    async () => {
      const now = await logHead(server.api);
      if (now !== head) {
        head = now;
        movedAt = performance.now();
      }
      return performance.now() - movedAt;
    },
    (silence) => silence > QUIET_MS && movedAt > started,
    { timeoutMs: 3_600_000, everyMs: 20 },
  );
  return (movedAt - started) / 1000;
}
