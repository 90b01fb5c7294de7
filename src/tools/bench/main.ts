import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runStores, type RunAddresses } from '../local/run-stores.js';
import { measureAccountSteps, printAccounts } from './accounts.js';
import { writeBenchFiles, type BenchFiles } from './bench-file.js';
import { measureEndToEnd, type BenchPlace, type EndToEnd } from './end-to-end.js';
import { measureFloor } from './floor-run.js';
import type { Measurement } from './measurement.js';
import { measurePairs, pairsFor } from './pairs.js';
import { measureRating, printRating } from './rating.js';
import type { ModelMeasurement } from './rating/measure-model.js';
import { printTable, verdicts } from './report.js';
import { measureStages, type Stages } from './stages.js';

const { values } = parseArgs({
  options: {
    records: { type: 'string' },
    only: { type: 'string' },
    accounts: { type: 'string', default: '1000000' },
    profile: { type: 'string', default: 'embedded' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const PARTS = ['end-to-end', 'stages', 'rating', 'accounts'];

const HELP = `npm run bench -- [--records 100000,1000000] [--only end-to-end|stages|rating|accounts]
                   [--accounts 1000000] [--profile server] [--json] [--keep]

Measures Retally in processes of their own, on the embedded profile, on one generated file of calls per size:
  floor        a program without domain logic: read, split, encode, append durably, insert the same rows
  end to end   POST /v1/usage-files until every record is rated and every row can be queried, all roles at once,
               on a server that has been through a file before; then a file during which somebody opens lists
  stages       the same with one role at a time: mediation, rating, projection; alone, the floor once beside it
A file of up to 200,000 records goes through floor and end to end nine times, in turn, each time in fresh folders: the
medians count, least and most are shown beside them, and a part of the floor is that of a pair.
--profile server measures the last two beside it, once each, on the servers that RETALLY_EVENT_STORE and RETALLY_READ_MODELS name,
with a stream prefix and a database of each run's own.
Pure rating (--only rating) reads and writes nothing: records per second of processor time for each price model, beside
the same arithmetic written by hand, whose every amount must be the same; its --records is 100000 unless it is given.
What accounts cost the thread that rates (--only accounts): memory for each with a subscription and a service id, for its
balances, and for what a cycle's end charges it; and the processor time of that end.
--json prints the figures alone; --keep leaves the files for a look.`;

async function main(): Promise<void> {
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (values.only !== undefined && !PARTS.includes(values.only))
    throw new Error(`--only takes one of ${PARTS.join(', ')}`);
  const servers = serversOf(values.profile);
  const alone = values.only === 'rating';
  const sizes = (values.records ?? (alone ? '100000' : '100000,1000000')).split(',').map(Number);
  if (sizes.some((size) => !Number.isInteger(size) || size < 1000))
    throw new Error('--records takes whole numbers from 1000 on');
  if (alone) return pureRating(sizes);
  const directory = await mkdtemp(join(tmpdir(), 'retally-bench-'));
  try {
    if (values.only === 'accounts') {
      await accountsAlone(directory);
      return;
    }
    const measurements: Measurement[] = [];
    for (const records of sizes) measurements.push(await measure(records, join(directory, String(records)), servers));
    report(measurements);
  } finally {
    if (values.keep) console.error(`Kept: ${directory}`);
    else await rm(directory, { recursive: true, force: true });
  }
}

async function pureRating(sizes: readonly number[]): Promise<void> {
  const rating: { records: number; models: readonly ModelMeasurement[] }[] = [];
  for (const records of sizes) {
    progress(`${records} records: pure rating, each model and by hand`);
    const models = await measureRating(records);
    rating.push({ records, models });
    if (!values.json) printRating(records, models);
  }
  console.log(JSON.stringify({ machine: machine(), rating }, null, values.json ? 0 : 2));
}

async function accountsAlone(directory: string): Promise<void> {
  const accounts = Number(values.accounts);
  if (!Number.isInteger(accounts) || accounts < 1000) throw new Error('--accounts takes a whole number from 1000 on');
  progress(`${accounts} accounts: what they cost the thread that rates`);
  const steps = await measureAccountSteps(accounts, directory);
  if (!values.json) printAccounts(accounts, steps);
  console.log(JSON.stringify({ machine: machine(), accounts, steps }, null, values.json ? 0 : 2));
}

/** @returns undefined when only the embedded profile is to be measured. */
function serversOf(profile: string): RunAddresses | undefined {
  if (profile === 'embedded') return undefined;
  if (profile !== 'server') throw new Error('--profile takes embedded or server');
  const addresses = { eventStore: process.env['RETALLY_EVENT_STORE'], readModels: process.env['RETALLY_READ_MODELS'] };
  if (Object.keys(runStores(addresses).env).length === 0)
    throw new Error('--profile server needs addresses in RETALLY_EVENT_STORE and RETALLY_READ_MODELS');
  return addresses;
}

async function measure(records: number, directory: string, servers: RunAddresses | undefined): Promise<Measurement> {
  const files = await writeBenchFiles(directory, records);
  const embedded = { files, directory: join(directory, 'embedded'), addresses: {} };
  const onlyStages = values.only === 'stages';
  const count = onlyStages ? 1 : pairsFor(records);
  const of = (pair: number): string => (count === 1 ? '' : ` (${pair} of ${count})`);
  const floor = (pair: number) => {
    progress(`${records} records: the floor${of(pair)}`);
    return inFolder(join(directory, 'floor', String(pair)), (folder) => measureFloor(files.measured.path, folder));
  };
  const endToEnd = (pair: number) => endToEndOf(embedded, of(pair));
  const pairs = await measurePairs(count, floor, onlyStages ? undefined : endToEnd);
  const stages = await stagesOf(embedded);
  const server = servers && { files, directory: join(directory, 'server'), addresses: servers };
  return {
    records,
    ...pairs,
    ...(stages && { stages }),
    ...(server && { server: await measureServer(server) }),
  };
}

interface Profile {
  readonly files: BenchFiles;
  readonly directory: string;
  readonly addresses: RunAddresses;
}

async function measureServer(profile: Profile): Promise<NonNullable<Measurement['server']>> {
  const endToEnd = values.only === 'stages' ? undefined : await endToEndOf(profile, '');
  const stages = await stagesOf(profile);
  return { ...(endToEnd && { endToEnd }), ...(stages && { stages }) };
}

function endToEndOf(profile: Profile, which: string): Promise<EndToEnd> {
  return inPlace(profile, `end to end${which}`, (place) => measureEndToEnd(profile.files, place));
}

async function stagesOf(profile: Profile): Promise<Stages | undefined> {
  if (values.only === 'end-to-end') return undefined;
  return inPlace(profile, 'stage by stage', (place) => measureStages(profile.files.measured, place));
}

/** Each run has a folder of its own, and on servers a stream prefix and a database. */
async function inPlace<T>(profile: Profile, name: string, work: (place: BenchPlace) => Promise<T>): Promise<T> {
  const stores = runStores(profile.addresses);
  progress(`${profile.files.measured.records} records: ${name}, on ${stores.profile}`);
  try {
    const folder = join(profile.directory, name.replace(/\W+/g, '-'));
    return await inFolder(folder, (directory) => work({ directory, stores }));
  } finally {
    // What went wrong before it says more than a database that stays.
    await stores.dispose().catch((error: unknown) => progress(`Its database could not be dropped: ${String(error)}`));
  }
}

/** What a run wrote is gone when the next one is measured: otherwise the system still moves it to the disk meanwhile. */
async function inFolder<T>(folder: string, work: (folder: string) => Promise<T>): Promise<T> {
  try {
    return await work(folder);
  } finally {
    if (!values.keep) await rm(folder, { recursive: true, force: true });
  }
}

function report(measurements: readonly Measurement[]): void {
  if (!values.json) printTable(measurements);
  console.log(
    JSON.stringify({ machine: machine(), measurements, bars: verdicts(measurements) }, null, values.json ? 0 : 2),
  );
}

function machine() {
  return {
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory: totalmem(),
  };
}

function progress(line: string): void {
  console.error(`… ${line}`);
}

await main();
