import { convertToCommandError, ErrorType } from '@eventstore/db-client';

/** Nothing came for a while on a call that should bring something: whether the server lives is not known. */
export class SilentServer extends Error {
  override readonly name = 'SilentServer';
  constructor(readonly milliseconds: number) {
    super(`The event store has not answered for ${milliseconds} ms`);
  }
}

/**
 * What a failed call means for its caller.
 * `passing`: down, slow, busy, changing its leader; the outcome is unknown and the same may be asked again.
 * `denied`: credentials or rights. `deleted`: the stream was deleted on the server. `too-large`: the server's limit.
 * `unknown-position`: the server cannot read from there, or failed inside. `defect`: none of these.
 */
type FailureKind = 'passing' | 'denied' | 'deleted' | 'too-large' | 'unknown-position' | 'defect';

const KIND_OF_TYPE: Readonly<Partial<Record<ErrorType, FailureKind>>> = {
  [ErrorType.TIMEOUT]: 'passing',
  [ErrorType.DEADLINE_EXCEEDED]: 'passing',
  [ErrorType.UNAVAILABLE]: 'passing',
  [ErrorType.CANCELLED]: 'passing',
  [ErrorType.NOT_LEADER]: 'passing',
  [ErrorType.ACCESS_DENIED]: 'denied',
  [ErrorType.STREAM_DELETED]: 'deleted',
  [ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED]: 'too-large',
};

/** gRPC codes the client has no name for: cancelled here, resource exhausted, aborted, internal, data loss. */
const PASSING_CODES: ReadonlySet<unknown> = new Set([1, 8, 10, 13, 15]);
const PERMISSION_DENIED = 7;
const UNKNOWN = 2;

/** Errors the client and its channel raise without a code, while they look for a node or change the connection. */
const PASSING_MESSAGES = /^(Failed to discover|Channel has been shut down)/;

export function failureOf(error: unknown): FailureKind {
  if (error instanceof SilentServer) return 'passing';
  if (!(error instanceof Error)) return 'defect';
  if (PASSING_MESSAGES.test(error.message)) return 'passing';
  const { type, code } = convertToCommandError(error) as { type?: ErrorType; code?: unknown };
  const kind = type === undefined ? undefined : KIND_OF_TYPE[type];
  if (kind !== undefined) return kind;
  if (PASSING_CODES.has(code)) return 'passing';
  if (code === PERMISSION_DENIED) return 'denied';
  return code === UNKNOWN ? 'unknown-position' : 'defect';
}

/** The message of an error, in one line, for a log or a longer message. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s+/g, ' ').trim();
}
