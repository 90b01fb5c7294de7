import type { CheckedQuery, CursorValue, SortTerm } from '../../checked-query.js';
import type { CollectionSpec, Condition } from '../../read-models.port.js';
import { literal, quoted } from './collection-table.js';
import type { SqlValue } from './sqlite.js';

/** A condition with its bound values. */
export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

const OPERATORS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

function bound(value: CursorValue): SqlValue {
  return typeof value === 'boolean' ? Number(value) : value;
}

/** The conditions of a query: field names from the declaration only, values bound. */
export function whereSql(spec: CollectionSpec, tenant: string, where: readonly Condition[]): Sql {
  const parts = [`${quoted('tenant')} = ?`];
  const values: SqlValue[] = [tenant];
  for (const condition of where) {
    const sql = conditionSql(spec, condition);
    parts.push(sql.text);
    values.push(...sql.values);
  }
  return { text: parts.join(' AND '), values };
}

function conditionSql(spec: CollectionSpec, { field, op, value }: Condition): Sql {
  const column = quoted(field);
  switch (op) {
    case 'eq':
      return equalSql(spec, field, value as string | number | boolean);
    case 'in': {
      const items = value as readonly (string | number)[];
      return { text: `${column} IN (${items.map(() => '?').join(', ')})`, values: items.map(bound) };
    }
    case 'contains':
      return containsSql(column, value as string);
    default:
      return { text: `${column} ${OPERATORS[op]} ?`, values: [bound(value as string | number | boolean)] };
  }
}

/** A partial index is taken only when its condition stands in the query as written, not as a bound value. */
function equalSql(spec: CollectionSpec, field: string, value: string | number | boolean): Sql {
  const column = quoted(field);
  const constant = spec.indexes.some((index) => index.where !== undefined && index.where[field] === value);
  if (constant) return { text: `${column} = ${literal(value)}`, values: [] };
  return { text: `${column} = ?`, values: [bound(value)] };
}

/**
 * LIKE ignores the case of ASCII letters natively. A text with other letters is compared lower-cased by a function of
 * ours (`lower_case`): slower, so only where it is needed.
 */
function containsSql(column: string, text: string): Sql {
  if (/^[\u0001-\u007f]*$/.test(text)) {
    const pattern = text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
    return { text: `${column} LIKE ? ESCAPE '\\'`, values: [`%${pattern}%`] };
  }
  return { text: `instr(lower_case(${column}), ?) > 0`, values: [text.toLowerCase()] };
}

export function orderSql(terms: readonly SortTerm[]): string {
  if (terms.length === 0) return '';
  return ` ORDER BY ${terms.map(({ field, direction }) => `${quoted(field)} ${direction.toUpperCase()}`).join(', ')}`;
}

/**
 * The rest of a list after its cursor, as ranges that follow each other: each is an equality on the first terms and one
 * range, so that an index can serve it. Mostly it is one range:
 *
 *     ORDER BY a, b, c     after (1, 2, 3):     (a, b, c) > (1, 2, 3)
 *
 * With mixed directions, or with nulls (first ascending, last descending), it is
 *
 *     a = 1 AND b = 2 AND c > 3 | a = 1 AND b > 2 | a > 1
 */
export function rangesAfter({ terms, after }: CheckedQuery): readonly Sql[] {
  if (after === undefined) return [{ text: '', values: [] }];
  if (terms.length === 0) return [];
  return inOneRange(terms, after) ?? stepByStep(terms, after);
}

function inOneRange(terms: readonly SortTerm[], after: readonly CursorValue[]): readonly Sql[] | undefined {
  const [first] = terms;
  if (first === undefined || terms.some(({ direction }) => direction !== first.direction)) return undefined;
  if (after.some((value) => value === null)) return undefined;
  const descending = first.direction === 'desc';
  // Descending, the nulls of the first term follow everything else; nulls of a later term would stand in between.
  if (descending && terms.slice(1).some(({ nullable }) => nullable)) return undefined;
  const columns = terms.map(({ field }) => quoted(field)).join(', ');
  const marks = terms.map(() => '?').join(', ');
  const range = { text: `(${columns}) ${descending ? '<' : '>'} (${marks})`, values: after.map(bound) };
  if (!descending || !first.nullable) return [range];
  return [range, { text: `${quoted(first.field)} IS NULL`, values: [] }];
}

function stepByStep(terms: readonly SortTerm[], after: readonly CursorValue[]): readonly Sql[] {
  const ranges: Sql[] = [];
  for (let last = terms.length - 1; last >= 0; last -= 1) {
    const term = terms[last];
    if (term === undefined) continue;
    const same = terms.slice(0, last).map((other, index) => sameSql(other, after[index] ?? null));
    for (const beyond of beyondSql(term, after[last] ?? null)) {
      ranges.push({
        text: [...same, beyond].map(({ text }) => text).join(' AND '),
        values: [...same, beyond].flatMap(({ values }) => values),
      });
    }
  }
  return ranges;
}

function sameSql({ field }: SortTerm, value: CursorValue): Sql {
  if (value === null) return { text: `${quoted(field)} IS NULL`, values: [] };
  return { text: `${quoted(field)} = ?`, values: [bound(value)] };
}

function beyondSql({ field, direction, nullable }: SortTerm, value: CursorValue): readonly Sql[] {
  const column = quoted(field);
  if (direction === 'asc') {
    if (value === null) return [{ text: `${column} IS NOT NULL`, values: [] }];
    return [{ text: `${column} > ?`, values: [bound(value)] }];
  }
  if (value === null) return [];
  const smaller = { text: `${column} < ?`, values: [bound(value)] };
  return nullable ? [smaller, { text: `${column} IS NULL`, values: [] }] : [smaller];
}
