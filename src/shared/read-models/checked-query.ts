import { createHash } from 'node:crypto';
import { canonicalJson } from '../kernel/canonical-json.js';
import {
  InvalidQuery,
  type CollectionSpec,
  type Condition,
  type FieldKind,
  type Query,
  type Row,
} from './read-models.port.js';
import { canonicalDecimal, isCanonicalDecimal, isInstant } from './row-shape.js';

const MAX_LIMIT = 1000;
const MAX_IN = 500;
const MAX_CONTAINS = 1000;

/** One step of the order of a page; a field of the key is never null. */
export interface SortTerm {
  readonly field: string;
  readonly kind: FieldKind;
  readonly direction: 'asc' | 'desc';
  readonly nullable: boolean;
}

export type CursorValue = string | number | boolean | null;

/** A query that fits its collection: every adapter can carry it out as it stands. */
export interface CheckedQuery {
  readonly tenant: string;
  readonly where: readonly Condition[];
  /** Ends in the key, so that no two rows stand at the same place; what `where` fixes to one value is left out. */
  readonly terms: readonly SortTerm[];
  readonly limit: number;
  /** The last row of the page before, term by term. */
  readonly after?: readonly CursorValue[];
  /** Binds cursors to this filter and order. */
  readonly fingerprint: string;
}

/** @throws InvalidQuery, whose `path` is the parameter at fault: a field's name, `sort`, `limit` or `after`. */
export function checkQuery(spec: CollectionSpec, query: Query): CheckedQuery {
  if (!Number.isInteger(query.limit) || query.limit < 1 || query.limit > MAX_LIMIT) {
    throw new InvalidQuery('limit', `limit must be a whole number from 1 to ${MAX_LIMIT}`);
  }
  const where = checkConditions(spec, query.where ?? []);
  const terms = sortTerms(spec, query, where);
  const fingerprint = fingerprintOf(spec, query.tenant, where, terms);
  const checked = { tenant: query.tenant, where, terms, limit: query.limit, fingerprint };
  return query.after === undefined ? checked : { ...checked, after: readCursor(query.after, terms, fingerprint) };
}

export function checkConditions(spec: CollectionSpec, conditions: readonly Condition[]): readonly Condition[] {
  return conditions.map((condition) => checkCondition(spec, condition));
}

/** The kind of a declared field; own members only, so that `constructor` is no field. */
export function kindOf(spec: CollectionSpec, field: string, path = field): FieldKind {
  const kind = Object.hasOwn(spec.fields, field) ? (spec.fields as Record<string, FieldKind>)[field] : undefined;
  if (kind === undefined) {
    throw new InvalidQuery(path, `"${field.slice(0, 80)}" is not a field of ${spec.name}`);
  }
  return kind;
}

function checkCondition(spec: CollectionSpec, { field, op, value }: Condition): Condition {
  const kind = kindOf(spec, field);
  if (kind === 'json') throw new InvalidQuery(field, `${field} holds nested values and cannot be filtered`);
  switch (op) {
    case 'eq':
      return { field, op, value: checkValue(field, kind, value) };
    case 'in':
      if (!Array.isArray(value) || value.length === 0 || value.length > MAX_IN) {
        throw new InvalidQuery(field, `${field} takes 1 to ${MAX_IN} values`);
      }
      return {
        field,
        op,
        value: (value as unknown[]).map((item) => checkValue(field, kind, item)) as (string | number)[],
      };
    case 'contains':
      if (kind !== 'text') throw new InvalidQuery(field, `${field} is no text: "contains" does not work on it`);
      if (typeof value !== 'string' || value.length > MAX_CONTAINS) {
        throw new InvalidQuery(field, `${field} takes a text of at most ${MAX_CONTAINS} characters`);
      }
      return { field, op, value };
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      if (kind === 'decimal' || kind === 'boolean') {
        throw new InvalidQuery(field, `${field} is a ${kind}: ranges do not work on it`);
      }
      return { field, op, value: checkValue(field, kind, value) };
    default:
      throw new InvalidQuery(field, `"${String(op)}" is not an operator`);
  }
}

function checkValue(field: string, kind: FieldKind, value: unknown): string | number | boolean {
  switch (kind) {
    case 'text':
      if (typeof value === 'string') return value;
      break;
    case 'decimal':
      if (typeof value === 'string' && isCanonicalDecimal(canonicalDecimal(value))) return canonicalDecimal(value);
      break;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      break;
    case 'integer':
      if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
      break;
    case 'instant':
      if (isInstant(value)) return value;
      break;
    case 'json':
  }
  throw new InvalidQuery(field, `${field} takes a ${kind === 'instant' ? 'whole number of milliseconds' : kind}`);
}

function sortTerms(spec: CollectionSpec, query: Query, where: readonly Condition[]): readonly SortTerm[] {
  const fixed = new Set(['tenant', ...where.filter(({ op }) => op === 'eq').map(({ field }) => field)]);
  const terms: SortTerm[] = [];
  const add = (field: string, direction: 'asc' | 'desc') => {
    const kind = kindOf(spec, field, 'sort');
    if (kind === 'json' || kind === 'decimal') throw new InvalidQuery('sort', `${field} cannot be sorted by`);
    if (direction !== 'asc' && (direction as string) !== 'desc') {
      throw new InvalidQuery('sort', `${field} is sorted asc or desc`);
    }
    if (fixed.has(field) || terms.some((term) => term.field === field)) return;
    terms.push({ field, kind, direction, nullable: !spec.key.includes(field) });
  };
  const asked = query.sort ?? [];
  for (const { field, direction } of asked) add(field, direction);
  const last = asked.at(-1)?.direction ?? 'asc';
  for (const field of spec.key) add(field, last);
  return terms;
}

function fingerprintOf(
  spec: CollectionSpec,
  tenant: string,
  where: readonly Condition[],
  terms: readonly SortTerm[],
): string {
  const order = terms.map(({ field, direction }) => [field, direction]);
  const text = canonicalJson([spec.name, tenant, where, order]);
  return createHash('sha256').update(text, 'utf8').digest('base64url').slice(0, 16);
}

/** The opaque `next`: where the page ended, bound to the query it belongs to. */
export function cursorAfter(query: CheckedQuery, row: Row): string {
  const values = query.terms.map(({ field }) => row[field] ?? null);
  return Buffer.from(JSON.stringify([query.fingerprint, ...values]), 'utf8').toString('base64url');
}

function readCursor(text: string, terms: readonly SortTerm[], fingerprint: string): readonly CursorValue[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw new InvalidQuery('after', 'after is not the "next" of a page');
  }
  if (!Array.isArray(parsed) || parsed[0] !== fingerprint || parsed.length !== terms.length + 1) {
    throw new InvalidQuery('after', 'after belongs to another list, filter or order: start again without it');
  }
  const values = parsed.slice(1) as unknown[];
  values.forEach((value, index) => {
    const term = terms[index];
    if (term === undefined || !fitsTerm(term, value))
      throw new InvalidQuery('after', 'after is not the "next" of a page');
  });
  return values as CursorValue[];
}

function fitsTerm({ kind, nullable }: SortTerm, value: unknown): boolean {
  if (value === null) return nullable;
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'boolean') return typeof value === 'boolean';
  if (kind === 'instant') return isInstant(value);
  return Number.isSafeInteger(value);
}
