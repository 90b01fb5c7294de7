/**
 * The roles of the one application. By default `api` runs on the main thread and the others in worker threads, so that
 * no file ever slows a click; on a cluster each instance takes the roles it is configured for; tests run them inline.
 */
export const ROLE_NAMES = ['api', 'ingest', 'rate', 'project', 'sync', 'schedule'] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

/** A loop of a role: it runs until the signal, finishes or parks what it holds, and returns. */
export interface RoleTask {
  readonly name: string;
  readonly role: RoleName;
  /**
   * Where several instances share the work: `WHOLE`, one of them runs the task at a time (the default, but for `api`);
   * `BY_PARTS`, it runs everywhere and claims parts of its work for itself; `EVERYWHERE`, each instance needs it (the
   * default of `api`).
   */
  readonly claiming?: 'WHOLE' | 'BY_PARTS' | 'EVERYWHERE';
  /** Throwing stops this task alone: the runtime logs it, shows it in health and starts it again with a delay. */
  run(signal: AbortSignal): Promise<void>;
}

/** Modules register their loops here from their wiring; the runtime starts those of the roles it holds. */
export class RoleTasks {
  private readonly tasks: RoleTask[] = [];

  register(task: RoleTask): void {
    if (this.tasks.some((other) => other.name === task.name))
      throw new Error(`Role task ${task.name} is registered twice`);
    this.tasks.push(task);
  }

  of(roles: readonly RoleName[]): readonly RoleTask[] {
    return this.tasks.filter((task) => roles.includes(task.role));
  }

  /** In the order of their registration, which is the same in every context: of those that are claimed whole. */
  place(task: RoleTask): number {
    return this.tasks.filter(isClaimedWhole).indexOf(task);
  }
}

export function isClaimedWhole(task: RoleTask): boolean {
  return (task.claiming ?? (task.role === 'api' ? 'EVERYWHERE' : 'WHOLE')) === 'WHOLE';
}
