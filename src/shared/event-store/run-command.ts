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
  /**
   * What makes the events' ids: normally the command id. One cause decides once on a stream: run again, it answers with
   * the events it led to the first time. Who decides several times for one command says which time in the cause.
   */
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
 * times; then the conflict is the caller's to see.
 *
 * A command that is run again (a crash, an answer never seen) finds its own events in the stream by their ids and is
 * not decided again: on a state that holds its effect already it would be refused, or take effect twice.
 */
export async function runCommand<State, Command, E extends DomainEvent>(
  store: EventStore,
  run: CommandRun<State, Command, E>,
): Promise<Decided<E> | Refused> {
  for (let attempt = 1; ; attempt += 1) {
    const { state, revision, position, earlier } = await readState(store, run);
    if (earlier !== undefined) return earlier;
    const decision = run.decider.decide(run.command, state);
    if (isRefused(decision)) return decision;
    if (decision.length === 0) return { events: [], revision, position };
    try {
      const appended = await store.append(
        run.stream,
        revision,
        decision.map((event, index) => ({
          id: ownId(run, index),
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

interface StreamState<State, E extends DomainEvent> {
  readonly state: State;
  readonly revision: ExpectedRevision;
  readonly position: number;
  /** What this very cause led to before. */
  readonly earlier: Decided<E> | undefined;
}

async function readState<State, Command, E extends DomainEvent>(
  store: EventStore,
  run: CommandRun<State, Command, E>,
): Promise<StreamState<State, E>> {
  let state = run.decider.initialState;
  let revision: ExpectedRevision = 'no-stream';
  let position = 0;
  let earlier: Decided<E> | undefined;
  let nextOwnId = ownId(run, 0);
  for await (const recorded of store.readStream(run.stream)) {
    const event = recorded as RecordedEvent & E;
    state = run.decider.evolve(state, event);
    ({ revision, position } = event);
    if (event.id !== nextOwnId) continue;
    earlier = { events: [...(earlier?.events ?? []), event], revision, position };
    nextOwnId = ownId(run, earlier.events.length);
  }
  return { state, revision, position, earlier };
}

function ownId(run: Pick<CommandRun<never, never, never>, 'cause' | 'stream'>, index: number): string {
  return eventId(`${run.cause}/${run.stream}/${index}`);
}
