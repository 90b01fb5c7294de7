import { ValidationPipe, type ValidationError } from '@nestjs/common';
import type { FieldError } from '../kernel/refusal.js';
import { ProblemException } from './problem.js';

/**
 * Bodies and queries against their DTOs: unknown fields are refused, not dropped (a misspelt filter would silently
 * show everything), and all wrong fields are told at once.
 */
export function requestValidation(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => invalidRequest(errors.flatMap((error) => fieldErrors(error, ''))),
  });
}

export function invalidRequest(errors: readonly FieldError[]): ProblemException {
  const count = errors.length === 1 ? '1 wrong field' : `${errors.length} wrong fields`;
  return new ProblemException(422, {
    code: 'request/invalid',
    message: `The request has ${count}: see errors`,
    errors,
  });
}

function fieldErrors(error: ValidationError, parent: string): FieldError[] {
  const path = joinPath(parent, error.property);
  const own = Object.values(error.constraints ?? {}).map((message) => ({ path, message: plain(message, error) }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, path))];
}

function joinPath(parent: string, property: string): string {
  if (/^\d+$/.test(property)) return `${parent}[${property}]`;
  return parent === '' ? property : `${parent}.${property}`;
}

/** "limit must not be less than 1" -> "must not be less than 1": the path is said beside it. */
function plain(message: string, error: ValidationError): string {
  if (message === `property ${error.property} should not exist`) return 'is not a field of this request';
  const prefix = `${error.property} `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}
