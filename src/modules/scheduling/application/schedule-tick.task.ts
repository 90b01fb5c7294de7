import type { SchedulerRegistry } from '@nestjs/schedule';
import type { RoleTask } from '../../../shared/runtime/role-task.js';
import type { Logger } from '../../../shared/telemetry/logger.js';
import type { ScheduleTick } from './schedule-tick.js';

const NAME = 'job-schedule-tick';

/** Ticks while the role `schedule` is held here; decorators of @nestjs/schedule would tick in every thread. */
export class ScheduleTickTask implements RoleTask {
  readonly name = 'schedule-tick';
  readonly role = 'schedule';

  constructor(
    private readonly tick: ScheduleTick,
    private readonly scheduler: SchedulerRegistry,
    private readonly logger: Logger,
    private readonly everyMs = 30_000,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    let running = Promise.resolve();
    const once = (): void => {
      running = running
        .then(() => (signal.aborted ? undefined : this.tick.tick()))
        .catch((error: unknown) => {
          this.logger.error({ err: error }, 'A tick of the job schedules failed; the next one tries again');
        });
    };
    once();
    this.scheduler.addInterval(NAME, setInterval(once, this.everyMs));
    try {
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
    } finally {
      this.scheduler.deleteInterval(NAME);
      await running;
    }
  }
}
