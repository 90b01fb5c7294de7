import { Command } from '@nestjs/cqrs';
import type { EventMetadata } from '../kernel/event.js';
import type { Refused } from '../kernel/refusal.js';

/** Who asks: from the verified credential, never from the request itself. */
export interface Principal {
  readonly tenant: string;
  /** `key:<keyId>`, `role:<role>` for Retally's own loops, `local` when authentication is switched off. */
  readonly actor: string;
  readonly roles: readonly string[];
}

/** Where a command comes from and when; the handler builds its events' metadata and ids from it. */
export interface CommandContext {
  readonly tenant: string;
  readonly actor: string;
  /** The Idempotency-Key, or an id made for the caller and given back in the answer. */
  readonly commandId: string;
  readonly correlationId: string;
  readonly traceparent?: string;
  /** Epoch ms from the Clock, read once when the command was accepted; the same again when it is run again. */
  readonly now: number;
}

/** What a handler answers; `position` is the log position of the last event the command led to. */
export interface Done<Answer> {
  readonly answer: Answer;
  readonly position: number;
}
export type Outcome<Answer> = Done<Answer> | Refused;

/**
 * A request that changes something. It is recorded (`CommandAccepted.v1`) before its handler runs and closed
 * (`CommandCompleted.v1` / `CommandRefused.v1`) after; so its payload is plain JSON, and its handler can be run again
 * after a crash: same ids, same decisions.
 *
 *     class ReprocessSuspense extends RecordedCommand<ReprocessAnswer> {
 *       readonly name = 'ReprocessSuspense';
 *       constructor(readonly payload: ReprocessPayload) { super(); }
 *     }
 */
export abstract class RecordedCommand<Answer> extends Command<Outcome<Answer>> {
  /** Literal, imperative, stable: it stands in the log. */
  abstract readonly name: string;
  abstract readonly payload: unknown;
  private given?: CommandContext;

  get context(): CommandContext {
    if (this.given === undefined) throw new Error(`${this.name} was executed outside the CommandGateway`);
    return this.given;
  }

  within(context: CommandContext): this {
    this.given = context;
    return this;
  }
}

export function metadataOf(context: CommandContext): EventMetadata {
  return {
    tenant: context.tenant,
    actor: context.actor,
    commandId: context.commandId,
    correlationId: context.correlationId,
    causationId: context.commandId,
    ...(context.traceparent === undefined ? {} : { traceparent: context.traceparent }),
    recordedAt: new Date(context.now).toISOString(),
  };
}
