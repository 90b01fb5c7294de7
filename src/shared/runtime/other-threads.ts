import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { ClaimsStatus } from '../leases/claims.port.js';
import type { TaskState } from './role-runner.js';
import type { RoleName } from './role-task.js';

export type ThreadMetrics = readonly MetricObjectWithValues<MetricValue<string>>[];

export interface ThreadState {
  readonly roles: readonly RoleName[];
  readonly alive: boolean;
  readonly restarts: number;
  readonly tasks: readonly TaskState[];
  readonly claims: ClaimsStatus;
}

/** What health and metrics want to know of the threads beside their own. */
export interface OtherThreads {
  status(): ThreadState[];
  /** Of each thread that answers in time. */
  metrics(): Promise<ThreadMetrics[]>;
}

/** In inline mode, and inside a role's thread, there are none. */
export const noOtherThreads: OtherThreads = { status: () => [], metrics: () => Promise.resolve([]) };
