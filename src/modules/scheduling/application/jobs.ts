import type { JobResult } from '../../../shared/kernel/job-result.js';
import type { Refused } from '../../../shared/kernel/refusal.js';
import { startOfLocalDate } from '../../../shared/kernel/zone.js';
import type { BillingJob, BillingJobs } from '../../billing-sync/index.js';
import { RATING_JOB_NAMES, type RatingJob, type RatingJobs } from '../../rating/index.js';
import type { Job } from '../domain/events.js';

export interface JobStart {
  readonly tenant: string;
  readonly job: Job;
  /** Idempotency key of the command: the same key starts the same work, however often. */
  readonly key: string;
  readonly reason: string;
  readonly businessDate: string;
}

/** The work of jobs, whichever module does it. */
export interface Jobs {
  /** Answers the id of the work. */
  start(request: JobStart): Promise<{ readonly workId: string } | Refused>;
  /** Undefined while it is under way. */
  resultOf(tenant: string, job: Job, workId: string): Promise<JobResult | undefined>;
}

/** Rating runs are for billing cycles that had ended when the business date began, in the zone of this Retally. */
export class ModuleJobs implements Jobs {
  constructor(
    private readonly billing: BillingJobs,
    private readonly rating: RatingJobs,
    private readonly timeZone: string,
  ) {}

  start({ job, businessDate, ...request }: JobStart): Promise<{ readonly workId: string } | Refused> {
    if (!isRatingJob(job)) return this.billing.start({ ...request, job });
    return this.rating.start({ ...request, job, asOf: startOfLocalDate(this.timeZone, businessDate) });
  }

  resultOf(tenant: string, job: Job, workId: string): Promise<JobResult | undefined> {
    if (isRatingJob(job)) return this.rating.resultOf(tenant, workId);
    return this.billing.resultOf(tenant, job, workId);
  }
}

function isRatingJob(job: RatingJob | BillingJob): job is RatingJob {
  return (RATING_JOB_NAMES as readonly string[]).includes(job);
}
