import { canonicalJson } from '../../src/shared/kernel/canonical-json.js';
import type { EventStore } from '../../src/shared/event-store/event-store.port.js';
import type { CollectionSpec, FieldKind, ReadModels, Row } from '../../src/shared/read-models/read-models.port.js';

/** Position in the log -> `<stream>@<revision>` of the event there. */
export type EventNames = ReadonlyMap<number, string>;

/** Positions differ from log to log; which event of which stream stands there does not. */
export async function eventNames(store: EventStore): Promise<EventNames> {
  const names = new Map<number, string>();
  for await (const { position, stream, revision } of store.readAll()) names.set(position, `${stream}@${revision}`);
  return names;
}

export interface RowsToTell {
  readonly tenant: string;
  readonly names: EventNames;
  /** Fields to leave out. */
  readonly without: readonly string[];
}

/**
 * Every row of a collection as a canonical text, sorted, with the event in place of each log position; `0`, where
 * nothing has happened yet, stays.
 * @throws when a position is none of the log's.
 */
export async function rowsByEvent(
  models: ReadModels,
  spec: CollectionSpec,
  { tenant, names, without }: RowsToTell,
): Promise<string[]> {
  const rows: string[] = [];
  let after: string | undefined;
  do {
    const page = await models.find(spec, { tenant, limit: 1000, ...(after === undefined ? {} : { after }) });
    for (const row of page.items) {
      const told = Object.entries(row).filter(([field]) => !without.includes(field));
      rows.push(canonicalJson(named(Object.fromEntries(told), spec.fields, names)));
    }
    after = page.next;
  } while (after !== undefined);
  return rows.sort();
}

function named(row: Row, fields: Readonly<Record<string, FieldKind>>, names: EventNames): Row {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => {
      const kind = fields[field];
      if (kind === 'integer' && isPosition(field)) return [field, eventAt(value, names, field)];
      return [field, kind === 'json' ? namedWithin(value, names) : value];
    }),
  );
}

/** Answers of commands name the position of their last event, and a feed's activity as `<position>-<ordinal>`. */
function namedWithin(value: unknown, names: EventNames): unknown {
  if (Array.isArray(value)) return value.map((item) => namedWithin(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]: [string, unknown]) => {
      if (typeof inner === 'number' && isPosition(field)) return [field, eventAt(inner, names, field)];
      if (typeof inner === 'string' && field === 'activityId') return [field, activityAt(inner, names)];
      return [field, namedWithin(inner, names)];
    }),
  );
}

function activityAt(activityId: string, names: EventNames): string {
  const [position = '', ordinal = ''] = activityId.split('-');
  return `${String(eventAt(Number(position), names, 'activityId'))}-${ordinal}`;
}

function isPosition(field: string): boolean {
  return field === 'seen' || /(^p|P)osition$/.test(field);
}

function eventAt(position: unknown, names: EventNames, field: string): unknown {
  if (position === null || position === 0) return position;
  const name = names.get(Number(position));
  if (name === undefined) throw new Error(`${field} ${JSON.stringify(position)} is no position of the log`);
  return name;
}
