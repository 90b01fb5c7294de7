import type { EndToEnd } from './end-to-end.js';
import type { Floor } from './floor-run.js';
import type { Stages } from './stages.js';

/** One size of file, measured in every way. */
export interface Measurement {
  readonly records: number;
  readonly floor: Floor;
  readonly endToEnd?: EndToEnd;
  readonly stages?: Stages;
  /** The same on EventStoreDB and MongoDB, or one of them. */
  readonly server?: { readonly endToEnd?: EndToEnd; readonly stages?: Stages };
  /** End to end, as a part of the floor. */
  readonly ratio?: number;
}
