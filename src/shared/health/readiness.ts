import { statfs } from 'node:fs/promises';
import { Inject, Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { CONFIG, type Config } from '../config/config.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.port.js';
import { READ_MODELS, type ReadModels } from '../read-models/read-models.port.js';
import { LocalRoles } from '../runtime/local-roles.js';
import type { OtherThreads } from '../runtime/other-threads.js';
import { OTHER_THREADS } from '../runtime/tokens.js';

/** A part that does not answer within this is down: a probe must never wait for a stuck disk. */
const ANSWER_MS = 2000;

/** What must hold before work may be sent here; each part says what is wrong with it in words. */
@Injectable()
export class Readiness {
  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(LocalRoles) private readonly local: LocalRoles,
    @Inject(OTHER_THREADS) private readonly others: OtherThreads,
  ) {}

  checks(): (() => Promise<HealthIndicatorResult>)[] {
    return [
      () => this.server(),
      () => this.attempt('log', async () => ({ head: await this.store.head() })),
      () => this.projections(),
      () => this.roles(),
      () => this.leases(),
      () => this.disk(),
    ];
  }

  private server(): Promise<HealthIndicatorResult> {
    const session = this.indicators.check('server');
    return Promise.resolve(this.local.draining ? session.down('is stopping') : session.up());
  }

  private async projections(): Promise<HealthIndicatorResult> {
    return this.attempt('projections', async (session) => {
      const status = await this.readModels.status();
      const stopped = status.filter((each) => each.state === 'STOPPED');
      const behind = Math.max(0, ...status.map((each) => each.behind));
      if (stopped.length === 0) return { behind, count: status.length };
      return session.down({
        message: `${stopped.map((each) => each.projection).join(', ')} stopped: see the error, then POST /v1/replays`,
        stopped: stopped.map(({ projection, position, error }) => ({ projection, position, error })),
      });
    });
  }

  /** A task that is starting again is shown, but keeps the server ready: it still takes files and answers reads. */
  private roles(): Promise<HealthIndicatorResult> {
    const session = this.indicators.check('roles');
    const threads = this.others.status();
    const dead = threads.filter((thread) => !thread.alive);
    const tasks = [...this.local.status(), ...threads.flatMap((thread) => thread.tasks)];
    const waiting = tasks.filter((task) => task.state === 'WAITING');
    const restarts = tasks.reduce((sum, task) => sum + task.restarts, 0);
    if (dead.length > 0) {
      const message = `The thread of ${dead.map((thread) => thread.roles.join('+')).join(', ')} is down and starts again`;
      return Promise.resolve(session.down({ message }));
    }
    if (waiting.length > 0) {
      return Promise.resolve(session.degraded({ waiting: waiting.map(({ name, error }) => ({ task: name, error })) }));
    }
    return Promise.resolve(session.up({ tasks: tasks.length, restarts }));
  }

  /** Shown, never a reason to be down: an instance that holds nothing still takes files and answers reads. */
  private leases(): Promise<HealthIndicatorResult> {
    const claims = [this.local.claims(), ...this.others.status().map((thread) => thread.claims)];
    const held = claims.flatMap((each) => each.held).sort();
    const members = Math.max(...claims.map((each) => each.members));
    return Promise.resolve(this.indicators.check('leases').up({ instance: this.config.instance, members, held }));
  }

  private async disk(): Promise<HealthIndicatorResult> {
    return this.attempt('disk', async (session) => {
      const { dataDir, sharedDir, evidenceDir, minFreeBytes } = this.config;
      const volumes = await Promise.all(
        [...new Set([dataDir, sharedDir, evidenceDir])].map((folder) => statfs(folder)),
      );
      const freeBytes = Math.min(...volumes.map(({ bavail, bsize }) => bavail * bsize));
      if (freeBytes >= minFreeBytes) return { freeBytes };
      const message = `Only ${freeBytes} bytes are free at the data; ${minFreeBytes} are asked for`;
      return session.down({ message, freeBytes });
    });
  }

  private async attempt(
    name: string,
    check: (session: ReturnType<HealthIndicatorService['check']>) => Promise<Record<string, unknown>>,
  ): Promise<HealthIndicatorResult> {
    const session = this.indicators.check(name);
    try {
      const result = await within(ANSWER_MS, check(session));
      return name in result ? (result as HealthIndicatorResult) : session.up(result);
    } catch (error) {
      return session.down(error instanceof Error ? error.message : String(error));
    }
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
