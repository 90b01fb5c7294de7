import type { EndToEnd } from './end-to-end.js';
import type { Paired } from './pairs.js';
import type { Stages } from './stages.js';

/** One size of file, measured in every way. */
export interface Measurement extends Paired {
  readonly records: number;
  readonly stages?: Stages;
  /** The same on EventStoreDB and MongoDB, or one of them. */
  readonly server?: { readonly endToEnd?: EndToEnd; readonly stages?: Stages };
}
