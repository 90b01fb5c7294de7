import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { RunAnswerers } from './answer-run.js';
import { CycleEndAnswerer } from './cycle-end.answerer.js';
import { RerateAnswerer } from './rerate.answerer.js';
import { SecondPassAnswerer } from './second-pass.answerer.js';

/** Who answers which kind of run. */
export function runAnswerers(store: EventStore): RunAnswerers {
  return {
    SECOND_PASS: new SecondPassAnswerer(store),
    CYCLE_END: new CycleEndAnswerer(store),
    RERATE: new RerateAnswerer(store),
  };
}
