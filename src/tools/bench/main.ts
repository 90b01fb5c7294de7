import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeBenchFile, writeWarmUpFile } from './bench-file.js';
import { measureEndToEnd } from './end-to-end.js';
import { measureFloor } from './floor-run.js';
import type { Measurement } from './measurement.js';
import { measureRating, printRating } from './rating.js';
import type { ModelMeasurement } from './rating/measure-model.js';
import { printTable, verdicts } from './report.js';
import { measureStages } from './stages.js';

const { values } = parseArgs({
  options: {
    records: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const PARTS = ['end-to-end', 'stages', 'rating'];

const HELP = `npm run bench -- [--records 100000,1000000] [--only end-to-end|stages|rating] [--json] [--keep]

Measures Retally in processes of their own, on the embedded profile, on one generated file of calls per size:
  floor        a program without domain logic: read, split, encode, append durably, insert the same rows
  end to end   POST /v1/usage-files until every record is rated and every row can be queried, all roles at once,
               on a server that has been through a smaller file before
  stages       the same with one role at a time: mediation, rating, projection
Pure rating (--only rating) reads and writes nothing: records per second of processor time for each price model, beside
the same arithmetic written by hand, whose every amount must be the same; its --records is 100000 unless it is given.
--json prints the figures alone; --keep leaves the files for a look.`;

async function main(): Promise<void> {
  if (values.help) {
    console.log(HELP);
    return;
  }
  if (values.only !== undefined && !PARTS.includes(values.only))
    throw new Error(`--only takes one of ${PARTS.join(', ')}`);
  const alone = values.only === 'rating';
  const sizes = (values.records ?? (alone ? '100000' : '100000,1000000')).split(',').map(Number);
  if (sizes.some((size) => !Number.isInteger(size) || size < 1000))
    throw new Error('--records takes whole numbers from 1000 on');
  if (alone) return pureRating(sizes);
  const directory = await mkdtemp(join(tmpdir(), 'retally-bench-'));
  try {
    const measurements: Measurement[] = [];
    for (const records of sizes) measurements.push(await measure(records, join(directory, String(records))));
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

async function measure(records: number, directory: string): Promise<Measurement> {
  const file = await writeBenchFile(directory, records);
  progress(`${records} records: the floor`);
  const floor = await measureFloor(file.path, join(directory, 'floor'));
  progress(`${records} records: end to end`);
  const warmUp = await writeWarmUpFile(directory);
  const endToEnd =
    values.only === 'stages' ? undefined : await measureEndToEnd(file, warmUp, join(directory, 'end-to-end'));
  progress(`${records} records: stage by stage`);
  const stages = values.only === 'end-to-end' ? undefined : await measureStages(file, join(directory, 'stages'));
  return {
    records,
    floor,
    ...(endToEnd === undefined ? {} : { endToEnd, ratio: endToEnd.recordsPerSecond / floor.recordsPerSecond }),
    ...(stages === undefined ? {} : { stages }),
  };
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
