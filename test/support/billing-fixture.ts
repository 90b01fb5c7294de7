import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { billingSyncEvents } from '../../src/modules/billing-sync/index.js';
import { ratingEvents } from '../../src/modules/rating/index.js';
import { EmbeddedEventStore } from '../../src/shared/event-store/adapters/embedded/embedded-event-store.js';
import { eventId } from '../../src/shared/event-store/event-id.js';
import { EventRegistry } from '../../src/shared/event-store/event-registry.js';
import {
  LogUnavailable,
  type Appended,
  type EventStore,
  type EventToAppend,
  type ExpectedRevision,
} from '../../src/shared/event-store/event-store.port.js';
import type { Snapshot, SnapshotStore } from '../../src/shared/event-store/snapshot-store.port.js';
import { Decimal } from '../../src/shared/kernel/decimal.js';
import type { EventMetadata, RecordedEvent } from '../../src/shared/kernel/event.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox-server.js';

export const TENANT = 'main';
export const NOW = Date.parse('2026-02-01T08:00:00Z');

export function metadata(actor = 'key:k1'): EventMetadata {
  return { tenant: TENANT, actor, correlationId: 'c1', recordedAt: new Date(NOW).toISOString() };
}

/** A temporary folder with an embedded log and, when asked for, a sandbox billing system. */
export class BillingFixture {
  private sandboxes: Sandbox[] = [];

  private constructor(
    readonly folder: string,
    readonly store: EmbeddedEventStore,
  ) {}

  static async open(): Promise<BillingFixture> {
    const folder = await mkdtemp(join(tmpdir(), 'retally-billing-'));
    const registry = new EventRegistry([...ratingEvents, ...billingSyncEvents]);
    const store = await EmbeddedEventStore.open({ path: join(folder, 'log.db'), registry, writer: 'inline' });
    return new BillingFixture(folder, store);
  }

  async sandbox(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
    const sandbox = await startSandbox({ ledgerFile: join(this.folder, 'ledger.ndjson'), ...options });
    this.sandboxes.push(sandbox);
    return sandbox;
  }

  async close(): Promise<void> {
    for (const sandbox of this.sandboxes) await sandbox.close();
    await this.store.close();
    await rm(this.folder, { recursive: true });
  }
}

export interface RatedRecord {
  readonly account: string;
  readonly amount: string;
  readonly quantity?: string;
  readonly usageType?: string;
  readonly currency?: string;
  readonly subscription?: string;
  readonly rateSchedule?: string;
  readonly at?: number;
}

/** Appends one rated event with these records, as the rater does; `head` money can be made wrong on purpose. */
export async function rate(
  store: EventStore,
  partition: number,
  records: readonly RatedRecord[],
  headMoney?: Record<string, string>,
): Promise<void> {
  const settings = `rating-${TENANT}.settings`;
  if ((await events(store, settings)).length === 0) {
    const partitioned = { id: eventId(settings), type: 'RatingPartitioned.v1', data: { partitions: 4 } };
    await store.append(settings, 'no-stream', [{ ...partitioned, metadata: metadata('role:rate') }]);
  }
  const stream = `rating-${TENANT}.${partition}`;
  const before = await events(store, stream);
  const offers = [...new Set(records.map((record) => `PLAN.${record.rateSchedule ?? 'STD'}.SVC.EUR`))];
  const money: Record<string, string> = {};
  for (const { currency = 'EUR', amount } of records) {
    money[currency] = Decimal.parse(money[currency] ?? '0')
      .plus(Decimal.parse(amount))
      .toString();
  }
  const column = <T>(of: (record: RatedRecord) => T): T[] => records.map(of);
  const data = {
    head: {
      partition,
      through: before.length + 1,
      cause: { kind: 'MEDIATED' },
      sources: [],
      offers: offers.map((priceOfferId) => ({ priceOfferId, version: 1 })),
      money: headMoney ?? money,
    },
    columns: {
      account: column((record) => record.account),
      subscription: column((record) => record.subscription ?? `sub-${record.account}`),
      usageType: column((record) => record.usageType ?? 'VOICE'),
      at: column((record) => record.at ?? NOW),
      offer: column((record) => offers.indexOf(`PLAN.${record.rateSchedule ?? 'STD'}.SVC.EUR`)),
      currency: column((record) => record.currency ?? 'EUR'),
      quantity: column((record) => record.quantity ?? '1'),
      amount: column((record) => record.amount),
    },
  };
  const expected = before.length === 0 ? 'no-stream' : before.length - 1;
  const id = eventId(`${stream}/${before.length}`);
  await store.append(stream, expected, [{ id, type: 'UsageBatchRated.v1', data, metadata: metadata('role:rate') }]);
}

/** A row of a correction: where the row stood that it corrects, that row, and what it is now. */
export interface CorrectedRecord {
  /** Revision and row; absent for a charge that is made for the first time. */
  readonly at?: readonly [revision: number, row: number];
  readonly old?: RatedRecord;
  readonly now: RatedRecord;
}

