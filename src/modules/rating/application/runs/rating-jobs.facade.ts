import { Inject, Injectable } from '@nestjs/common';
import { COMMAND_GATEWAY, type CommandGateway } from '../../../../shared/command-log/command-gateway.port.js';
import { EVENT_STORE, type EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import type { JobResult } from '../../../../shared/kernel/job-result.js';
import { isRefused, type Refused } from '../../../../shared/kernel/refusal.js';
import type { RatingJob, RatingJobs, RatingJobStart } from '../../domain/runs/rating-jobs.js';
import type { CycleRunKind, RatingRunCompleted } from '../../domain/runs/run-events.js';
import { ratingRunStream } from '../../domain/streams.js';
import { RequestRatingRun } from './request-rating-run.command.js';

const KIND_OF: Readonly<Record<RatingJob, CycleRunKind>> = {
  BILLTIME_USAGE_RATING: 'SECOND_PASS',
  BILLING: 'CYCLE_END',
};

/** Rating runs as jobs, through the same command as over HTTP. */
@Injectable()
export class RatingJobsFacade implements RatingJobs {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  async start({ tenant, job, key, reason, asOf }: RatingJobStart): Promise<{ readonly workId: string } | Refused> {
    const caller = { tenant, actor: 'role:schedule', roles: ['operator'] };
    const command = new RequestRatingRun({ wanted: { kind: KIND_OF[job], asOf }, reason });
    const { outcome } = await this.gateway.submit(caller, command, { key });
    return isRefused(outcome) ? outcome : { workId: outcome.answer.runId };
  }

  async resultOf(tenant: string, workId: string): Promise<JobResult | undefined> {
    const stream = ratingRunStream(tenant, workId);
    for await (const event of this.store.readStream(stream, { direction: 'backward', limit: 1 })) {
      if (event.type === 'RatingRunCompleted.v1') return resultOf(event as RecordedEvent & RatingRunCompleted);
    }
    return undefined;
  }
}

/** What could not be rated again stays as it is, and is counted: one such record does not hold up everybody's bill. */
function resultOf({ data: { counts, problems = [] } }: RatingRunCompleted): JobResult {
  const { accounts, records, changed, problems: error } = counts;
  const first = problems[0] === undefined ? '' : `; ${problems[0].message}`;
  const message = `${records} records of ${accounts} accounts: ${changed} changed; ${error} more stay as they are${first}`;
  return { status: 'COMPLETED', total: records + error, pending: 0, processed: records, error, message };
}
