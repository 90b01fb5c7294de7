import type { LineageGraph } from '../domain/lineage.js';
import type { LogLookup } from './log-lookup.js';

/** One answer being put together. */
export interface Trace {
  readonly tenant: string;
  readonly log: LogLookup;
  readonly graph: LineageGraph;
}
