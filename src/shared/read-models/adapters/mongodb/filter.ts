import { mongo } from 'mongoose';
import type { CheckedQuery, CursorValue, SortTerm } from '../../checked-query.js';
import type { Condition, IndexSpec } from '../../read-models.port.js';
import type { RowDocument } from './row-document.js';
import { containsFilter, type Filter } from './text-search.js';

const OPERATORS = { eq: '$eq', in: '$in', gt: '$gt', gte: '$gte', lt: '$lt', lte: '$lte' } as const;
/** Greater than every value, so `{tenant: 'a', account: MaxKey}` comes after all keys that start with tenant a. */
const AFTER_ALL = new mongo.MaxKey();

type Conditions = readonly Condition[];
type Direction = 1 | -1;

/** How a page is asked for: `ranges` follow each other and are read one after another until the page is full. */
export interface PageFilter {
  readonly ranges: readonly Filter[];
  readonly sort: Readonly<Record<string, Direction>>;
}

/**
 * The conditions of one tenant as a filter: field names from the declaration only, each value behind an operator of
 * ours, so that nothing that came from outside is ever read as one.
 */
export function tenantFilter(document: RowDocument, tenant: string, where: Conditions): Filter {
  const conditions = [{ field: 'tenant', op: 'eq' as const, value: tenant }, ...where];
  return all(isAlongKey(document, conditions, []) ? keyFilters(document, conditions) : each(document, conditions));
}

/** A checked page, along the tree of the key or along an index that the collection declares. */
export function pageFilter(document: RowDocument, query: CheckedQuery): PageFilter {
  const { terms, after } = query;
  const where = [{ field: 'tenant', op: 'eq' as const, value: query.tenant }, ...query.where];
  const alongKey = isAlongKey(document, where, terms);
  const base = alongKey ? keyFilters(document, where) : each(document, where);
  const direction = alongKey ? directionOfKey(document, where, terms) : undefined;
  if (direction !== undefined) {
    const start = after === undefined ? [] : [keyAfter(document, where, { terms, after, direction })];
    return { ranges: [all([...base, ...start])], sort: { _id: direction } };
  }
  const sort = Object.fromEntries(
    terms.map((term) => [document.path(term.field), term.direction === 'asc' ? 1 : -1] as const),
  );
  return { ranges: rangesAfter(document, query).map((range) => all([...base, ...range])), sort };
}

function all(filters: readonly Filter[]): Filter {
  return filters.length === 1 ? (filters[0] ?? {}) : { $and: filters };
}

function each(document: RowDocument, where: Conditions): readonly Filter[] {
  return where.map((condition) => conditionFilter(document, condition));
}

function conditionFilter(document: RowDocument, { field, op, value }: Condition): Filter {
  const path = document.path(field);
  if (op === 'contains') return containsFilter(field, path, value as string);
  if (op === 'in') return { [path]: { $in: (value as readonly unknown[]).map((item) => document.value(field, item)) } };
  return { [path]: { [OPERATORS[op]]: document.value(field, value) } };
}

function fixedBy(where: Conditions): ReadonlyMap<string, Condition['value']> {
  return new Map(where.filter(({ op }) => op === 'eq').map(({ field, value }) => [field, value]));
}

/**
 * Whether the key's tree serves a query at least as well as every index that the collection declares. How many leading
 * fields are fixed to a value decides, then whether the next one is the order of the list, or narrowed.
 */
function isAlongKey({ spec }: RowDocument, where: Conditions, terms: readonly SortTerm[]): boolean {
  const fixed = fixedBy(where);
  const next = new Set(where.filter(({ op }) => op !== 'eq' && op !== 'contains').map(({ field }) => field));
  const [first] = terms;
  if (first !== undefined) next.add(first.field);
  const score = (fields: readonly string[]): number => {
    const open = fields.findIndex((field) => !fixed.has(field));
    const lead = open < 0 ? fields.length : open;
    return lead + (next.has(fields[lead] ?? '') ? 0.5 : 0);
  };
  const holds = ({ where: rows = {} }: IndexSpec) => {
    return Object.entries(rows).every(([field, value]) => fixed.get(field) === value);
  };
  // The tenant alone serves nothing.
  const indexes = spec.indexes.filter((index) => holds(index) && score(index.fields) > 1);
  return score(spec.key) >= Math.max(0, ...indexes.map((index) => score(index.fields) + partial(index)));
}

/** A partial index holds the exceptional rows alone. */
function partial({ where = {} }: IndexSpec): number {
  return Object.keys(where).length;
}

/**
 * Conditions on the leading fields of the key become bounds of `_id`, which its index serves; the others stay.
 *
 *     tenant = a, account = b, at >= 5, line = 7     _id in [{a, b, 5}, {a, b, MaxKey}), line = 7
 */
