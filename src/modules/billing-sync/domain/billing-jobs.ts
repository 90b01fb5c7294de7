import type { JobResult } from '../../../shared/kernel/job-result.js';
import type { Refused } from '../../../shared/kernel/refusal.js';

export const BILLING_JOB_NAMES = ['AGGREGATION', 'SYNC_TRANSACTION', 'INVOICE_LINES'] as const;
export type BillingJob = (typeof BILLING_JOB_NAMES)[number];

export interface BillingJobStart {
  readonly tenant: string;
  readonly job: BillingJob;
  /** Idempotency key of the command: the same key starts the same work, however often. */
  readonly key: string;
  readonly reason: string;
}

/** Billing work as jobs: started by the same commands as over HTTP, finished by events of the log. */
export interface BillingJobs {
  /** Answers the id of the work: run, send or poll. */
  start(request: BillingJobStart): Promise<{ readonly workId: string } | Refused>;
  /** Undefined while it is under way. */
  resultOf(tenant: string, job: BillingJob, workId: string): Promise<JobResult | undefined>;
}

/** Nest token. */
export const BILLING_JOBS = Symbol('BillingJobs');
/** Log categories whose events move billing work on. */
export const BILLING_JOB_CATEGORIES: readonly string[] = ['aggregation', 'billingWork'];
