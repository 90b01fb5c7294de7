import { randomUUID } from 'node:crypto';
import type { CommandBus } from '@nestjs/cqrs';
import { WrongExpectedRevision, type EventStore } from '../event-store/event-store.port.js';
import type { Clock } from '../kernel/clock.js';
import type { EventMetadata } from '../kernel/event.js';
import type { CommandGateway, SubmitOptions, Submitted } from './command-gateway.port.js';
import {
  acceptedEvent,
  closingEvent,
  commandStream,
  payloadHash,
  readRecord,
  type CommandRecord,
} from './command-record.js';
import { inFlight, invalidKey, keyReused } from './command-refusals.js';
import {
  metadataOf,
  type CommandContext,
  type Outcome,
  type Principal,
  type RecordedCommand,
} from './recorded-command.js';

/**
 * The door for commands over the CommandBus: recorded before it runs, closed with its answer after.
 *
 *     nothing --accepted--> under way --completed / refused--> answered, for ever
 *                              |  crash, or the handler threw: the next submit runs it again, in its first context
 *
 * A handler may therefore run more than once for one command; its events' ids come from the command id, so the log
 * takes their effect once.
 */
export class LoggedCommandGateway implements CommandGateway {
  /** The commands this process runs right now, by stream, with their payload hashes. */
  private readonly underWay = new Map<string, { readonly name: string; readonly hash: string }>();

  constructor(
    private readonly bus: Pick<CommandBus, 'execute'>,
    private readonly store: EventStore,
    private readonly clock: Clock,
  ) {}

  async submit<Answer>(
    principal: Principal,
    command: RecordedCommand<Answer>,
    options: SubmitOptions = {},
  ): Promise<Submitted<Answer>> {
    const commandId = options.key ?? randomUUID();
    const answer = (outcome: Outcome<unknown>, repeated = false): Submitted<Answer> => ({
      commandId,
      outcome: outcome as Outcome<Answer>,
      repeated,
    });
    const invalid = invalidKey(commandId);
    if (invalid !== undefined) return answer(invalid);

    const stream = commandStream(principal.tenant, commandId);
    const hash = payloadHash(command.name, command.payload);
    const twin = this.underWay.get(stream);
    if (twin !== undefined) return answer(twin.hash === hash ? inFlight(commandId) : keyReused(commandId, twin.name));

    this.underWay.set(stream, { name: command.name, hash });
    try {
      const found = await readRecord(this.store, stream);
      const record = found ?? (await this.accept(principal, command, commandId, hash, options));
      if (record.accepted.payloadHash !== hash) return answer(keyReused(commandId, record.accepted.name));
      if (record.outcome !== undefined) return answer(record.outcome, true);
      const { outcome, first } = await this.run(stream, command, record.context);
      return answer(outcome, !first);
    } finally {
      this.underWay.delete(stream);
    }
  }

  /** Records the request. What then stands in the log counts: another process may have come first. */
  private async accept(
    principal: Principal,
    command: RecordedCommand<unknown>,
    commandId: string,
    hash: string,
    options: SubmitOptions,
  ): Promise<CommandRecord> {
    const context: CommandContext = {
      tenant: principal.tenant,
      actor: principal.actor,
      commandId,
      correlationId: options.correlationId ?? commandId,
      ...(options.traceparent === undefined ? {} : { traceparent: options.traceparent }),
      now: this.clock.now(),
    };
    const stream = commandStream(principal.tenant, commandId);
    const accepted = acceptedEvent(
      {
        commandId,
        name: command.name,
        payload: asJson(command.payload),
        payloadHash: hash,
        roles: principal.roles,
        acceptedAt: context.now,
      },
      acceptanceOf(context),
    );
    try {
      await this.store.append(stream, 'no-stream', [accepted]);
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
    }
    const record = await readRecord(this.store, stream);
    if (record === undefined) throw new Error(`Command ${commandId} was accepted, but its stream ${stream} is empty`);
    return record;
  }

  /**
   * A handler that throws closes nothing: its error is a defect or an outage, never an answer, so a retry runs it again.
   * @returns `first: false` when another process closed the command meanwhile: then its answer is the one.
   */
  private async run(
    stream: string,
    command: RecordedCommand<unknown>,
    context: CommandContext,
  ): Promise<{ readonly outcome: Outcome<unknown>; readonly first: boolean }> {
    const outcome = asJson(await this.bus.execute(command.within(context))) as Outcome<unknown>;
    const metadata = { ...metadataOf(context), recordedAt: new Date(this.clock.now()).toISOString() };
    try {
      await this.store.append(stream, 0, [closingEvent(context.commandId, outcome, metadata)]);
      return { outcome, first: true };
    } catch (error) {
      const closed = error instanceof WrongExpectedRevision ? await readRecord(this.store, stream) : undefined;
      if (closed?.outcome === undefined) throw error;
      return { outcome: closed.outcome, first: false };
    }
  }
}

/** The request follows from nothing in the log, so it has no causation. */
function acceptanceOf(context: CommandContext): EventMetadata {
  const { tenant, actor, commandId, correlationId, recordedAt, traceparent } = metadataOf(context);
  return {
    tenant,
    actor,
    correlationId,
    recordedAt,
    ...(commandId === undefined ? {} : { commandId }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

/** The value as the log gives it back, so that the first answer and its repetitions are the same. */
function asJson(value: unknown): unknown {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);
}
