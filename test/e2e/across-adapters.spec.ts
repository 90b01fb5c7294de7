import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../src/shared/kernel/clock.js';
import { dataFiles } from '../../src/shared/platform/data-files.js';
import { Projections } from '../../src/shared/read-models/projections.js';
import type { CollectionSpec } from '../../src/shared/read-models/read-models.port.js';
import { EventStoreDbDouble } from '../../src/tools/eventstoredb-double/eventstoredb-double.js';
import { runStores, type RunStores } from '../../src/tools/local/run-stores.js';
import { compareReadModel } from '../../src/tools/replay/compare-read-model.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { eventNames, rowsByEvent } from '../support/rows-by-event.js';
import { SampleWorld } from '../support/sample-world.js';
import { tellAgain } from '../support/told-again.js';

const STORY = { accounts: 60, records: 1000 };
/**
 * What would be left to timing: which batch the billing system hears of first, and how many chunks of a file are rated
 * in one event. So batches go one by one, and a file is one chunk; that the split does not matter is said by the hashes.
 */
const ENV = { RETALLY_BILLING_PARALLEL: '1', RETALLY_CHUNK_RECORDS: String(STORY.records) };
const BEGIN = '2026-11-02T08:00:00Z';
const SETTLE_MS = 120_000;

/**
 * What differs although the same was done: under which id a request ran, which is made of chance, and which of the
 * partitions that changed a row did so last, and the order in which accounts that were fed together came into the log, which
 * is that of their rows at the end of a cycle. The id of the first key is made of chance too: a name takes its place.
 * Positions are told as the event that stands there. Nothing else is left out, times included: both worlds live by a
 * clock that stands still until it is moved.
 */
const NOT_TOLD: Readonly<Record<string, readonly string[]>> = {
  commands: ['correlationId'],
  'monetized-non-usage': ['row'],
  'usage-files': ['seenPosition'],
  'raw-chunks': ['seenPosition'],
  'suspense-files': ['seen'],
  'suspense-reprocesses': ['seen'],
};

/** By collection. */
type Hashes = Readonly<Record<string, string>>;

interface Outcome {
  readonly live: Hashes;
  /** After all of them were dropped and made again from the log, by the same adapter. */
  readonly again: Hashes;
  /** Names of collections that came out otherwise when built from the same log in embedded read models. */
  readonly otherwise: readonly string[];
  readonly rows: Readonly<Record<string, readonly string[]>>;
}

const addresses = {
  eventStore: process.env['RETALLY_TEST_EVENT_STORE'],
  readModels: process.env['RETALLY_TEST_READ_MODELS'],
};
const named = runStores(addresses);
const onServers = Object.keys(named.env).length > 0;
const elsewhere = onServers ? named.profile : 'the double of EventStoreDB and embedded read models';

describe(`the same story on the embedded profile and on ${elsewhere}`, () => {
  let double: EventStoreDbDouble | undefined;
  let embedded: Outcome;
  let other: Outcome;

  beforeAll(async () => {
    if (!onServers) double = await EventStoreDbDouble.start({ port: 0 });
    embedded = await outcomeOn(runStores({}));
    other = await outcomeOn(onServers ? named : runStores({ eventStore: double?.connectionString }));
  }, 600_000);
  afterAll(() => double?.stop());

  it('leaves something to compare: rows in every collection', () => {
    const empty = Object.entries(embedded.rows).filter(([, rows]) => rows.length === 0);
    expect(empty.map(([name]) => name)).toEqual([]);
  });

  it('comes out of the log again as it was, when every read model was dropped', () => {
    expect(embedded.again).toEqual(embedded.live);
    expect(other.again).toEqual(other.live);
  });

  it('comes out of one log by the same hash in either adapter of the read models', () => {
    expect(embedded.otherwise).toEqual([]);
    expect(other.otherwise).toEqual([]);
  });

  it('is the same in every row of every collection', () => {
    expect(Object.keys(other.rows).sort()).toEqual(Object.keys(embedded.rows).sort());
    for (const [name, rows] of Object.entries(embedded.rows)) {
      const missing = rows.filter((row, index) => row !== other.rows[name]?.[index]);
      const found = other.rows[name]?.filter((row, index) => row !== rows[index]);
      expect({ name, rows: found }).toEqual({ name, rows: missing });
    }
  });
});

async function outcomeOn(stores: RunStores): Promise<Outcome> {
  const clock = ManualClock.at(BEGIN);
  let commands = 0;
  const newKey = (): string => `told-${(commands += 1)}`;
  const world = await SampleWorld.start({ accounts: STORY.accounts, clock, stores, newKey, env: ENV });
  let told: Omit<Outcome, 'again'>;
  try {
    await tellAgain(world, clock, STORY);
    const { app } = world;
    told = { live: await hashes(app), otherwise: await differentWhenEmbedded(app), rows: await rowsOf(app) };
  } catch (error) {
    await world.stop();
    throw error;
  }
  await world.stop({ keep: true });
  const { dir, key } = world.app;
  const { readModels } = dataFiles({ dataDir: dir, sharedDir: dir });
  for (const suffix of ['', '-wal', '-shm']) rmSync(readModels + suffix, { force: true });
  await stores.dispose();
  const app = await startTestApp({ dir, key, clock, stores });
  try {
    await app.settle(SETTLE_MS);
    return { ...told, again: await hashes(app) };
  } finally {
    await app.stop({ keep: false });
  }
}

function collectionsOf(app: TestApp): readonly CollectionSpec[] {
  return app.app.get(Projections).collections();
}

async function hashes(app: TestApp): Promise<Hashes> {
  const found: Record<string, string> = {};
  for (const spec of collectionsOf(app)) found[spec.name] = await app.readModels.canonicalHash(spec);
  return found;
}

async function differentWhenEmbedded({ app, store, readModels }: TestApp): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'retally-across-'));
  const different: string[] = [];
  try {
    for (const projection of app.get(Projections).all()) {
      const { collections } = await compareReadModel(projection, { store, live: readModels, folder });
      different.push(...collections.filter(({ equal }) => !equal).map(({ name }) => name));
    }
    return different;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function rowsOf(test: TestApp): Promise<Outcome['rows']> {
  const names = await eventNames(test.store);
  const [, keyId = ''] = /^rtl_([0-9a-f]+)_/.exec(test.key) ?? [];
  const rows: Record<string, readonly string[]> = {};
  for (const spec of collectionsOf(test)) {
    const without = NOT_TOLD[spec.name] ?? [];
    const texts = await rowsByEvent(test.readModels, spec, { tenant: 'main', names, without });
    rows[spec.name] = texts.map((text) => text.replaceAll(keyId, 'first-key'));
  }
  return rows;
}
