import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { ApiClient } from '../../src/tools/local/api-client.js';
import { Random } from '../../src/tools/demo/data/random.js';
import { SandboxServer } from '../../src/tools/local/local-system.js';
import { projected } from '../../src/tools/local/read-model-progress.js';
import { runStores, type RunStores } from '../../src/tools/local/run-stores.js';
import { setUpSample } from '../../src/tools/local/sample-setup.js';
import { differences, finalState, stateHash, type FinalState } from './final-state.js';
import { Instances, LEASE_TTL_MS } from './instances.js';
import { ACCOUNTS, MainJob, STEPS, type StepName } from './main-job.js';
import { logFacts } from './log-facts.js';
import { MONTH_FILES, setUpMonth } from './month-plan.js';
import { compareReadModels, verifyChains } from './replay-tool.js';
import { ROUNDS } from './server-life.js';
import { liveThrough, makeBirthplace, Work } from './whole-life.js';

/**
 * Two instances share one log. One is killed and one is held still for longer than its leases last and then goes on,
 * in the middle of rating and of sending. What comes out must be what one instance on the embedded stores makes of the
 * same files: nothing rated twice, nothing sent twice, nothing lost.
 */
jest.setTimeout(3_600_000);

const RUNS = Number(process.env.RETALLY_FAULT_RUNS ?? '1');
const SEED = Number(process.env.RETALLY_FAULT_SEED ?? (RUNS > 1 ? Date.now() % 1_000_000 : 1));
/** With more rounds of trouble there is more to do, so that all fall into it. */
const RECORDS = 20_000 * (1 + ROUNDS);

const addresses = {
  eventStore: process.env['RETALLY_TEST_EVENT_STORE'],
  readModels: process.env['RETALLY_TEST_READ_MODELS'],
};
const profile = runStores(addresses).env;
const missing = [
  ...(profile['RETALLY_EVENT_STORE'] === undefined ? ['RETALLY_TEST_EVENT_STORE'] : []),
  ...(profile['RETALLY_READ_MODELS'] === undefined ? ['RETALLY_TEST_READ_MODELS'] : []),
  ...(existsSync(join('dist', 'main.js')) ? [] : ['dist/ (npm run build)']),
];

if (missing.length > 0) {
  it.skip(`two instances on one log: without ${missing.join(', ')}`, () => undefined);
} else {
  describe('two instances on one log', () => {
    let folder: string;
    let alone: FinalState;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'retally-instances-'));
      const birthplace = await makeBirthplace();
      try {
        alone = (await liveThrough(birthplace, { name: 'alone', records: RECORDS, deaths: [] })).state;
      } finally {
        await rm(birthplace.folder, { recursive: true, force: true });
      }
    });
    afterAll(async () => {
      if (process.env.RETALLY_FAULT_KEEP === undefined) await rm(folder, { recursive: true, force: true });
    });

    for (let run = 0; run < RUNS; run += 1) {
      const seed = SEED + run;
      it(`come to what one comes to, killed, held still and woken in rating and in sending (seed ${seed})`, async () => {
        const state = await liveTogether(join(folder, String(seed)), new Random(seed), runStores(addresses));
        expect(differences(alone, state)).toEqual([]);
        expect(stateHash(state)).toBe(stateHash(alone));
        expect(state.billedTwice).toEqual([]);
      });
    }
  });
}

/** The main job with both kinds of trouble in each of the two steps, then the state and the audit of the log. */
async function liveTogether(folder: string, random: Random, stores: RunStores): Promise<FinalState> {
  await mkdir(folder, { recursive: true });
  const sandbox = await SandboxServer.start(folder);
  try {
    const instances = await Instances.start({ folder, stores, billingUrl: sandbox.url });
    try {
      await instances.ask((api) => setUpSample(api, ACCOUNTS));
      await instances.ask(setUpMonth);
      const job = new MainJob(instances, sandbox.api, RECORDS);
      for (const step of STEPS) await live(step, { instances, job, sandbox: sandbox.api, random });
      await instances.ask((api) => projected(api, 60_000));
      const state = await instances.ask((api) => finalState(api, sandbox.api));
      expect(await instances.end()).toEqual([0, 0]);
      await verifyChains(instances.env);
      await compareReadModels(instances.env);
      return { ...state, ...(await logFacts(instances.env)).facts };
    } catch (error) {
      process.stdout.write(`${instances.output()}\n`);
      throw error;
    } finally {
      await instances.abandon();
    }
  } finally {
    await sandbox.program.kill();
    await stores.dispose();
  }
}

