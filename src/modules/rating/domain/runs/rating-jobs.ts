import type { JobResult } from '../../../../shared/kernel/job-result.js';
import type { Refused } from '../../../../shared/kernel/refusal.js';

export const RATING_JOB_NAMES = ['BILLTIME_USAGE_RATING', 'BILLING'] as const;
export type RatingJob = (typeof RATING_JOB_NAMES)[number];

export interface RatingJobStart {
  readonly tenant: string;
  readonly job: RatingJob;
  /** Idempotency key of the command: the same key starts the same work, however often. */
  readonly key: string;
  readonly reason: string;
  /** Epoch ms: for billing cycles that had ended by then. */
  readonly asOf: number;
}

/** Rating runs as jobs: started by the same command as over HTTP, finished by an event of the log. */
export interface RatingJobs {
  /** Answers the id of the run. */
  start(request: RatingJobStart): Promise<{ readonly workId: string } | Refused>;
  /** Undefined while it is under way. */
  resultOf(tenant: string, workId: string): Promise<JobResult | undefined>;
}

/** Nest token. */
export const RATING_JOBS = Symbol('RatingJobs');
/** Log categories whose events move rating runs on. */
export const RATING_JOB_CATEGORIES: readonly string[] = ['ratingRun'];
