import type { EncodedAppend } from '../../encoded-append.js';
import type { Appended, ExpectedRevision } from '../../event-store.port.js';

/** What became of one append of a group; none of them says anything about its neighbours. */
export type AppendResult =
  | ({ readonly kind: 'appended' } & Appended)
  | { readonly kind: 'wrong-revision'; readonly actual: ExpectedRevision }
  | { readonly kind: 'unavailable'; readonly message: string };

/** Where a store hands its appends: the writer itself, or a port to the thread it lives in. */
export interface AppendSink {
  /** Never rejects; the result says what happened. */
  append(append: EncodedAppend): Promise<AppendResult>;
  /** Resolves once everything handed in before is answered. */
  close(): Promise<void>;
}
