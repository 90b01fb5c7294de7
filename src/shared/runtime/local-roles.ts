import type { Claims, ClaimsStatus } from '../leases/claims.port.js';
import type { Logger } from '../telemetry/logger.js';
import { RoleRunner, type TaskState } from './role-runner.js';
import type { RoleName, RoleTask, RoleTasks } from './role-task.js';

export interface LocalRolesOptions {
  readonly logger: Logger;
  readonly claims: Pick<Claims, 'status'>;
  /** What a task runs as: where the work is shared, one that runs while its lease is held here. */
  readonly runsAs: (task: RoleTask) => RoleTask;
}

/** The role tasks of this thread, and whether the process is on its way down. */
export class LocalRoles {
  private runner: RoleRunner | undefined;
  private stopped: Promise<void> | undefined;

  constructor(
    readonly roles: readonly RoleName[],
    private readonly tasks: RoleTasks,
    private readonly options: LocalRolesOptions,
  ) {}

  /** Set by the first stop signal: readiness is refused from then on, so that no new work is sent here. */
  draining = false;
  /** Called whenever a task's state, or what is claimed, changes. */
  changed: () => void = () => undefined;

  start(): void {
    this.runner = new RoleRunner(
      this.tasks.of(this.roles).map(this.options.runsAs),
      this.options.logger,
      undefined,
      () => this.changed(),
    );
    this.runner.start();
  }

  status(): TaskState[] {
    return this.runner?.status() ?? [];
  }

  /** What of the shared work is done here. */
  claims(): ClaimsStatus {
    return this.options.claims.status();
  }

  /** Resolves when every task has finished or parked what it held; the same again when called again. */
  stop(): Promise<void> {
    this.stopped ??= this.runner?.stop() ?? Promise.resolve();
    return this.stopped;
  }
}
