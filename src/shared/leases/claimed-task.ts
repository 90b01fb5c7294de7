import type { RoleName, RoleTask } from '../runtime/role-task.js';
import type { Logger } from '../telemetry/logger.js';
import type { Claims, Held } from './claims.port.js';

export interface ClaimedTaskOptions {
  readonly claims: Claims;
  /** The task's place among those that are claimed whole: neighbours in the list go to different members. */
  readonly place: number;
  readonly logger: Logger;
}

/**
 * A role task that runs while its lease `task/<name>` is held here, and waits while it is held elsewhere. When the
 * lease is to go elsewhere, or the role ends, the task's signal is aborted, and the lease is released once it has
 * parked. What the task throws is thrown here, with the lease released, so that another instance may have more luck.
 */
export class ClaimedTask implements RoleTask {
  readonly name: string;
  readonly role: RoleName;
  private readonly lease: string;

  constructor(
    private readonly task: RoleTask,
    private readonly options: ClaimedTaskOptions,
  ) {
    this.name = task.name;
    this.role = task.role;
    this.lease = `task/${task.name}`;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { claims, place } = this.options;
    const watching = new AbortController();
    const end = () => watching.abort();
    if (signal.aborted) return;
    signal.addEventListener('abort', end, { once: true });
    let life: TaskLife | undefined;
    try {
      const group = { name: this.lease, place };
      for await (const held of claims.watch(group, () => [this.lease], watching.signal)) {
        if (life !== undefined && !life.goesOnWith(held, this.lease)) {
          await this.park(life);
          life = undefined;
        }
        // Also when no life was seen: the lease may have come and be wanted elsewhere again while the last one parked.
        if (!held.names.has(this.lease)) await claims.release(this.lease);
        else life ??= this.begin(held, end);
      }
      // Ended by the role's signal, or by the task itself, which then has thrown or has nothing more to do.
      await life?.end();
    } finally {
      signal.removeEventListener('abort', end);
      await claims.release(this.lease);
    }
  }

  private begin(held: Held, ended: () => void): TaskLife {
    this.options.logger.debug({ task: this.name, epoch: held.epochs.get(this.lease) }, 'A role task begins here');
    return new TaskLife(this.task, held, this.lease, ended);
  }

  /** The work goes elsewhere: what a task says when it is cut off is no failure of it. */
  private async park(life: TaskLife): Promise<void> {
    try {
      await life.end();
    } catch (error) {
      this.options.logger.warn({ err: error, task: this.name }, 'A role task threw while its lease went elsewhere');
    }
    this.options.logger.info({ task: this.name }, 'A role task is parked: its lease goes elsewhere');
  }
}

/** The task from one claim of its lease until it has ended. */
class TaskLife {
  private readonly abort = new AbortController();
  private readonly epoch: number | undefined;
  private readonly done: Promise<void>;
  private leaving = false;

  constructor(task: RoleTask, held: Held, lease: string, ended: () => void) {
    this.epoch = held.epochs.get(lease);
    const { lost } = held;
    const lose = () => this.leave();
    if (lost.aborted) lose();
    lost.addEventListener('abort', lose, { once: true });
    this.done = task.run(this.abort.signal).finally(() => {
      lost.removeEventListener('abort', lose);
      if (!this.leaving) ended();
    });
    // Looked at by `end`; until then nobody listens.
    this.done.catch(() => undefined);
  }

  goesOnWith(held: Held, lease: string): boolean {
    return !this.leaving && held.epochs.get(lease) === this.epoch;
  }

  async end(): Promise<void> {
    this.leave();
    await this.done;
  }

  private leave(): void {
    this.leaving = true;
    this.abort.abort();
  }
}
