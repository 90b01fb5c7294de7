import type { EventStore } from '../../src/shared/event-store/event-store.port.js';
import { eventId } from '../../src/shared/event-store/event-id.js';
import { EventRegistry } from '../../src/shared/event-store/event-registry.js';
import { ManualClock } from '../../src/shared/kernel/clock.js';
import type { RecordedEvent } from '../../src/shared/kernel/event.js';
import { readModelEvents } from '../../src/shared/read-models/events.js';
import { ProjectionRunner } from '../../src/shared/read-models/projection-runner.js';
import { put, remove, update, type Projection } from '../../src/shared/read-models/projection.js';
import type { ReadModelWriter } from '../../src/shared/read-models/read-model-writer.port.js';
import type { CollectionSpec, ReadModels } from '../../src/shared/read-models/read-models.port.js';
import { replaysProjection } from '../../src/shared/read-models/replays.projection.js';

/** What an adapter brings to be put through the contract. */
export interface ReadModelsUnderTest {
  /** The one writer, with its own view. Opened again after `close` = a restart. */
  openWriter(): Promise<OpenReadModels & { readonly writer: ReadModelWriter }>;
  /** Another connection, as another thread has it. */
  openReader(): Promise<OpenReadModels>;
  dispose(): Promise<void>;
}
export type OpenReadModels = ReadModels & { close(): Promise<void> };

export const REGISTRY = new EventRegistry([
  { type: 'ItemPut.v1', encoding: 'json' },
  { type: 'ItemMoved.v1', encoding: 'json' },
  { type: 'ItemRemoved.v1', encoding: 'json' },
  { type: 'NobodysBusiness.v1', encoding: 'json' },
  ...readModelEvents,
]);

export type Item = {
  readonly tenant: string;
  readonly owner: string;
  readonly n: number;
  readonly name: string | null;
  readonly at: number | null;
  readonly open: boolean;
  readonly amount: string;
  readonly detail: unknown;
};

export const items: CollectionSpec<Item> = {
  name: 'items',
  fields: {
    tenant: 'text',
    owner: 'text',
    n: 'integer',
    name: 'text',
    at: 'instant',
    open: 'boolean',
    amount: 'decimal',
    detail: 'json',
  },
  key: ['tenant', 'owner', 'n'],
  indexes: [{ fields: ['tenant', 'at'] }, { fields: ['tenant', 'name'], where: { open: true } }],
};

export type OwnerTotal = {
  readonly tenant: string;
  readonly owner: string;
  readonly items: number;
  readonly moves: number;
};

export const ownerTotals: CollectionSpec<OwnerTotal> = {
  name: 'owner-totals',
  fields: { tenant: 'text', owner: 'text', items: 'integer', moves: 'integer' },
  key: ['tenant', 'owner'],
  indexes: [],
};

export function item(n: number, changes: Partial<Item> = {}): Item {
  return {
    tenant: 'main',
    owner: `owner-${n % 7}`,
    n,
    name: `Item ${n}`,
    at: 1_000 + n,
    open: n % 3 === 0,
    amount: `${n}.25`,
    detail: { n, tags: ['a'] },
    ...changes,
  };
}

export const itemsProjection: Projection = {
  name: 'items',
  version: 1,
  collections: [items],
  handles: ['ItemPut.v1', 'ItemMoved.v1', 'ItemRemoved.v1'],
  *project(event) {
    const data = event.data as Item;
    if (event.type === 'ItemPut.v1') yield put(items, data);
    else if (event.type === 'ItemRemoved.v1')
      yield remove(items, { tenant: data.tenant, owner: data.owner, n: data.n });
    else {
      yield update(items, { tenant: data.tenant, owner: data.owner, n: data.n }, (row) =>
        row === undefined ? undefined : { ...row, at: data.at, name: `${row.name ?? ''}*` },
      );
    }
  },
};

/** Counts: applying an event twice would show. */
export const totalsProjection: Projection = {
  name: 'owner-totals',
  version: 1,
  collections: [ownerTotals],
  handles: ['ItemPut.v1', 'ItemMoved.v1'],
  *project(event) {
    const { tenant, owner } = event.data as Item;
    const moved = event.type === 'ItemMoved.v1' ? 1 : 0;
    yield update(ownerTotals, { tenant, owner }, (row) => ({
      tenant,
      owner,
      items: (row?.items ?? 0) + 1 - moved,
      moves: (row?.moves ?? 0) + moved,
    }));
  },
};

export const PROJECTIONS: readonly Projection[] = [itemsProjection, totalsProjection, replaysProjection];

/** A projection like another one, whose `project` throws while `poison` says so. */
export function poisoned(projection: Projection, poison: (event: RecordedEvent) => boolean): Projection {
  return {
    ...projection,
    project: (event) => {
      if (poison(event)) throw new Error(`cannot apply ${event.type} at ${event.position}`);
      return projection.project(event);
    },
  };
}

export function runnerOf(
  store: EventStore,
  writer: ReadModelWriter,
  projections: readonly Projection[] = PROJECTIONS,
  limits?: { changes: number; events: number; milliseconds: number },
): ProjectionRunner {
  return new ProjectionRunner({
    store,
    writer,
    projections: () => projections,
    clock: ManualClock.at('2026-03-01T10:00:00Z'),
    ...(limits === undefined ? {} : { limits }),
  });
}

/** Appends to one stream, from revision `from` on. @returns the position of the last event. */
export async function append(
  store: EventStore,
  stream: string,
  from: number,
  events: readonly { readonly type: string; readonly data: unknown }[],
): Promise<number> {
  const tenant = stream.slice(stream.indexOf('-') + 1, stream.indexOf('.'));
  const { position } = await store.append(
    stream,
    from === 0 ? 'no-stream' : from - 1,
    events.map(({ type, data }, index) => ({
      id: eventId(`${stream}/${from + index}`),
      type,
      data,
      metadata: { tenant, actor: 'key:contract', correlationId: 'contract', recordedAt: '2026-03-01T09:00:00.000Z' },
    })),
  );
  return position;
}

/** Puts, moves and removals in a fixed order that touches the same rows again and again. */
export function story(count: number, offset = 0): { type: string; data: unknown }[] {
  return Array.from({ length: count }, (_, index) => {
    const step = offset + index;
    const n = (step * 31) % 97;
    const type = step % 5 === 3 ? 'ItemMoved.v1' : step % 11 === 10 ? 'ItemRemoved.v1' : 'ItemPut.v1';
    return { type, data: item(n, { at: 10_000 + step }) };
  });
}
