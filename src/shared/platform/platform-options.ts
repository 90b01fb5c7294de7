import type { MessagePort } from 'node:worker_threads';
import type { Config } from '../config/config.js';
import type { Clock } from '../kernel/clock.js';
import type { EventStore } from '../event-store/event-store.port.js';
import type { EventDefinition } from '../kernel/event-definition.js';
import type { OtherThreads } from '../runtime/other-threads.js';
import type { RoleName } from '../runtime/role-task.js';
import type { Logger } from '../telemetry/logger.js';

/** What one Nest context of the application runs with: the whole process in inline mode, one thread otherwise. */
export interface PlatformOptions {
  readonly config: Config;
  /** Every event type of every module. */
  readonly definitions: readonly EventDefinition[];
  /** The roles this context holds; `project` makes it the writer of the read models. */
  readonly roles: readonly RoleName[];
  /** The embedded log's writer: in this thread (the default), or behind a port to the writer's thread. */
  readonly logWriter?: 'inline' | MessagePort;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The role threads beside this context, for health and metrics. */
  readonly otherThreads: OtherThreads;
  /** Wraps the log for every user of this context: tests watch it, or fail it at a chosen append. */
  readonly wrapStore?: (store: EventStore) => EventStore;
}

export const PLATFORM_OPTIONS = Symbol('PlatformOptions');
