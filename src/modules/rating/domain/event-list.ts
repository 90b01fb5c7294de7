import type { EventDefinition } from '../../../shared/kernel/event-definition.js';
import { nonUsageEvents } from './runs/non-usage-events.js';
import { reratedEvents } from './runs/rerated-events.js';
import { ratingRunEvents } from './runs/run-events.js';

/** Every event type and version of this module, for the registry at the composition root. */
export const ratingEvents: readonly EventDefinition[] = [
  { type: 'RatingPartitioned.v1', encoding: 'json' },
  { type: 'UsageBatchRated.v1', encoding: 'chunk' },
  ...ratingRunEvents,
  ...reratedEvents,
  ...nonUsageEvents,
];
