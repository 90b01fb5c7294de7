import type { FieldError } from '../kernel/refusal.js';

const MAX_DEPTH = 40;
const NUL = '\u0000';
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Names in a body that mean something to a program and nothing to this API: operators of a database (`$gt`) and the
 * prototype of every object. They are refused before anything looks at the body. Also refuses absurd nesting, and texts
 * with a NUL character, which no usage record can have and not every store can hold.
 */
export function forbiddenParts(body: unknown): FieldError[] {
  const errors: FieldError[] = [];
  visit(body, '', 0, errors);
  return errors;
}

function visit(value: unknown, path: string, depth: number, errors: FieldError[]): void {
  if (errors.length >= 20) return;
  if (typeof value === 'string' && value.includes(NUL)) {
    errors.push({ path, message: 'must not contain a NUL character (\\u0000)' });
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) {
    errors.push({ path, message: `is nested deeper than ${MAX_DEPTH} levels` });
    return;
  }
  if (Array.isArray(value)) {
    value.forEach((item, index) => visit(item, `${path}[${index}]`, depth + 1, errors));
    return;
  }
  for (const [name, child] of Object.entries(value)) {
    const here = path === '' ? name : `${path}.${name}`;
    if (name.startsWith('$') || name.includes(NUL) || FORBIDDEN.has(name))
      errors.push({ path: here, message: 'is not an allowed name' });
    else visit(child, here, depth + 1, errors);
  }
}
