import type { EventDefinition } from '../kernel/event-definition.js';
import type { DomainEvent } from '../kernel/event.js';

export const REPLAY_MODES = ['REBUILD', 'RESUME'] as const;
/** REBUILD: all rows anew beside the serving ones. RESUME: a stopped projection tries again from where it stopped. */
export type ReplayMode = (typeof REPLAY_MODES)[number];

/**
 * Stream `replay-<tenant>.<readModel>`. Who asks and who does it may be in different threads or machines: the request
 * stands in the log, and the role `project` acts on it when it comes to it.
 */
export type ReplayRequested = DomainEvent<
  'ReplayRequested.v1',
  { readonly readModel: string; readonly mode: ReplayMode; readonly reason: string | null }
>;

export const readModelEvents: readonly EventDefinition[] = [{ type: 'ReplayRequested.v1', encoding: 'json' }];
