import { join } from 'node:path';
import type { Config } from '../config/config.js';

/** Where the embedded profile keeps what: the log and the evidence are the truth, the others can be made again. */
export function dataFiles(config: Pick<Config, 'dataDir'>): {
  readonly log: string;
  readonly readModels: string;
  readonly snapshots: string;
} {
  return {
    log: join(config.dataDir, 'log.db'),
    readModels: join(config.dataDir, 'read-models.db'),
    snapshots: join(config.dataDir, 'snapshots'),
  };
}
