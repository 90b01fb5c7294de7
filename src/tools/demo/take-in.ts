import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { until, type ApiClient } from '../local/api-client.js';
import { sampleMappings, SAMPLE_SOURCES, type SampleSource } from './data/sample-mappings.js';
import { SAMPLE_SERVICES, SampleUsage, type ExpectedCounts } from './data/sample-usage.js';
import { WrongUsage, type OwnFile } from './demo-options.js';
import type { Screen } from './screen.js';

export interface FileToTake {
  readonly name: string;
  readonly source: SampleSource;
  readonly bytes: () => Promise<Blob>;
  readonly expected?: ExpectedCounts;
}

export interface TakenIn {
  readonly fileId: string;
  /** Log position of its reception: a read that asks for it finds the file. */
  readonly position: number;
  readonly name: string;
  readonly expected?: ExpectedCounts;
}

/** What the demo reads of `GET /v1/usage-files/{fileId}`. */
export interface UsageFile {
  readonly fileId: string;
  readonly fileName: string;
  readonly status: string;
  readonly phases: {
    readonly parseAndLoad: Phase & { readonly duplicate: number };
    readonly mediation: Phase & { readonly ignored: number };
    readonly rating: {
      readonly total: number;
      readonly processed: number;
      readonly suspended: number;
      readonly pending: number;
    };
  };
  readonly money: Readonly<Record<string, string>>;
  readonly balance: { readonly balanced: boolean };
  readonly rejection?: { readonly message: string };
}
interface Phase {
  readonly total: number;
  readonly processed: number;
  readonly error: number;
}

/** Four files, a quarter of the records each. */
export function sampleFiles(records: number, accounts: number): FileToTake[] {
  return SAMPLE_SERVICES.map((service, index) => {
    const sample = new SampleUsage({ service, records: Math.floor(records / 4), accounts, seed: index + 1 });
    return {
      name: sample.fileName,
      source: SAMPLE_SOURCES[service],
      bytes: () => Promise.resolve(new Blob([...sample.pieces()])),
      expected: sample.expected,
    };
  });
}

/** A file of the user's own, with a sample mapping or one from a JSON file, which is made first. */
export async function ownFile(api: ApiClient, { path, mapping }: OwnFile): Promise<FileToTake> {
  const source = mapping.endsWith('.json') ? await makeMapping(api, mapping) : sampleSourceOf(mapping);
  return { name: basename(path), source, bytes: () => openAsBlob(path) };
}

function sampleSourceOf(mapping: string): SampleSource {
  const found = sampleMappings().find((sample) => sample.mapping === mapping);
  if (found === undefined) throw new WrongUsage(`There is no sample mapping "${mapping}"`);
  return found.definition as SampleSource;
}

async function makeMapping(api: ApiClient, path: string): Promise<SampleSource> {
  const body = JSON.parse(await readFile(path, 'utf8')) as { mapping: string; definition: SampleSource };
  const { sourcePlatform } = body.definition;
  await api.post('/v1/source-platforms', { sourcePlatform, name: sourcePlatform });
  await api.post('/v1/mappings', { ...body, reason: 'A mapping of my own' });
  return body.definition;
}

/** Uploads the files and watches them through their three phases. */
export async function takeIn(api: ApiClient, files: readonly FileToTake[], screen: Screen): Promise<TakenIn[]> {
  const started = performance.now();
  const taken: TakenIn[] = [];
  for (const { name, source, bytes, expected } of files) {
    const { sourcePlatform, serviceType, usageRecordType } = source;
    const { fileId, position } = await api.upload<{ fileId: string; position: number }>(
      '/v1/usage-files',
      await bytes(),
      name,
      {
        sourcePlatform,
        serviceType,
        usageRecordType,
      },
    );
    taken.push({ fileId, position, name, ...(expected === undefined ? {} : { expected }) });
  }
  const ended = await until(
    'the files to be rated',
    () => readFiles(api, taken),
    (now) => {
      screen.bars(barsOf(now, taken));
      return now.every(({ status }) => status === 'COMPLETED' || status === 'REJECTED');
    },
    { timeoutMs: 3_600_000 },
  );
  screen.settle(barsOf(ended, taken));
  const seconds = (performance.now() - started) / 1000;
  const lines = ended.reduce((sum, file) => sum + file.phases.parseAndLoad.total, 0);
  screen.line(
    `${lines.toLocaleString('en-US')} lines in ${seconds.toFixed(1)} s, from the first upload to the last rated record`,
  );
  showFiles(ended, screen);
  return taken;
}

export function readFiles(api: ApiClient, taken: readonly TakenIn[]): Promise<UsageFile[]> {
  return Promise.all(
    taken.map(({ fileId, position }) => api.get<UsageFile>(`/v1/usage-files/${fileId}`, { minPosition: position })),
  );
}

function barsOf(files: readonly UsageFile[], taken: readonly TakenIn[]) {
  const lines = files.reduce(
    (sum, file, index) => sum + (taken[index]?.expected?.total ?? file.phases.parseAndLoad.total),
    0,
  );
  const sum = (pick: (phases: UsageFile['phases']) => number): number =>
    files.reduce((total, file) => total + pick(file.phases), 0);
  return [
    {
      name: 'Parse and Load',
      done: sum((p) => p.parseAndLoad.processed + p.parseAndLoad.error + p.parseAndLoad.duplicate),
      total: lines,
    },
    {
      name: 'Mediation',
      done: sum((p) => p.mediation.processed + p.mediation.ignored + p.mediation.error),
      total: sum((p) => p.mediation.total),
    },
    { name: 'Rating', done: sum((p) => p.rating.processed + p.rating.suspended), total: sum((p) => p.rating.total) },
  ];
}

function showFiles(files: readonly UsageFile[], screen: Screen): void {
  screen.table(
    ['file', 'lines', 'monetized', 'suspended', 'ignored', 'duplicate', 'error', 'money'],
    files.map(({ fileName, phases, money, rejection }) => [
      fileName,
      phases.parseAndLoad.total,
      phases.rating.processed,
      phases.rating.suspended,
      phases.mediation.ignored,
      phases.parseAndLoad.duplicate,
      phases.parseAndLoad.error,
      rejection?.message ??
        Object.entries(money)
          .map(([currency, amount]) => `${amount} ${currency}`)
          .join(', '),
    ]),
  );
}
