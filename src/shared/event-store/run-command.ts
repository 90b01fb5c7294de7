import type { Decider } from '../kernel/decider.js';
import type { DomainEvent, EventMetadata, RecordedEvent } from '../kernel/event.js';
import { isRefused, type Refused } from '../kernel/refusal.js';
import type { StreamName } from '../kernel/stream-name.js';
import { eventId } from './event-id.js';
import { WrongExpectedRevision, type EventStore, type ExpectedRevision } from './event-store.port.js';

/** How often a decision is taken again when somebody else appended first. */
const MAX_ATTEMPTS = 4;

export interface CommandRun<State, Command, E extends DomainEvent> {
  readonly stream: StreamName;
  readonly decider: Decider<State, Command, E>;
  readonly command: Command;
  readonly metadata: EventMetadata;
  /** What makes the events' ids: normally the command id. */
  readonly cause: string;
}

export interface Decided<E extends DomainEvent> {
  readonly events: readonly E[];
  /** Revision of the stream afterwards; 'no-stream' when nothing was ever appended. */
  readonly revision: ExpectedRevision;
  /** Position of the last event of the stream; 0 when there is none. */
  readonly position: number;
}

/**
 * Read -> fold -> decide -> append at the revision just read. A conflict is decided again on the new state, a few
 * times; then the conflict is the caller's to see. A retry after an unknown outcome finds its own events by their ids.
 */
export async function runCommand<State, Command, E extends DomainEvent>(
  store: EventStore,
  run: CommandRun<State, Command, E>,
): Promise<Decided<E> | Refused> {
  for (let attempt = 1; ; attempt += 1) {
    let state = run.decider.initialState;
    let revision: ExpectedRevision = 'no-stream';
    let position = 0;
    for await (const event of store.readStream(run.stream)) {
      state = run.decider.evolve(state, event as RecordedEvent & E);
      revision = event.revision;
      position = event.position;
    }
    const decision = run.decider.decide(run.command, state);
    if (isRefused(decision)) return decision;
    if (decision.length === 0) return { events: [], revision, position };
    try {
      const appended = await store.append(
        run.stream,
        revision,
        decision.map((event, index) => ({
          id: eventId(`${run.cause}/${run.stream}/${index}`),
          type: event.type,
          data: event.data,
          metadata: run.metadata,
        })),
      );
      return { events: decision, revision: appended.revision, position: appended.position };
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision) || attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}