/** Appends one event of corrections, as a rating run does. */
export async function correct(
  store: EventStore,
  partition: number,
  rows: readonly CorrectedRecord[],
  headMoney?: Record<string, string>,
): Promise<void> {
  const stream = `rating-${TENANT}.${partition}`;
  const before = await events(store, stream);
  const offerOf = ({ rateSchedule = 'STD' }: RatedRecord): string => `PLAN.${rateSchedule}.SVC.EUR`;
  const offers = [...new Set(rows.flatMap(({ now, old = now }) => [offerOf(now), offerOf(old)]))];
  const money: Record<string, Decimal> = {};
  const add = (currency: string, amount: Decimal): void => {
    money[currency] = (money[currency] ?? Decimal.ZERO).plus(amount);
  };
  for (const { now, old } of rows) {
    add(now.currency ?? 'EUR', Decimal.parse(now.amount));
    if (old !== undefined) add(old.currency ?? 'EUR', Decimal.ZERO.minus(Decimal.parse(old.amount)));
  }
  const columns: Record<string, unknown[]> = {
    account: rows.map(({ now }) => now.account),
    at: rows.map(({ now }) => now.at ?? NOW),
    'old.revision': rows.map(({ at }) => at?.[0] ?? null),
    'old.row': rows.map(({ at }) => at?.[1] ?? null),
  };
  for (const side of ['', 'old.'] as const) {
    const of = ({ now, old = now }: CorrectedRecord): RatedRecord => (side === '' ? now : old);
    columns[`${side}subscription`] = rows.map((row) => of(row).subscription ?? `sub-${row.now.account}`);
    columns[`${side}usageType`] = rows.map((row) => of(row).usageType ?? 'VOICE');
    columns[`${side}offer`] = rows.map((row) => offers.indexOf(offerOf(of(row))));
    columns[`${side}currency`] = rows.map((row) => of(row).currency ?? 'EUR');
    columns[`${side}quantity`] = rows.map((row) => of(row).quantity ?? '1');
    columns[`${side}amount`] = rows.map((row) => of(row).amount);
  }
  const sums = Object.fromEntries(Object.entries(money).map(([currency, sum]) => [currency, sum.toString()]));
  const data = {
    head: {
      partition,
      runId: `r${before.length}`,
      position: 1,
      through: before.length,
      partial: { position: 1, records: 1 },
      sources: [],
      offers: offers.map((priceOfferId) => ({ priceOfferId, version: 2 })),
      money: headMoney ?? sums,
    },
    columns,
  };
  const id = eventId(`${stream}/${before.length}`);
  await store.append(stream, before.length - 1, [
    { id, type: 'UsageRerated.v1', data, metadata: metadata('role:rate') },
  ]);
}

export async function events(store: EventStore, stream: string): Promise<RecordedEvent[]> {
  const found: RecordedEvent[] = [];
  for await (const event of store.readStream(stream)) found.push(event);
  return found;
}

export class MemorySnapshots implements SnapshotStore {
  private readonly snapshots = new Map<string, Snapshot>();
  load(name: string): Promise<Snapshot | undefined> {
    return Promise.resolve(this.snapshots.get(name));
  }
  save(name: string, snapshot: Snapshot): Promise<void> {
    this.snapshots.set(name, snapshot);
    return Promise.resolve();
  }
  remove(name: string): Promise<void> {
    this.snapshots.delete(name);
    return Promise.resolve();
  }
}

export class Killed extends Error {
  override readonly name = 'Killed';
}

/** A log whose process dies at its n-th append: before it is written, or after it and before the answer is seen. */
export class DyingStore implements EventStore {
  appends = 0;

  constructor(
    private readonly inner: EventStore,
    private readonly dieAt: number,
    private readonly when: 'BEFORE' | 'AFTER',
  ) {}

  async append(stream: string, expected: ExpectedRevision, list: readonly EventToAppend[]): Promise<Appended> {
    this.appends += 1;
    if (this.appends > this.dieAt) throw new Killed('dead already');
    if (this.appends === this.dieAt && this.when === 'BEFORE') throw new Killed(`before append ${this.dieAt}`);
    const appended = await this.inner.append(stream, expected, list);
    if (this.appends === this.dieAt) throw new Killed(`after append ${this.dieAt}`);
    return appended;
  }
  readStream: EventStore['readStream'] = (...args) => this.inner.readStream(...args);
  readAll: EventStore['readAll'] = (...args) => this.inner.readAll(...args);
  subscribe: EventStore['subscribe'] = (...args) => this.inner.subscribe(...args);
  head: EventStore['head'] = () => this.inner.head();
  close: EventStore['close'] = () => Promise.reject(new LogUnavailable('the inner log is closed by its owner'));
}