function keyFilters(document: RowDocument, where: Conditions): readonly Filter[] {
  const fixed = fixedBy(where);
  const names = document.key.map(({ name }) => name);
  const open = names.findIndex((name) => !fixed.has(name));
  const leading = names.slice(0, open < 0 ? names.length : open);
  const prefix = Object.fromEntries(leading.map((name) => [name, document.value(name, fixed.get(name))]));
  // One field fixed to two values: the second stays, and nothing is found.
  const rest = where.filter(({ field, op, value }) => {
    return op !== 'eq' || !leading.includes(field) || value !== fixed.get(field);
  });
  const field = names[leading.length];
  if (field === undefined) return [{ _id: { $eq: prefix } }, ...each(document, rest)];
  const [narrowed, others] = split(rest, (condition) => condition.field === field && condition.op in RANGES);
  const beyond = names[leading.length + 1];
  const bounds = narrowed.map(({ op, value }) => {
    return keyBound(RANGES[op as keyof typeof RANGES], { ...prefix, [field]: document.value(field, value) }, beyond);
  });
  if (!bounds.some(({ _id }) => '$gt' in _id || '$gte' in _id)) bounds.push({ _id: { $gte: prefix } });
  if (!bounds.some(({ _id }) => '$lt' in _id || '$lte' in _id)) {
    bounds.push({ _id: { $lt: { ...prefix, [field]: AFTER_ALL } } });
  }
  return [...bounds, ...each(document, others)];
}

/** Whether a bound excludes the keys that go on behind the value it names, or takes them all. */
const RANGES = {
  gt: { operator: '$gt', wholly: true },
  gte: { operator: '$gte', wholly: false },
  lt: { operator: '$lt', wholly: false },
  lte: { operator: '$lte', wholly: true },
} as const;

type KeyBound = { readonly _id: Readonly<Record<string, unknown>> };

function keyBound(range: (typeof RANGES)[keyof typeof RANGES], key: object, beyond: string | undefined): KeyBound {
  return { _id: { [range.operator]: range.wholly && beyond !== undefined ? { ...key, [beyond]: AFTER_ALL } : key } };
}

function split<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

/** The direction of `_id` that gives the order asked for, when the terms are what is left of the key. */
function directionOfKey({ spec }: RowDocument, where: Conditions, terms: readonly SortTerm[]): Direction | undefined {
  const fixed = fixedBy(where);
  const left = spec.key.filter((name) => !fixed.has(name));
  const [first] = terms;
  const same = terms.length === left.length && terms.every(({ field }, index) => field === left[index]);
  if (!same || terms.some(({ direction }) => direction !== first?.direction)) return undefined;
  return first?.direction === 'desc' ? -1 : 1;
}

interface Cursor {
  readonly terms: readonly SortTerm[];
  readonly after: readonly CursorValue[];
  readonly direction: Direction;
}

/** What is left of the key stands in the cursor, the rest is fixed: together they are one key. */
function keyAfter(document: RowDocument, where: Conditions, { terms, after, direction }: Cursor): Filter {
  const values = new Map<string, unknown>(fixedBy(where));
  terms.forEach(({ field }, index) => values.set(field, after[index]));
  const key = Object.fromEntries(document.key.map(({ name }) => [name, document.value(name, values.get(name))]));
  return { _id: { [direction === 1 ? '$gt' : '$lt']: key } };
}

/**
 * The rest of a list after its cursor: each range is an equality on the first terms and one step beyond the next, so
 * that an index can serve it. A null (or absent) value comes first ascending, last descending.
 *
 *     sort a, b, c   after (1, 2, 3):     a = 1, b = 2, c > 3 | a = 1, b > 2 | a > 1
 */
function rangesAfter(document: RowDocument, { terms, after }: CheckedQuery): readonly (readonly Filter[])[] {
  if (after === undefined) return [[]];
  const ranges: Filter[][] = [];
  for (let last = terms.length - 1; last >= 0; last -= 1) {
    const term = terms[last];
    if (term === undefined) continue;
    const same = terms.slice(0, last).map(({ field }, index) => equalTo(document, field, after[index] ?? null));
    for (const beyond of beyondTerm(document, term, after[last] ?? null)) ranges.push([...same, beyond]);
  }
  return ranges;
}

function equalTo(document: RowDocument, field: string, value: CursorValue): Filter {
  return { [document.path(field)]: { $eq: value === null ? null : document.value(field, value) } };
}

function beyondTerm(document: RowDocument, { field, direction, nullable }: SortTerm, value: CursorValue): Filter[] {
  const path = document.path(field);
  if (direction === 'asc') {
    return [{ [path]: value === null ? { $ne: null } : { $gt: document.value(field, value) } }];
  }
  if (value === null) return [];
  const smaller = { [path]: { $lt: document.value(field, value) } };
  return nullable ? [smaller, { [path]: { $eq: null } }] : [smaller];
}
