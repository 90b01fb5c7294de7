import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { streamName, type StreamName } from '../../../shared/kernel/stream-name.js';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { CommandReference, Origin } from '../domain/lineage.js';

/** A read model names an event the log has not: one of them is damaged, and no lineage may paper over it. */
export class LineageBroken extends Error {
  override readonly name = 'LineageBroken';
}

/**
 * Looks up the events of one answer, each once, whichever way it is named: by position or by stream and revision, never by
 * scanning. It sees one tenant only: an event of another one is treated as damage.
 */
export class LogLookup {
  private readonly byPosition = new Map<number, RecordedEvent>();
  private readonly byAddress = new Map<string, RecordedEvent>();
  private readonly commands = new Map<string, Promise<CommandReference>>();

  constructor(
    private readonly store: EventStore,
    readonly tenant: string,
  ) {}

  async eventAt(position: number): Promise<RecordedEvent> {
    const known = this.byPosition.get(position);
    if (known !== undefined) return known;
    for await (const event of this.store.readAll({ after: position - 1, limit: 1 })) {
      if (event.position === position && event.metadata.tenant === this.tenant) return this.known(event);
    }
    throw new LineageBroken(
      `The log of tenant ${this.tenant} has no event at position ${position}, which a read model names`,
    );
  }

  /** The event of a stream at a revision that a read model or another event names. */
  async eventIn(stream: StreamName, revision: number): Promise<RecordedEvent> {
    const event = await this.at(stream, revision);
    if (event !== undefined) return event;
    throw new LineageBroken(
      `The log of tenant ${this.tenant} has no event ${stream}@${revision}, which is named elsewhere`,
    );
  }

  /** The event of a stream at a revision; undefined past its end. */
  async at(stream: StreamName, revision: number): Promise<RecordedEvent | undefined> {
    const known = this.byAddress.get(`${stream}@${revision}`);
    if (known !== undefined) return known;
    for await (const event of this.store.readStream(stream, { from: revision, limit: 1 })) return this.known(event);
    return undefined;
  }

  /** A whole stream, for short ones: the life of a batch. What is known of it already is read with the rest. */
  async all(stream: StreamName, limit: number): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for await (const event of this.store.readStream(stream, { limit })) events.push(this.known(event));
    return events;
  }

  /** @throws LineageBroken when a stream of this tenant holds an event of another one. */
  private known(event: RecordedEvent): RecordedEvent {
    const { stream, revision, position, metadata } = event;
    if (metadata.tenant !== this.tenant) {
      throw new LineageBroken(
        `${stream}@${revision} is not an event of tenant ${this.tenant}, whose stream it stands in`,
      );
    }
    this.byPosition.set(position, event);
    this.byAddress.set(`${stream}@${revision}`, event);
    return event;
  }

  async originAt(position: number): Promise<Origin> {
    return this.originOf(await this.eventAt(position));
  }

  async originOf(event: RecordedEvent): Promise<Origin> {
    const { type, stream, revision, position, id, metadata } = event;
    return {
      event: { type, stream, revision, position, id, hash: metadata.hash },
      actor: metadata.actor,
      recordedAt: metadata.recordedAt,
      command: metadata.commandId === undefined ? null : await this.command(metadata.commandId),
    };
  }

  private command(commandId: string): Promise<CommandReference> {
    let command = this.commands.get(commandId);
    if (command === undefined) {
      command = this.readCommand(commandId);
      this.commands.set(commandId, command);
    }
    return command;
  }

  private async readCommand(commandId: string): Promise<CommandReference> {
    const accepted = await this.at(streamName('command', this.tenant, commandId), 0);
    if (accepted === undefined) return { commandId, name: null, actor: null, reason: null };
    const { name, payload } = accepted.data as { readonly name?: unknown; readonly payload?: unknown };
    const reason = typeof payload === 'object' && payload !== null && 'reason' in payload ? payload.reason : undefined;
    return {
      commandId,
      name: typeof name === 'string' ? name : null,
      actor: accepted.metadata.actor,
      reason: typeof reason === 'string' ? reason : null,
    };
  }
}
