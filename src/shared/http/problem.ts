import { HttpException } from '@nestjs/common';
import { commandRefusals } from '../command-log/command-refusals.js';
import type { FieldError, Refusal } from '../kernel/refusal.js';

/** RFC 9457 problem details, the body of every error answer (`application/problem+json`). */
export interface Problem {
  /** Stable: `https://retally.dev/problems/<code>`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Correlation id of the request, the same as in the logs. */
  readonly instance?: string;
  readonly code: string;
  readonly errors?: readonly FieldError[];
  readonly facts?: Readonly<Record<string, unknown>>;
}

export function problemType(code: string): string {
  return `https://retally.dev/problems/${code}`;
}

/** Codes of the statuses that come from the HTTP layer itself, not from a module's table. */
export const HTTP_CODES: Readonly<Record<number, string>> = {
  400: 'request/malformed',
  401: 'access/unauthenticated',
  403: 'access/forbidden',
  404: 'request/not-found',
  405: 'request/method-not-allowed',
  406: 'request/not-acceptable',
  413: 'request/too-large',
  414: 'request/too-long',
  415: 'request/unsupported-media-type',
  429: 'request/too-many',
  503: 'server/unavailable',
};

/** Code -> status: each module's `api/` has one such table for its refusals. */
export type RefusalStatuses = Readonly<Record<string, number>>;

/** An error that is already a problem: controllers throw it, the problem filter prints it. */
export class ProblemException extends HttpException {
  constructor(
    status: number,
    readonly refusal: Refusal,
  ) {
    super(refusal.message, status);
  }
}

/**
 * What the door for commands refuses is the same for every module. A code missing from both tables is a defect of the
 * module, answered as 422 so that the caller still sees the refusal.
 */
export function problemOf(refusal: Refusal, statuses: RefusalStatuses): ProblemException {
  return new ProblemException(statuses[refusal.code] ?? commandRefusals[refusal.code] ?? 422, refusal);
}

export function notFound(code: string, message: string): ProblemException {
  return new ProblemException(404, { code, message });
}
