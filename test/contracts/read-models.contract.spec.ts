import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedReadModels } from '../../src/shared/read-models/adapters/embedded/embedded-read-models.js';
import type { ReadModelsUnderTest } from './read-models.fixtures.js';
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

/** Every adapter by the scheme of its address in the configuration. */
const ADAPTERS: Readonly<Record<string, (address: string) => Promise<ReadModelsUnderTest>>> = { embedded };

/** The embedded engine always; a real server when the environment names one, and then its absence fails the run. */
const named = process.env['RETALLY_TEST_READ_MODELS'];
for (const address of ['embedded', ...(named === undefined || named === '' ? [] : [named])]) {
  const scheme = address.split(':')[0] ?? address;
  const adapter = ADAPTERS[scheme];
  if (adapter === undefined) {
    it(`read models ${address}`, () => {
      throw new Error(`RETALLY_TEST_READ_MODELS names ${address}, but there is no adapter "${scheme}" in this version`);
    });
  } else {
    queryContract(address, () => adapter(address));
    projectionContract(address, () => adapter(address));
    rebuildContract(address, () => adapter(address));
  }
}
