import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SampleUsage, type ExpectedCounts } from '../demo/data/sample-usage.js';

/** Customers the usage is spread over. */
export const BENCH_ACCOUNTS = 2000;

/** Records of the file a server goes through before it is measured. */
const WARM_UP_RECORDS = 50_000;

export interface BenchFile {
  readonly path: string;
  readonly name: string;
  readonly records: number;
  readonly expected: ExpectedCounts;
}

/** A file of calls, the same for every run of the same size. */
export function writeBenchFile(directory: string, records: number): Promise<BenchFile> {
  return write(directory, records, 'a');
}

/** A smaller one that shares no record with it. */
export function writeWarmUpFile(directory: string): Promise<BenchFile> {
  return write(directory, WARM_UP_RECORDS, 'w');
}

async function write(directory: string, records: number, batch: string): Promise<BenchFile> {
  await mkdir(directory, { recursive: true });
  const sample = new SampleUsage({ service: 'voice', records, accounts: BENCH_ACCOUNTS, batch });
  const path = join(directory, sample.fileName);
  await pipeline(Readable.from(sample.pieces()), createWriteStream(path));
  return { path, name: sample.fileName, records, expected: sample.expected };
}
