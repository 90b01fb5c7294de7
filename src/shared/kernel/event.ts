/** A fact of a module's own making, before it has a place in the log. `type` is `Name.v<N>`, never a class name. */
export interface DomainEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/** Who and what caused an event; on every event of the log. */
export interface EventMetadata {
  readonly tenant: string;
  /** From the credential (`key:<id>`) or the role that acted (`role:rate`); never from a header. */
  readonly actor: string;
  readonly commandId?: string;
  /** One value for everything that follows from one request or file. */
  readonly correlationId: string;
  /** The event or command this one follows from. */
  readonly causationId?: string;
  readonly traceparent?: string;
  /** RFC 3339 UTC, from the Clock of who appended it. */
  readonly recordedAt: string;
}

/** Metadata as stored: with the chain of hashes of its stream. */
export interface RecordedMetadata extends EventMetadata {
  /** Hash of the event before it in the stream; 64 zeros for the first. Hex SHA-256. */
  readonly previousHash: string;
  readonly hash: string;
}

/** An event as it stands in the log. */
export interface RecordedEvent<Type extends string = string, Data = unknown> extends DomainEvent<Type, Data> {
  readonly id: string;
  readonly stream: string;
  /** 0 for the first event of the stream. */
  readonly revision: number;
  /** Its place in the whole log: positions ascend, with gaps allowed. */
  readonly position: number;
  readonly metadata: RecordedMetadata;
}
