import { join } from 'node:path';
import type { Config } from '../config/config.js';

/** Where what is kept: the log and the evidence are the truth, the others can be made again. */
export function dataFiles(config: Pick<Config, 'dataDir' | 'sharedDir'>): {
  readonly log: string;
  readonly readModels: string;
  /** Shared: whoever takes over a piece of work finds them here. */
  readonly snapshots: string;
} {
  return {
    log: join(config.dataDir, 'log.db'),
    readModels: join(config.dataDir, 'read-models.db'),
    snapshots: join(config.sharedDir, 'snapshots'),
  };
}
