import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import type { RoleTask } from '../../../shared/runtime/role-task.js';
import { BILLING_JOB_CATEGORIES } from '../../billing-sync/index.js';
import { RATING_JOB_CATEGORIES } from '../../rating/index.js';
import type { ExecutionAddress, JobRunner } from './job-runner.js';
import { JOB_EXECUTION, parseExecutionStream } from './scheduling-streams.js';

/**
 * The process manager of executions: woken by their own events and by those of the work they wait for. Executions are
 * few and short, so it folds them from the start of the log and needs no saved position.
 */
export class JobRunnerTask implements RoleTask {
  readonly name = 'job-runner';
  readonly role = 'schedule';

  constructor(
    private readonly store: EventStore,
    private readonly runner: JobRunner,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const running = new Map<string, ExecutionAddress>();
    const filter = { categories: [JOB_EXECUTION, ...BILLING_JOB_CATEGORIES, ...RATING_JOB_CATEGORIES] };
    for await (const delivery of this.store.subscribe({ after: 0, filter, signal })) {
      if (delivery.kind === 'event') {
        const { stream, type } = delivery.event;
        if (parseStreamName(stream).category !== JOB_EXECUTION) continue;
        if (type === 'JobExecutionStarted.v1') running.set(stream, parseExecutionStream(stream));
        else if (type === 'JobExecutionFinished.v1') running.delete(stream);
        continue;
      }
      if (!delivery.caughtUp) continue;
      for (const [stream, address] of running) {
        if (await this.runner.advance(address, signal)) running.delete(stream);
      }
    }
  }
}
