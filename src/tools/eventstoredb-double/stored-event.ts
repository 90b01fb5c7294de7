/** An event as a client proposes it; `data` and `metadata` are the bytes it sent. */
export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly isJson: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

/** `position`: offset of its record in bytes, commit and prepare position alike. `created`: milliseconds since 1970. */
export interface StoredEvent extends ProposedEvent {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly created: number;
}