interface Scene {
  readonly instances: Instances;
  readonly job: MainJob;
  readonly sandbox: ApiClient;
  readonly random: Random;
}

async function live(step: StepName, scene: Scene): Promise<void> {
  const { job, sandbox } = scene;
  await sandbox.put('/sandbox/faults', step === 'send' ? [SLOW] : []);
  const work = new Work(job.run(step));
  if (step === 'take in' || step === 'send') {
    let midway = 0;
    for (let round = 0; round < ROUNDS; round += 1) midway += (await trouble(step, round, scene, work)) ? 1 : 0;
    process.stdout.write(`  ${step}: ${midway} of ${ROUNDS} rounds in the middle of it\n`);
    expect(midway).toBeGreaterThan(0);
  }
  await work.done;
  await sandbox.put('/sandbox/faults', []);
}

/** Recorded, but the answer is slow: a kill falls between the two. The more rounds, the slower, so that all fall into it. */
const SLOW = { kind: 'SLOW', accepted: true, delayMs: 500 * ROUNDS, count: 100_000 };
/**
 * A receipt that comes again is recorded again, so that only the look-up keeps a dead instance's lines from being billed
 * twice. Not while one is held still: whoever is stopped between recording an attempt and making the call makes it when
 * woken, after its successor, and then the receipt is what tells the two are one.
 */
const FORGETFUL = { kind: 'IGNORE_RECEIPTS', count: 100_000 };

/** @returns whether both kinds of it came while there was something to do. */
async function trouble(
  step: 'take in' | 'send',
  round: number,
  { instances, sandbox, random }: Scene,
  work: Work,
): Promise<boolean> {
  const first = random.next() < 0.5 ? 0 : 1;
  const stillMs = (1.2 + random.next()) * LEASE_TTL_MS;
  const share = (part: number): number => (round + part) / ROUNDS;
  if (step === 'send') await sandbox.put('/sandbox/faults', [SLOW]);
  const at = [await progress(step, share(random.next() * 0.2), { instances, sandbox, work })];
  const held = [await instances.held()];
  await instances.freeze(first, stillMs);
  at.push(await progress(step, share(0.3 + random.next() * 0.3), { instances, sandbox, work }));
  held.push(await instances.held());
  if (step === 'send') {
    // What the woken one was about to call has been called by then.
    await pause(1000);
    await sandbox.put('/sandbox/faults', [SLOW, FORGETFUL]);
  }
  const midway = !work.ended;
  await instances.kill(1 - first);
  // Sometimes it is back before its leases have run out, sometimes after.
  await pause(random.next() * 2 * LEASE_TTL_MS);
  await instances.revive(1 - first);
  const [still, killed] = at.map((done) => `${Math.round(done * 100)} %`);
  process.stdout.write(
    `  ${step}: ${first} held still for ${Math.round(stillMs)} ms at ${still}, ${1 - first} killed at ${killed}` +
      `${midway ? '' : ' (it was just done)'}; leases ${JSON.stringify(held.map((each) => each.map(({ length }) => length)))}\n`,
  );
  return midway;
}

/** Until this share of the step's work is done (records rated, or lines in the ledger); answers how much is. */
async function progress(
  step: 'take in' | 'send',
  share: number,
  { instances, sandbox, work }: Pick<Scene, 'instances' | 'sandbox'> & { readonly work: Work },
): Promise<number> {
  for (;;) {
    const done = await (step === 'take in' ? instances.ask(ratedShare) : sentShare(instances, sandbox));
    if (work.ended || done >= share) return done;
    await pause(10);
  }
}

async function ratedShare(api: ApiClient): Promise<number> {
  interface Files {
    readonly items: readonly { readonly phases?: { readonly rating?: { readonly processed?: number } } }[];
  }
  const { items } = await api.get<Files>('/v1/usage-files');
  const rated = items.reduce((sum, { phases }) => sum + (phases?.rating?.processed ?? 0), 0);
  return rated / (2 * RECORDS + MONTH_FILES.reduce((sum, { records }) => sum + records, 0));
}

async function sentShare(instances: Instances, sandbox: ApiClient): Promise<number> {
  const { records } = await sandbox.get<{ records: readonly unknown[] }>('/sandbox/ledger/records');
  const { items } = await instances.ask((api) =>
    api.get<{ items: readonly unknown[] }>('/v1/aggregated-usage?limit=1000'),
  );
  return records.length / Math.max(1, items.length);
}
