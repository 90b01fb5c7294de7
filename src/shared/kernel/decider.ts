import type { DomainEvent } from './event.js';
import type { Refused } from './refusal.js';

/** Events to append (none: nothing to do, already true) or a refusal. */
export type Decision<E extends DomainEvent> = readonly E[] | Refused;

/** An aggregate is three pure functions. `now` and every other fact comes inside the command. */
export interface Decider<State, Command, E extends DomainEvent> {
  readonly initialState: State;
  readonly evolve: (state: State, event: E) => State;
  readonly decide: (command: Command, state: State) => Decision<E>;
}

/** Folds events into a state. */
export function fold<State, E extends DomainEvent>(
  decider: Pick<Decider<State, never, E>, 'initialState' | 'evolve'>,
  events: Iterable<E>,
): State {
  let state = decider.initialState;
  for (const event of events) state = decider.evolve(state, event);
  return state;
}

/** Closes an exhaustive switch: the compiler refuses a case that was forgotten. */
export function never(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}
