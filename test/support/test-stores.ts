import { runStores, type RunStores } from '../../src/tools/local/run-stores.js';

const byFolder = new Map<string, RunStores>();

/**
 * The stores named by RETALLY_TEST_EVENT_STORE and RETALLY_TEST_READ_MODELS, or the embedded ones: on servers a prefix
 * and a database for each data folder, so that a start on the same folder finds what the one before left.
 */
export function testStores(dataDir: string): RunStores {
  let stores = byFolder.get(dataDir);
  if (stores === undefined) {
    stores = runStores({
      eventStore: process.env['RETALLY_TEST_EVENT_STORE'],
      readModels: process.env['RETALLY_TEST_READ_MODELS'],
    });
    byFolder.set(dataDir, stores);
  }
  return stores;
}
