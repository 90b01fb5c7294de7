import { Metadata, status } from '@grpc/grpc-js';

/** A gRPC status with the trailers by which the client recognises the server's errors. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  constructor(
    readonly code: status,
    readonly details: string,
    trailers: Readonly<Record<string, string>> = {},
  ) {
    super(details);
    for (const [key, value] of Object.entries(trailers)) this.metadata.set(key, value);
  }

  readonly metadata = new Metadata();
}

/** What an exception nobody expected becomes. */
export function handlerFailed(): RpcError {
  return new RpcError(status.UNKNOWN, 'Exception was thrown by handler.');
}

export function readFailed(result: 'ReadStreamResult' | 'ReadAllResult'): RpcError {
  return new RpcError(status.UNKNOWN, `Unexpected ${result}: Error`);
}

export function maxAppendSizeExceeded(limit: number): RpcError {
  return new RpcError(status.INVALID_ARGUMENT, `Maximum Append Size of ${limit} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(limit),
  });
}

export function requiredMetadataMissing(property: string): RpcError {
  return new RpcError(status.INVALID_ARGUMENT, `Required Metadata Property '${property}' is missing`, {
    exception: 'missing-required-metadata-property',
    'required-metadata-properties': 'type,content-type',
  });
}

export function notLeader(host: string, port: number): RpcError {
  return new RpcError(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': String(port),
  });
}

export function accessDenied(): RpcError {
  return new RpcError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
}

export function unauthenticated(): RpcError {
  return new RpcError(status.UNAUTHENTICATED, 'Unauthenticated');
}

export function consumerTooSlow(): RpcError {
  const what = 'Consumer too slow to handle event while live. Client resubscription required.';
  return new RpcError(status.ABORTED, `Operation timed out: ${what}`);
}

export function notPlayed(what: string): RpcError {
  return new RpcError(status.UNIMPLEMENTED, `The EventStoreDB double does not play ${what}`);
}

/** Any thrown value as the server would answer it. What is no RPC error is a defect of the double, so it is shown too. */
export function asRpcError(thrown: unknown): RpcError {
  if (thrown instanceof RpcError) return thrown;
  console.error('The EventStoreDB double failed by itself:', thrown);
  return handlerFailed();
}
