import type { EventMetadata, RecordedEvent } from '../../../shared/kernel/event.js';
import { isRefused } from '../../../shared/kernel/refusal.js';
import type { StreamName } from '../../../shared/kernel/stream-name.js';
import {
  WrongExpectedRevision,
  type EventStore,
  type EventToAppend,
  type ExpectedRevision,
} from '../../../shared/event-store/event-store.port.js';
import type { SuspenseEvent } from '../domain/events.js';
import { suspenseDecider, type SuspenseCommand } from '../domain/suspense.decider.js';
import type { SuspenseState } from '../domain/suspense.state.js';
import { suspenseStream } from '../domain/streams.js';

/** A reprocess of a million records answers in thousands of events; the file must not be folded anew for each. */
const REMEMBERED_FILES = 64;
const MAX_ATTEMPTS = 10;

interface Folded {
  readonly state: SuspenseState;
  readonly revision: ExpectedRevision;
  readonly position: number;
}

const NOTHING: Folded = { state: suspenseDecider.initialState, revision: 'no-stream', position: 0 };

/**
 * Read -> fold -> decide -> append for the suspense streams, remembering what was folded. The memory is never trusted:
 * each decision first reads on from the revision it remembers, and the exact expected revision is the fence.
 */
export class SuspenseStreams {
  private readonly folded = new Map<StreamName, Folded>();

  constructor(private readonly store: EventStore) {}

  async state(tenant: string, fileId: string): Promise<Folded> {
    return this.caughtUp(suspenseStream(tenant, fileId));
  }

  /**
   * @param idOf the id of an event, from what caused it: the same cause, the same id.
   * @returns where the stream stands afterwards; unchanged when there was nothing to do.
   * @throws WrongExpectedRevision when others kept appending; LogUnavailable.
   */
  async decide(
    tenant: string,
    command: SuspenseCommand,
    metadata: EventMetadata,
    idOf: (event: SuspenseEvent) => string,
  ): Promise<Folded> {
    const stream = suspenseStream(tenant, command.fileId);
    for (let attempt = 1; ; attempt += 1) {
      const before = await this.caughtUp(stream);
      const decision = suspenseDecider.decide(command, before.state);
      if (isRefused(decision)) throw new Error(`Suspense refuses nothing, yet: ${decision.refused.code}`);
      if (decision.length === 0) return before;
      try {
        return await this.appended(stream, before, decision, (event) => ({ id: idOf(event), ...event, metadata }));
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision) || attempt >= MAX_ATTEMPTS) throw error;
      }
    }
  }

  /** One append an event: many large requests together could pass what one append may hold. */
  private async appended(
    stream: StreamName,
    before: Folded,
    events: readonly SuspenseEvent[],
    recorded: (event: SuspenseEvent) => EventToAppend,
  ): Promise<Folded> {
    let now = before;
    for (const event of events) {
      const { revision, position } = await this.store.append(stream, now.revision, [recorded(event)]);
      now = { state: suspenseDecider.evolve(now.state, event), revision, position };
      this.remember(stream, now);
    }
    return now;
  }

  private async caughtUp(stream: StreamName): Promise<Folded> {
    let { state, revision, position } = this.folded.get(stream) ?? NOTHING;
    const from = revision === 'no-stream' ? 0 : revision + 1;
    for await (const event of this.store.readStream(stream, { from })) {
      state = suspenseDecider.evolve(state, event as RecordedEvent & SuspenseEvent);
      revision = event.revision;
      position = event.position;
    }
    const now = { state, revision, position };
    this.remember(stream, now);
    return now;
  }

  private remember(stream: StreamName, folded: Folded): void {
    const known = this.folded.get(stream);
    if (known !== undefined && known.position > folded.position) return;
    this.folded.delete(stream);
    this.folded.set(stream, folded);
    const oldest = this.folded.keys().next();
    if (this.folded.size > REMEMBERED_FILES && oldest.done !== true) this.folded.delete(oldest.value);
  }
}
