import type { Logger } from '../telemetry/logger.js';
import type { RoleTask, RoleName } from './role-task.js';

export interface TaskState {
  readonly name: string;
  readonly role: RoleName;
  /** WAITING: it threw and will be started again; FINISHED: it returned by itself and had nothing more to do. */
  readonly state: 'RUNNING' | 'WAITING' | 'FINISHED' | 'STOPPED';
  /** How often it was started again since the process began. */
  readonly restarts: number;
  /** What it threw last, while it is WAITING. */
  readonly error?: string;
}

export interface RestartDelays {
  readonly firstMs: number;
  readonly maxMs: number;
  /** A task that ran this long without throwing starts again with the first delay. */
  readonly healthyMs: number;
}

export const RESTART_DELAYS: RestartDelays = { firstMs: 200, maxMs: 30_000, healthyMs: 60_000 };

/** Runs role tasks side by side. One that throws is told, shown and started again; the others never notice. */
export class RoleRunner {
  private readonly abort = new AbortController();
  private readonly states = new Map<string, TaskState>();
  private readonly running: Promise<void>[] = [];

  constructor(
    private readonly tasks: readonly RoleTask[],
    private readonly logger: Logger,
    private readonly delays: RestartDelays = RESTART_DELAYS,
    private readonly changed: () => void = () => undefined,
  ) {}

  start(): void {
    for (const task of this.tasks) this.running.push(this.keepRunning(task));
  }

  status(): TaskState[] {
    return [...this.states.values()];
  }

  /** Resolves when every task has finished or parked what it held. */
  async stop(): Promise<void> {
    this.abort.abort();
    await Promise.all(this.running);
  }

  private async keepRunning(task: RoleTask): Promise<void> {
    const { signal } = this.abort;
    let delay = this.delays.firstMs;
    for (let restarts = 0; ; restarts += 1) {
      this.note(task, { state: 'RUNNING', restarts });
      const startedAt = performance.now();
      try {
        await task.run(signal);
        this.note(task, { state: signal.aborted ? 'STOPPED' : 'FINISHED', restarts });
        return;
      } catch (error) {
        if (signal.aborted) {
          this.logger.warn({ err: error, task: task.name }, 'A role task threw while stopping');
          this.note(task, { state: 'STOPPED', restarts });
          return;
        }
        if (performance.now() - startedAt >= this.delays.healthyMs) delay = this.delays.firstMs;
        this.logger.error({ err: error, task: task.name, retryMs: delay }, 'A role task threw and will start again');
        this.note(task, { state: 'WAITING', restarts, error: messageOf(error) });
      }
      await pause(delay, signal);
      delay = Math.min(delay * 2, this.delays.maxMs);
      if (this.abort.signal.aborted) {
        this.note(task, { state: 'STOPPED', restarts });
        return;
      }
    }
  }

  private note(task: RoleTask, state: Omit<TaskState, 'name' | 'role'>): void {
    this.states.set(task.name, { name: task.name, role: task.role, ...state });
    this.changed();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Waits, or less when the signal comes. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
