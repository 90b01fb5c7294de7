import type { CommandGateway } from '../../../shared/command-log/command-gateway.port.js';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { Clock } from '../../../shared/kernel/clock.js';
import { latestDue } from '../domain/due-date.js';
import { CreateJobExecution } from './commands.js';
import { loadExecution, loadSchedules } from './schedule-log.js';
import { jobExecutionStream } from './scheduling-streams.js';

/**
 * Looks what is due and creates and starts it. The business date is the identity of a run, not the tick: ticking twice,
 * late, or in two processes makes one execution.
 */
export class ScheduleTick {
  constructor(
    private readonly store: EventStore,
    private readonly gateway: CommandGateway,
    private readonly clock: Clock,
    private readonly zone: string,
    private readonly tenants: readonly string[],
  ) {}

  async tick(): Promise<void> {
    for (const tenant of this.tenants) {
      const { byName } = await loadSchedules(this.store, tenant);
      for (const schedule of byName.values()) {
        const businessDate = latestDue(schedule, this.clock.now(), this.zone);
        if (businessDate !== undefined) await this.runOnce(tenant, schedule.name, businessDate);
      }
    }
  }

  /** An execution made by hand for the date stands: whoever made it decides when it runs. */
  private async runOnce(tenant: string, name: string, businessDate: string): Promise<void> {
    const execution = await loadExecution(this.store, tenant, name, businessDate);
    const ours = execution.created && !execution.started && (await this.createdByTick(tenant, name, businessDate));
    if (execution.created && !ours) return;
    const caller = { tenant, actor: 'role:schedule', roles: ['operator'] };
    const command = new CreateJobExecution({ name, businessDate, by: 'TICK', run: true });
    await this.gateway.submit(caller, command, { key: `tick-${name}-${businessDate}` });
  }

  private async createdByTick(tenant: string, name: string, businessDate: string): Promise<boolean> {
    for await (const event of this.store.readStream(jobExecutionStream(tenant, name, businessDate), { limit: 1 })) {
      return (event.data as { readonly by?: string }).by === 'TICK';
    }
    return false;
  }
}
