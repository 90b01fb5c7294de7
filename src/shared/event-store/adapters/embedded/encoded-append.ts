import type { Appended, ExpectedRevision } from '../../event-store.port.js';
import type { StreamName } from '../../../kernel/stream-name.js';

/** An append ready for the disk: checked and encoded where it was made, so that the writer only writes. */
export interface EncodedAppend {
  readonly stream: StreamName;
  readonly expected: ExpectedRevision;
  readonly events: readonly EncodedEvent[];
}

export interface EncodedEvent {
  readonly id: string;
  readonly type: string;
  /** Canonical JSON of the metadata. */
  readonly metadata: string;
  readonly data: Uint8Array;
}

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

export function encodedBytes(append: EncodedAppend): number {
  let bytes = 0;
  for (const event of append.events) bytes += event.data.byteLength;
  return bytes;
}
