import type { Submitted } from '../command-log/command-gateway.port.js';
import { isRefused } from '../kernel/refusal.js';
import { problemOf, type RefusalStatuses } from './problem.js';

/** Every command's answer body: its own fields, and how to follow it. */
export type CommandAnswer<Answer> = Answer & {
  readonly commandId: string;
  /** Log position of its last event: a read with `minPosition` of this value sees its effect. */
  readonly position: number;
};

/** Turns a submitted command into an answer body, or throws the problem the module's table says. */
export function answerOf<Answer extends object>(
  submitted: Submitted<Answer>,
  statuses: RefusalStatuses,
): CommandAnswer<Answer> {
  if (isRefused(submitted.outcome)) throw problemOf(submitted.outcome.refused, statuses);
  return { ...submitted.outcome.answer, commandId: submitted.commandId, position: submitted.outcome.position };
}
