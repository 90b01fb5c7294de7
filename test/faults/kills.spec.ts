import { existsSync } from 'node:fs';
import { readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Random } from '../../src/tools/demo/data/random.js';
import { notConserved } from './conservation.js';
import { differences, stateHash } from './final-state.js';
import { cutShort } from './log-facts.js';
import { measureRecovery } from './recovery.js';
import { liveThrough, makeBirthplace, type Birthplace, type PlannedDeath, type WholeLife } from './whole-life.js';

/**
 * The server as it is run (its own process, its roles in threads) dies in the middle of the main job, and starts again
 * on the same folder. Whatever it died of, the state at the end must be the one of a life without deaths.
 */
jest.setTimeout(3_600_000);

/** Lives, each with a kill in every step. */
const RUNS = Number(process.env.RETALLY_FAULT_RUNS ?? '1');
/** A failing life is lived again with its seed. */
const SEED = Number(process.env.RETALLY_FAULT_SEED ?? (RUNS > 1 ? Date.now() % 1_000_000 : 1));
const RECORDS = 20_000;

/** Each of them is a rating run over usage that is rated already. */
const RUN_STEPS = ['second pass', 'propose', 'commit', 'close cycles'] as const;

const built = existsSync(join('dist', 'main.js')) ? describe : describe.skip;

built('the main job, killed (needs dist/: npm run build)', () => {
  let birthplace: Birthplace;
  let undisturbed: WholeLife;

  beforeAll(async () => {
    birthplace = await makeBirthplace();
    undisturbed = await liveThrough(birthplace, { name: 'undisturbed', records: RECORDS, deaths: [] });
    say('undisturbed', undisturbed);
  });
  afterAll(async () => {
    if (process.env.RETALLY_FAULT_KEEP === undefined) await rm(birthplace.folder, { recursive: true, force: true });
  });

  const sameAsUndisturbed = (life: WholeLife) => {
    expect(differences(undisturbed.state, life.state)).toEqual([]);
    expect(stateHash(life.state)).toBe(stateHash(undisturbed.state));
    expect(life.state.billedTwice).toEqual([]);
    expect(notConserved(life.state)).toEqual([]);
    for (const { readyMs } of life.deaths) expect(readyMs).toBeLessThan(30_000);
  };

  it('has something to lose', () => {
    const { state } = undisturbed;
    expect(state.files).toHaveLength(5);
    expect(state.monetized!.length).toBeGreaterThan(1.9 * RECORDS + 6_000);
    expect(state.rated).toHaveLength(state.monetized!.length);
    expect(state.lines!.length).toBeGreaterThan(300);
    expect(state.ledger).toHaveLength(state.lines!.length);
    expect(state.invoiceLines!.length).toBeGreaterThan(300);
    expect(state.suspended!.length).toBeGreaterThan(100);
    expect(state.balances!.length).toBeGreaterThan(300);
    // Two second passes, a preview and its commit, two ends of billing cycles.
    expect(state.ratingRuns).toHaveLength(6);
    expect(state.rerated!.length).toBeGreaterThan(6_000);
    expect(state.proposed!.length).toBeGreaterThan(4_000);
    expect(state.rated!.filter((row) => !row.includes('"late":null'))).toHaveLength(300);
    // Fees ahead and behind of three billing cycles or more, and true-ups, some of them corrected by what came late.
    expect(state.nonUsage!.length).toBeGreaterThan(200);
    expect(state.nonUsage!.filter((row) => row.includes('"corrects":true')).length).toBeGreaterThan(0);
  });

  for (let run = 0; run < RUNS; run += 1) {
    const seed = SEED + run;
    it(`ends in the same state after a kill -9 in every step, answers dropped, receipts forgotten (seed ${seed})`, async () => {
      const random = new Random(seed);
      const kill = (step: PlannedDeath['step'], from: number, to: number): PlannedDeath => ({
        step,
        share: from + random.next() * (to - from),
        signal: 'SIGKILL',
      });
      const deaths = [
        ...(RUNS > 1 ? [kill('take in', 0, 0)] : []),
        kill('take in', 0.02, 0.4),
        kill('take in', 0.5, 0.97),
        ...(RUNS > 1 ? [kill('heal', 0, 1)] : []),
        kill('aggregate', 0, 0.9),
        kill('send', 0.05, 0.8),
        kill('learn invoices', 0, 0.9),
        ...RUN_STEPS.map((step) => kill(step, 0.1, 0.9)),
        ...(RUNS > 1 ? [kill('take late', 0, 1), kill('bill corrections', 0, 0.9)] : []),
        kill('rebuild', 0, 0.7),
      ];
      const life = await liveThrough(birthplace, {
        name: `killed ${seed}`,
        records: RECORDS,
        deaths,
        spans: undisturbed.spans,
        faults: {
          send: [
            // Recorded, but the answer is still to come when the kill falls; some answers never come at all; and a
            // receipt that comes again is recorded again: only the look-up keeps lines from being billed twice.
            { kind: 'SLOW', accepted: true, delayMs: 100, count: 100_000 },
            { kind: 'DROP', accepted: true, count: 4 },
            { kind: 'IGNORE_RECEIPTS', count: 100_000 },
          ],
          'learn invoices': [{ kind: 'SLOW', call: 'get_usage_history_m', delayMs: 50, count: 100_000 }],
        },
      });
      say(`killed, seed ${seed}`, life);
      sameAsUndisturbed(life);
      // Which of them are hit in the middle is chance; that none of them is would be no test of them.
      expect(cuts(life).length).toBeGreaterThan(0);
    });
  }

  it('loses nothing when it is told to stop in mid-load, nor when its caches are gone or damaged', async () => {
    const told = (step: PlannedDeath['step'], share: number, between?: PlannedDeath['between']): PlannedDeath => ({
      step,
      share,
      signal: 'SIGTERM',
      ...(between === undefined ? {} : { between }),
    });
    const life = await liveThrough(birthplace, {
      name: 'stopped',
      records: RECORDS,
      spans: undisturbed.spans,
      deaths: [
        told('take in', 0.3, (dataDir) => remove(dataDir, ['snapshots', 'identities'])),
        told('take in', 0.7, (dataDir) => damage(dataDir, ['snapshots', 'identities'])),
        told('aggregate', 0.5, (dataDir) => damage(dataDir, ['read-models.db'])),
        told('send', 0.3, (dataDir) => remove(dataDir, ['snapshots', 'identities', 'read-models.db'])),
        told('commit', 0.5, (dataDir) => damage(dataDir, ['snapshots'])),
      ],
      faults: { send: [{ kind: 'SLOW', accepted: true, delayMs: 100, count: 100_000 }] },
    });
    say('stopped', life);
    sameAsUndisturbed(life);
    for (const { exitCode, endMs } of life.deaths) {
      expect(exitCode).toBe(0);
      expect(endMs).toBeLessThan(25_000);
    }
  });

  // Measured where it says something: the short run only holds its starts to the bar.
  for (const stored of RUNS > 1 ? [200_000] : []) {
    it(`is back soon after a kill with ${stored} records stored`, async () => {
      const recovery = await measureRecovery(birthplace, stored);
      process.stdout.write(`recovery with ${stored} records stored: ${JSON.stringify(recovery)}\n`);
      expect(recovery.underLoad.readyMs).toBeLessThan(30_000);
      expect(recovery.underLoad.settledMs).toBeLessThan(60_000);
    });
  }

  it('would notice a record that is billed twice, lost, or priced another way', () => {
    const { state } = undisturbed;
    const [first = '', ...others] = state.ledger ?? [];
    const planted = [
      { ...state, ledger: [first, first, ...others] },
      { ...state, monetized: state.monetized!.slice(1) },
      { ...state, rated: ['{"line":1,"offer":{"priceOfferId":"other"}}', ...state.rated!.slice(1)] },
      { ...state, rerated: [...state.rerated!, state.rerated![0]!] },
      { ...state, nonUsageRated: state.nonUsageRated!.slice(1) },
      { ...state, billedTwice: ['{"clientRecordId":"x","times":2}'] },
    ];
    for (const wrong of planted) {
      expect(differences(state, wrong)).toHaveLength(1);
      expect(stateHash(wrong)).not.toBe(stateHash(state));
    }
    const withoutOne = (rows: readonly string[]): string[] => {
      const lost = rows.findIndex((row) => !/"amount":"?-?[0.]+"?[,}]/.test(row));
      return rows.filter((_, index) => index !== lost);
    };
    expect(notConserved({ ...state, monetized: withoutOne(state.monetized!) })).toHaveLength(1);
    expect(notConserved({ ...state, ledger: withoutOne(state.ledger!) })).toHaveLength(1);
  });
});

