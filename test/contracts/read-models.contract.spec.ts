import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Mongoose } from 'mongoose';
import { EmbeddedReadModels } from '../../src/shared/read-models/adapters/embedded/embedded-read-models.js';
import { MongoDbReadModels } from '../../src/shared/read-models/adapters/mongodb/mongodb-read-models.js';
import type { ReadModelsUnderTest } from './read-models.fixtures.js';
import { answersContract } from './read-models.answers.contract.js';
import { queryContract } from './read-models.queries.contract.js';
import { projectionContract } from './read-models.projections.contract.js';
import { rebuildContract } from './read-models.rebuild.contract.js';

async function embedded(): Promise<ReadModelsUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'retally-read-models-'));
  const path = join(folder, 'read-models.db');
  return {
    openWriter: () => EmbeddedReadModels.open({ path, mode: 'writer' }),
    openReader: () => EmbeddedReadModels.open({ path, mode: 'reader' }),
    dispose: () => rm(folder, { recursive: true }),
  };
}

/** A database of its own for each test, on the server that the address names. */
function mongodb(server: string): Promise<ReadModelsUnderTest> {
  const url = new URL(server);
  url.pathname = `/retally-test-${randomUUID()}`;
  const address = url.toString();
  return Promise.resolve({
    openWriter: () => MongoDbReadModels.open({ address, mode: 'writer', waitMs: 5000 }),
    openReader: () => MongoDbReadModels.open({ address, mode: 'reader', waitMs: 5000 }),
    dispose: async () => {
      const connection = await new Mongoose().createConnection(address).asPromise();
      await connection.dropDatabase();
      await connection.close();
    },
  });
}

/** Every adapter by the scheme of its address in the configuration. */
const ADAPTERS: Readonly<Record<string, (address: string) => Promise<ReadModelsUnderTest>>> = {
  embedded,
  mongodb,
  'mongodb+srv': mongodb,
};

function certify(address: string): void {
  const scheme = address.split(':')[0] ?? address;
  const adapter = ADAPTERS[scheme];
  if (adapter === undefined) {
    it(`read models ${address}`, () => {
      throw new Error(`RETALLY_TEST_READ_MODELS names ${address}, but there is no adapter "${scheme}" in this version`);
    });
    return;
  }
  answersContract(scheme, () => adapter(address));
  queryContract(scheme, () => adapter(address));
  projectionContract(scheme, () => adapter(address));
  rebuildContract(scheme, () => adapter(address));
}

/** The embedded engine always; a real server when the environment names one, and then its absence fails the run. */
const named = process.env['RETALLY_TEST_READ_MODELS'] ?? '';
certify('embedded');
if (named === '') {
  it.skip('read models contract: mongodb (RETALLY_TEST_READ_MODELS names no server)', () => undefined);
} else if (named !== 'embedded') {
  // Some servers take seconds to make an index.
  jest.setTimeout(120_000);
  certify(named);
}
