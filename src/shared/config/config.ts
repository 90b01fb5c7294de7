import type { EvidenceLimits } from '../evidence/evidence-store.port.js';
import type { RoleName } from '../runtime/role-task.js';

/** How the billing system is reached; without it nothing can be sent, and sending is refused by name. */
export interface BillingConfig {
  /** Base address of its API, http or https. */
  readonly url: string;
  readonly clientNo: string;
  readonly authKey: string;
  readonly timeoutMs: number;
  /** How long the billing system remembers a `client_receipt_id`. */
  readonly windowHours: number;
  /** Lines per batch at most. */
  readonly batchSize: number;
  /** Batches under way at the same time. */
  readonly parallel: number;
}

export interface LimitsConfig extends EvidenceLimits {
  /** One record of a file; a longer one rejects the file. */
  readonly maxRecordBytes: number;
  /** A JSON request body. */
  readonly maxBodyBytes: number;
}

/** Where a store is kept: in a file of the data folder, or on a server that several instances may share. */
export type Engine =
  | { readonly kind: 'embedded' }
  | {
      readonly kind: 'server';
      /** A connection string as given, credentials included: for its driver alone, never to be printed. */
      readonly address: string;
    };

/** Everything that can be set, read once at boot from `RETALLY_*` and frozen. Paths are absolute. */
export interface Config {
  /** Of this instance alone. */
  readonly dataDir: string;
  /** What instances share: evidence, watched folders, snapshots, the identity index. Of one instance: the data folder. */
  readonly sharedDir: string;
  /** This instance by name, for people: in leases, logs and health. */
  readonly instance: string;
  readonly evidenceDir: string;
  /** Root of the watched folders: `<home>/<tenant>/mediation/<platform>/…`. */
  readonly homeDir: string;
  readonly host: string;
  readonly port: number;
  readonly eventStore: Engine;
  readonly readModels: Engine;
  /** In front of every stream name on an EventStoreDB that others use too; empty for none. */
  readonly streamPrefix: string;
  /** How long a member may be silent before others take over its leases; in milliseconds. */
  readonly leaseTtlMs: number;
  /** Rating partitions per tenant; recorded in the log with the first record and never changed afterwards. */
  readonly partitions: number;
  /** Records per chunk at most. */
  readonly chunkRecords: number;
  readonly limits: LimitsConfig;
  readonly roles: readonly RoleName[];
  /** `threads`: each role in its own worker thread. `inline`: all in one thread, for tests and tools. */
  readonly workers: 'threads' | 'inline';
  readonly auth: 'keys' | 'none';
  /** Never empty. The first one is the tenant of the actor `local` when `auth` is `none`. */
  readonly tenants: readonly string[];
  /** IANA zone of business dates. */
  readonly timeZone: string;
  /** Absent when RETALLY_BILLING_URL is not set; batch size and parallelism then have no meaning. */
  readonly billing?: BillingConfig;
  /** Readiness is refused when less than this is free on the volume of the data. */
  readonly minFreeBytes: number;
  /** Grace between the first stop signal and a forced end. */
  readonly shutdownMs: number;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
}

/** Nest token. */
export const CONFIG = Symbol('Config');