async function remove(dataDir: string, names: readonly string[]): Promise<void> {
  for (const name of names) await rm(join(dataDir, name), { recursive: true, force: true });
}

/** A file is overwritten at its beginning; of those in a folder every second one is cut short instead. */
async function damage(dataDir: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = join(dataDir, name);
    if ((await stat(path)).isFile()) await writeFile(path, NONSENSE, { flag: 'r+' });
    else await damageFolder(path);
  }
}

const NONSENSE = 'not what it was';

async function damageFolder(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(files).not.toEqual([]);
  for (const [index, path] of files.entries()) {
    if (index % 2 === 0) await truncate(path, 40);
    else await writeFile(path, NONSENSE, { flag: 'r+' });
  }
}

/** The rating runs that a death fell into the middle of, and how far each was at the last look before it. */
function cuts({ deaths, runs }: WholeLife): string[] {
  return deaths.flatMap(({ headBefore }) =>
    runs.flatMap((run) => {
      const cut = cutShort(run, headBefore);
      if (cut === undefined) return [];
      const { answered, midway } = cut;
      return [`${run.kind}: ${answered} of ${run.partitions} partitions had answered, ${midway} were at it`];
    }),
  );
}

function say(name: string, life: WholeLife): void {
  const { state, deaths, seconds, spans } = life;
  const lines = [`${name}: ${seconds.toFixed(1)} s, state ${stateHash(state)}, events ${JSON.stringify(spans)}`];
  for (const { step, signal, midway, headBefore, headAfter, endMs, readyMs } of deaths) {
    lines.push(
      `  ${signal} in "${step}"${midway ? '' : ' (it was just done)'} at ${headBefore}, then ${headAfter}; ` +
        `ended in ${Math.round(endMs)} ms, ready again after ${Math.round(readyMs)} ms`,
    );
  }
  lines.push(...cuts(life).map((cut) => `  cut short in ${cut}`));
  process.stdout.write(`${lines.join('\n')}\n`);
}
