import type { Metadata } from '@grpc/grpc-js';
import type { Faults } from './faults.js';
import type { TransactionLog } from './transaction-log.js';

/** What a call needs of the server it came to. */
export interface CallContext {
  readonly log: TransactionLog;
  readonly faults: Faults;
  /** Bytes of data one append may carry. */
  readonly maxAppendSize: number;
  /** @throws RpcError unless the caller may. */
  authorize(metadata: Metadata): void;
  /** Cuts the connection a call came over, after what was already written to it. */
  cutConnectionOf(call: { getPeer(): string }): void;
}
