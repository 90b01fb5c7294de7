import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SampleUsage, type ExpectedCounts } from '../demo/data/sample-usage.js';

/** Customers the usage is spread over. */
export const BENCH_ACCOUNTS = 2000;

/** Records of the files beside the measured one. */
const BESIDE_RECORDS = 200_000;

export interface BenchFile {
  readonly path: string;
  readonly name: string;
  readonly records: number;
  readonly expected: ExpectedCounts;
}

/** Files of calls, the same for every run of the same size; none shares a record with another. */
export interface BenchFiles {
  /** A server goes through it before it is measured. */
  readonly warmUp: BenchFile;
  readonly measured: BenchFile;
  /** While it runs, somebody opens lists. */
  readonly watched: BenchFile;
}

/** @param records of the measured file. */
export async function writeBenchFiles(directory: string, records: number): Promise<BenchFiles> {
  return {
    warmUp: await write(directory, BESIDE_RECORDS, 'w'),
    measured: await write(directory, records, 'a'),
    watched: await write(directory, BESIDE_RECORDS, 'p'),
  };
}

async function write(directory: string, records: number, batch: string): Promise<BenchFile> {
  await mkdir(directory, { recursive: true });
  const sample = new SampleUsage({ service: 'voice', records, accounts: BENCH_ACCOUNTS, batch });
  const path = join(directory, sample.fileName);
  await pipeline(Readable.from(sample.pieces()), createWriteStream(path));
  return { path, name: sample.fileName, records, expected: sample.expected };
}
