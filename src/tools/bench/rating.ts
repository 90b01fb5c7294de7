import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ModelMeasurement } from './rating/measure-model.js';

/** Runs pure rating in a process of its own. @throws when an amount is not the one made by hand. */
export async function measureRating(records: number): Promise<readonly ModelMeasurement[]> {
  const script = fileURLToPath(new URL('./rating/rating-main.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, String(records)]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ModelMeasurement);
}

/** For people: one row per price model, slowest last. */
export function printRating(records: number, models: readonly ModelMeasurement[]): void {
  const cells = (name: string, ...numbers: readonly string[]): string =>
    name.padEnd(38) + numbers.map((number) => number.padStart(14)).join('');
  console.log(cells(`${whole(records)} records`, 'records/s', 'by hand', 'ratio', 'bytes/record', 'by hand'));
  for (const model of [...models].sort((a, b) => b.recordsPerSecond - a.recordsPerSecond)) {
    const { recordsPerSecond, byHandRecordsPerSecond, ratio, bytesPerRecord, byHandBytesPerRecord } = model;
    const numbers = [recordsPerSecond, byHandRecordsPerSecond].map(whole);
    console.log(cells(model.model, ...numbers, ratio.toFixed(3), whole(bytesPerRecord), whole(byHandBytesPerRecord)));
  }
  console.log('ok every amount is the one made by hand; per second of processor time');
}

function whole(value: number): string {
  return value.toLocaleString('en-US');
}
