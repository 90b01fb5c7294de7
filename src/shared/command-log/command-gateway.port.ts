import type { Outcome, Principal, RecordedCommand } from './recorded-command.js';

export interface SubmitOptions {
  /** The caller's Idempotency-Key; without one an id is made. */
  readonly key?: string;
  readonly correlationId?: string;
  readonly traceparent?: string;
}

export interface Submitted<Answer> {
  readonly commandId: string;
  readonly outcome: Outcome<Answer>;
  /** True when the key was seen before and this is the first answer again. */
  readonly repeated: boolean;
}

/** The one door for commands: records them, runs them through the CommandBus once, remembers the answer for ever. */
export interface CommandGateway {
  /**
   * Same key and payload again -> the first answer. Same key, other payload -> refused `command/key-reused`.
   * The same key while the first is still running here -> refused `command/in-flight`.
   * A command accepted before a crash and never closed is run again under its first context.
   */
  submit<Answer>(
    principal: Principal,
    command: RecordedCommand<Answer>,
    options?: SubmitOptions,
  ): Promise<Submitted<Answer>>;
}

export const COMMAND_GATEWAY = Symbol('CommandGateway');
