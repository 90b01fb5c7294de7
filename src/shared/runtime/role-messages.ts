import type { MessagePort } from 'node:worker_threads';
import type { Config } from '../config/config.js';
import type { RoleName } from './role-task.js';
import type { ClaimsStatus } from '../leases/claims.port.js';
import type { TaskState } from './role-runner.js';
import type { ThreadMetrics } from './other-threads.js';

/** What a role's thread is started with. */
export interface RoleThreadData {
  readonly config: Config;
  readonly roles: readonly RoleName[];
  /** To the embedded log's writer. */
  readonly logPort?: MessagePort;
}

export type ToRoleThread = { readonly kind: 'stop' } | { readonly kind: 'metrics'; readonly request: number };

export type FromRoleThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'tasks'; readonly tasks: readonly TaskState[]; readonly claims: ClaimsStatus }
  | { readonly kind: 'metrics'; readonly request: number; readonly values: ThreadMetrics };
