import { Worker, type MessagePort } from 'node:worker_threads';
import type { Config } from '../config/config.js';
import type { ClaimsStatus } from '../leases/claims.port.js';
import type { Logger } from '../telemetry/logger.js';
import type { FromRoleThread, RoleThreadData, ToRoleThread } from './role-messages.js';
import { heapLimits } from './engine-settings.js';
import { RESTART_DELAYS, type TaskState } from './role-runner.js';
import type { RoleName } from './role-task.js';
import type { OtherThreads, ThreadMetrics, ThreadState } from './other-threads.js';

/** Roles that share a thread: the busy ones have their own, the waiting ones share one. */
const THREADS: readonly (readonly RoleName[])[] = [['ingest'], ['rate'], ['project'], ['sync', 'schedule']];
const METRICS_MS = 1000;

export interface RoleThreadsOptions {
  readonly config: Config;
  /** The module that runs in each thread. */
  readonly entry: URL;
  /** A fresh port to the embedded log's writer; undefined for a log on a server. */
  readonly connect: () => MessagePort | undefined;
  readonly logger: Logger;
}

/** The threads of a process's roles: started, watched, started again when one dies, stopped in order. */
export class RoleThreads implements OtherThreads {
  private readonly threads: RoleThread[];

  constructor(options: RoleThreadsOptions) {
    this.threads = THREADS.map((roles) => roles.filter((role) => options.config.roles.includes(role)))
      .filter((roles) => roles.length > 0)
      .map((roles) => new RoleThread(roles, options));
  }

  /** Resolves when every thread has opened its stores and runs its tasks. */
  async start(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.start()));
  }

  /** Resolves when the thread with this role is up for the first time; at once when there is none. */
  async ready(role: RoleName): Promise<void> {
    await this.threads.find((thread) => thread.roles.includes(role))?.ready;
  }

  status(): ThreadState[] {
    return this.threads.map((thread) => thread.status());
  }

  metrics(): Promise<ThreadMetrics[]> {
    return Promise.all(this.threads.map((thread) => thread.metrics()));
  }

  /** Every task finishes or parks what it holds; then the threads end. */
  async stop(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.stop()));
  }
}

class RoleThread {
  readonly ready: Promise<void>;
  private becameReady: () => void = () => undefined;
  private worker: Worker | undefined;
  private alive = false;
  private stopping = false;
  private restarts = 0;
  private delayMs = RESTART_DELAYS.firstMs;
  private restartTimer: NodeJS.Timeout | undefined;
  private tasks: readonly TaskState[] = [];
  private claims: ClaimsStatus = { held: [], members: 0 };
  private readonly answers = new Map<number, (values: ThreadMetrics) => void>();
  private requests = 0;

  constructor(
    readonly roles: readonly RoleName[],
    private readonly options: RoleThreadsOptions,
  ) {
    this.ready = new Promise((resolve) => (this.becameReady = resolve));
  }

  /** Rejects when the thread ends before it was ever ready: then the settings or the data are wrong, not the moment. */
  async start(): Promise<void> {
    const worker = this.launch();
    const failed = new Promise<never>((_, reject) => {
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error(`The thread of ${this.roles.join(' and ')} ended while starting`)));
    });
    await Promise.race([this.ready, failed]);
  }

  status(): ThreadState {
    return { roles: this.roles, alive: this.alive, restarts: this.restarts, tasks: this.tasks, claims: this.claims };
  }

  metrics(): Promise<ThreadMetrics> {
    if (!this.alive) return Promise.resolve([]);
    const request = (this.requests += 1);
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle([]), METRICS_MS);
      const settle = (values: ThreadMetrics) => {
        clearTimeout(timer);
        this.answers.delete(request);
        resolve(values);
      };
      this.answers.set(request, settle);
      this.tell({ kind: 'metrics', request });
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restartTimer);
    const { worker } = this;
    if (worker === undefined) return;
    const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.tell({ kind: 'stop' });
    await gone;
  }

  private launch(): Worker {
    const logPort = this.options.connect();
    const { config } = this.options;
    const workerData: RoleThreadData = { config, roles: this.roles, ...(logPort === undefined ? {} : { logPort }) };
    const worker = new Worker(this.options.entry, {
      workerData,
      transferList: logPort === undefined ? [] : [logPort],
      name: `retally-${this.roles.join('-')}`,
      resourceLimits: heapLimits(this.roles),
    });
    this.worker = worker;
    worker.on('message', (message: FromRoleThread) => this.hear(message));
    worker.on('error', (error) => {
      this.options.logger.error({ err: error, roles: this.roles }, 'A role thread failed');
    });
    worker.on('exit', (code) => this.ended(code));
    return worker;
  }

  private hear(message: FromRoleThread): void {
    switch (message.kind) {
      case 'ready':
        this.alive = true;
        this.delayMs = RESTART_DELAYS.firstMs;
        this.becameReady();
        return;
      case 'tasks':
        this.tasks = message.tasks;
        this.claims = message.claims;
        return;
      case 'metrics':
        this.answers.get(message.request)?.(message.values);
        return;
    }
  }

  private ended(code: number): void {
    const everReady = this.alive;
    this.alive = false;
    this.worker = undefined;
    for (const answer of [...this.answers.values()]) answer([]);
    if (this.stopping || (!everReady && this.restarts === 0)) return;
    this.options.logger.error(
      { roles: this.roles, code, retryMs: this.delayMs },
      'A role thread ended; it starts again',
    );
    this.restartTimer = setTimeout(() => {
      this.restarts += 1;
      this.launch();
    }, this.delayMs);
    this.delayMs = Math.min(this.delayMs * 2, RESTART_DELAYS.maxMs);
  }

  private tell(message: ToRoleThread): void {
    this.worker?.postMessage(message);
  }
}
