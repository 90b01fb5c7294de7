import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiClient } from '../../src/tools/local/api-client.js';
import { RetallyServer, SandboxServer } from '../../src/tools/local/local-system.js';
import { projected } from '../../src/tools/local/read-model-progress.js';
import { setUpSample } from '../../src/tools/local/sample-setup.js';
import { finalState, type FinalState } from './final-state.js';
import { ACCOUNTS, MainJob, STEPS, type StepName } from './main-job.js';
import { logFacts, type RunInLog } from './log-facts.js';
import { setUpMonth } from './month-plan.js';
import { compareReadModels, verifyChains } from './replay-tool.js';
import { ServerLife, type Death } from './server-life.js';

/** The catalog and the accounts are fed once; every life begins with a copy of this folder. */
export interface Birthplace {
  readonly folder: string;
  readonly key: string;
}

export async function makeBirthplace(): Promise<Birthplace> {
  const folder = await mkdtemp(join(tmpdir(), 'retally-faults-'));
  const server = await RetallyServer.start({ dataDir: join(folder, 'data'), port: 0 });
  try {
    await setUpSample(server.api, ACCOUNTS);
    await setUpMonth(server.api);
    await projected(server.api, 60_000);
  } finally {
    await server.program.stop();
  }
  return { folder, key: server.key };
}

/** A death in a step, once this share of the step's work is in the log (or of the rebuild is done). */
export interface PlannedDeath {
  readonly step: StepName;
  /** 0: at once, while the first request is on its way. */
  readonly share: number;
  readonly signal: Death['signal'];
  /** What happens to the data folder before the next start. */
  readonly between?: (dataDir: string) => Promise<void>;
}

export interface LifePlan {
  readonly name: string;
  /** Of each of the two files. */
  readonly records: number;
  readonly deaths: readonly PlannedDeath[];
  /** Faults of the sandbox while a step runs. */
  readonly faults?: Partial<Readonly<Record<StepName, readonly object[]>>>;
  /** How many events each step appends: learnt from an undisturbed life. */
  readonly spans?: Readonly<Record<StepName, number>>;
}

export interface WholeLife {
  readonly state: FinalState;
  /** Events each step appended. */
  readonly spans: Readonly<Record<StepName, number>>;
  readonly deaths: readonly (Death & { readonly step: StepName; readonly midway: boolean })[];
  /** The rating runs of the log, in its order. */
  readonly runs: readonly RunInLog[];
  readonly seconds: number;
}

/** Runs the main job through its deaths and answers the state it ends in; the log and the read models are audited. */
export async function liveThrough(birthplace: Birthplace, plan: LifePlan): Promise<WholeLife> {
  const begin = performance.now();
  return onStage(birthplace, plan, async (stage) => {
    const walked = await walk(stage, plan);
    const { life, sandbox, dataDir } = stage;
    const state = await life.ask((api) => finalState(api, sandbox));
    const code = await life.end();
    if (code !== 0) throw new Error(`The server ended with ${String(code)} instead of 0`);
    await verifyChains(dataDir);
    await compareReadModels(dataDir);
    const { facts, runs } = await logFacts(dataDir);
    return { ...walked, state: { ...state, ...facts }, runs, seconds: (performance.now() - begin) / 1000 };
  });
}

interface Stage {
  readonly life: ServerLife;
  readonly job: MainJob;
  readonly sandbox: ApiClient;
  readonly dataDir: string;
}

/** A server and a billing system on folders of their own. Removed when `act` went well. */
export async function onStage<T>(
  birthplace: Birthplace,
  { name, records }: Pick<LifePlan, 'name' | 'records'>,
  act: (stage: Stage) => Promise<T>,
): Promise<T> {
  const folder = join(birthplace.folder, name.replaceAll(/\W+/g, '-'));
  const dataDir = join(folder, 'data');
  await mkdir(folder);
  await cp(join(birthplace.folder, 'data'), dataDir, { recursive: true });
  const sandbox = await SandboxServer.start(folder);
  try {
    const life = await ServerLife.begin({ dataDir, key: birthplace.key, billingUrl: sandbox.url });
    try {
      const job = new MainJob(life, sandbox.api, records);
      const result = await act({ life, job, sandbox: sandbox.api, dataDir });
      await rm(folder, { recursive: true, force: true });
      return result;
    } finally {
      await life.abandon();
    }
  } finally {
    await sandbox.program.kill();
  }
}

async function walk(
  { life, job, sandbox, dataDir }: Stage,
  plan: LifePlan,
): Promise<Pick<WholeLife, 'spans' | 'deaths'>> {
  const spans: Partial<Record<StepName, number>> = {};
  const deaths: WholeLife['deaths'][number][] = [];
  for (const step of STEPS) {
    const begin = await life.head();
    await sandbox.put('/sandbox/faults', plan.faults?.[step] ?? []);
    const work = new Work(job.run(step));
    for (const { share, signal, between } of plan.deaths.filter((death) => death.step === step)) {
      const wanted = begin + Math.ceil(share * (plan.spans?.[step] ?? 0));
      await (step === 'rebuild' ? rebuilt(life, share, work) : logReached(life, wanted, work));
      const midway = !work.ended;
      const death = await life.die(signal, () => between?.(dataDir) ?? Promise.resolve());
      if (death.headAfter < death.headBefore)
        throw new Error(`The log stood at ${death.headBefore} before a ${signal} and at ${death.headAfter} after it`);
      deaths.push({ ...death, step, midway });
    }
    await work.done;
    await life.ask((api) => projected(api, 60_000));
    await sandbox.put('/sandbox/faults', []);
    spans[step] = (await life.head()) - begin;
  }
  return { spans: spans as Record<StepName, number>, deaths };
}

/** A step under way; its failure is kept for whoever waits for it. */
export class Work {
  ended = false;

  constructor(readonly done: Promise<void>) {
    const end = (): void => void (this.ended = true);
    done.then(end, end);
  }
}

/** Looks as often as the server answers: no pause, for a step may be over within milliseconds. */
export async function logReached(life: ServerLife, position: number, work: Work): Promise<void> {
  while (!work.ended && (await life.head()) < position);
}

async function rebuilt(life: ServerLife, share: number, work: Work): Promise<void> {
  interface Replay {
    readonly rebuild?: { readonly position: number; readonly until: number };
  }
  while (!work.ended) {
    const { rebuild } = await life.ask((api) => api.get<Replay>('/v1/replays/monetized-usage'));
    if (rebuild !== undefined && rebuild.position >= share * rebuild.until) return;
  }
}
