import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountsEvents } from '../../src/modules/accounts/index.js';
import { catalogEvents } from '../../src/modules/catalog/index.js';
import { ingestionEvents } from '../../src/modules/ingestion/index.js';
import { Rater, type RaterSettings } from '../../src/modules/rating/application/rater/rater.js';
import type { RunAnswerers } from '../../src/modules/rating/application/runs/answer-run.js';
import { runAnswerers } from '../../src/modules/rating/application/runs/answerers.js';
import type { RatingRunAsked } from '../../src/modules/rating/domain/runs/run-events.js';
import { ratingEvents, type UsageBatchRated } from '../../src/modules/rating/index.js';
import { suspenseEvents } from '../../src/modules/suspense/index.js';
import { EmbeddedEventStore } from '../../src/shared/event-store/adapters/embedded/embedded-event-store.js';
import { EventRegistry } from '../../src/shared/event-store/event-registry.js';
import type { EventStore, ExpectedRevision } from '../../src/shared/event-store/event-store.port.js';
import type { Snapshot, SnapshotStore } from '../../src/shared/event-store/snapshot-store.port.js';
import { ManualClock } from '../../src/shared/kernel/clock.js';
import type { RecordedEvent } from '../../src/shared/kernel/event.js';
import type { Claims } from '../../src/shared/leases/claims.port.js';
import { silentLogger } from '../../src/shared/telemetry/logger.js';
import { ManualClaims } from './manual-claims.js';

export const DAY = 86_400_000;
/** 2026-03-01T00:00:00Z, when everything in this world begins. */
export const START = Date.UTC(2026, 2, 1);
export const TENANT = 'main';

export type RatedEvent = RecordedEvent & UsageBatchRated;

export interface UsageLine {
  readonly serviceId: string;
  readonly usageType?: string;
  readonly at?: number;
  readonly quantities?: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, string>>;
}

export class MemorySnapshots implements SnapshotStore {
  readonly saved = new Map<string, Snapshot>();
  load(name: string): Promise<Snapshot | undefined> {
    return Promise.resolve(this.saved.get(name));
  }
  save(name: string, snapshot: Snapshot): Promise<void> {
    this.saved.set(name, snapshot);
    return Promise.resolve();
  }
  remove(name: string): Promise<void> {
    this.saved.delete(name);
    return Promise.resolve();
  }
}

/** A log on disk with a catalog, accounts and mediated usage put in by hand, and a rater to run over it. */
export class RatingWorld {
  readonly snapshots = new MemorySnapshots();
  private readonly revisions = new Map<string, ExpectedRevision>();
  private lines = 0;
  private ids = 0;
  /** Records the log asks a rater to answer. */
  asked = 0;
  /** Runs it asks every partition to answer. */
  private runs = 0;

  private constructor(
    readonly store: EventStore,
    readonly directory: string | undefined,
  ) {}

  /** On the log of an application that runs: its own roles do the rating. */
  static on(store: EventStore): RatingWorld {
    return new RatingWorld(store, undefined);
  }

  static async open(directory = mkdtempSync(join(tmpdir(), 'retally-rating-'))): Promise<RatingWorld> {
    const registry = new EventRegistry([
      ...catalogEvents,
      ...accountsEvents,
      ...ingestionEvents,
      ...suspenseEvents,
      ...ratingEvents,
    ]);
    return new RatingWorld(
      await EmbeddedEventStore.open({ path: join(directory, 'log.db'), registry, writer: 'inline' }),
      directory,
    );
  }

  /** Another world with the same log, to go on in its own way. Nothing may be appended meanwhile. */
  async copy(): Promise<RatingWorld> {
    if (this.directory === undefined) throw new Error('The log of an application is not copied');
    const directory = mkdtempSync(join(tmpdir(), 'retally-rating-'));
    cpSync(this.directory, directory, { recursive: true });
    const made = await RatingWorld.open(directory);
    for (const [stream, revision] of this.revisions) made.revisions.set(stream, revision);
    Object.assign(made, { lines: this.lines, ids: this.ids, asked: this.asked, runs: this.runs });
    return made;
  }

  async close(): Promise<void> {
    await this.store.close();
    if (this.directory !== undefined) rmSync(this.directory, { recursive: true, force: true });
  }

  async append(stream: string, ...events: { type: string; data: unknown }[]): Promise<number> {
    const appended = await this.store.append(
      stream,
      this.revisions.get(stream) ?? 'no-stream',
      events.map((event) => ({
        id: `00000000-0000-4000-8000-${String((this.ids += 1)).padStart(12, '0')}`,
        ...event,
        metadata: {
          tenant: stream.slice(stream.indexOf('-') + 1, stream.indexOf('.')),
          actor: 'test',
          correlationId: 'test',
          recordedAt: '2026-03-01T00:00:00.000Z',
        },
      })),
    );
    this.revisions.set(stream, appended.revision);
    return appended.position;
  }

  /** Usage types, and one plan BASIC with rate schedule STD in EUR and an offer for service CALLS. */
  async catalog(usageTypes: readonly string[] = ['VOICE'], tenant = TENANT): Promise<void> {
    const stream = `catalog-${tenant}.catalog`;
    const effectiveFrom = START;
    await this.append(
      stream,
      ...usageTypes.map((usageType) => ({
        type: 'UsageTypeDefined.v1',
        data: { usageType, name: usageType, unit: 'seconds', serviceType: 'VOICE', effectiveFrom },
      })),
    );
    await this.offer('CALLS', tenant);
  }

  async offer(service: string, tenant = TENANT): Promise<void> {
    await this.append(`catalog-${tenant}.catalog`, {
      type: 'PriceOfferShellMade.v1',
      data: {
        priceOfferId: `BASIC.STD.${service}.EUR`,
        plan: 'BASIC',
        rateSchedule: 'STD',
        service,
        currency: 'EUR',
        effectiveFrom: START,
      },
    });
  }

  async price(pricing: unknown, version = 1, effectiveFrom = START, service = 'CALLS'): Promise<void> {
    const priceOfferId = `BASIC.STD.${service}.EUR`;
    await this.append(`catalog-${TENANT}.catalog`, {
      type: 'PricingPut.v1',
      data: { priceOfferId, version, effectiveFrom, pricing, reason: 'test' },
    });
  }

  /** Account A<n> with subscription S<n>, holding service id N<n>. */
  async account(n: number | string, more: Record<string, unknown> = {}, service = 'CALLS'): Promise<void> {
    const effectiveFrom = START;
    const account = `A${n}`;
    await this.append(
      `account-${TENANT}.${account}`,
      {
        type: 'AccountDefined.v1',
        data: {
          account,
          name: account,
          status: 'ACTIVE',
          currency: 'EUR',
          billingDay: 1,
          timeZone: 'UTC',
          effectiveFrom,
          ...more,
        },
      },
      {
        type: 'SubscriptionDefined.v1',
        data: {
          account,
          subscription: `S${n}`,
          plan: 'BASIC',
          rateSchedule: 'STD',
          status: 'ACTIVE',
          effectiveFrom,
        },
      },
      {
        type: 'ServiceIdAssigned.v1',
        data: { account, subscription: `S${n}`, serviceId: `N${n}`, service, effectiveFrom },
      },
    );
  }

  /** A mediated chunk of a file; answers its position. */
  async usage(lines: readonly UsageLine[], fileId = 'f1', usageRecordType = 'POSTPAID'): Promise<number> {
    const firstLine = this.lines + 1;
    this.lines += lines.length;
    this.asked += lines.length;
    const columns: Record<string, unknown[]> = {
      line: lines.map((_, index) => firstLine + index),
      offset: lines.map((_, index) => index * 10),
      length: lines.map(() => 9),
      serviceId: lines.map((line) => line.serviceId),
      usageType: lines.map((line) => line.usageType ?? 'VOICE'),
      at: lines.map((line) => line.at ?? START + DAY),
      'x.line': [],
      'x.offset': [],
      'x.length': [],
      'x.outcome': [],
      'x.code': [],
      'x.column': [],
      'x.detail': [],
    };
    for (const name of new Set(lines.flatMap((line) => Object.keys(line.quantities ?? {})))) {
      columns[`q.${name}`] = lines.map((line) => line.quantities?.[name] ?? null);
    }
    for (const name of new Set(lines.flatMap((line) => Object.keys(line.attributes ?? {})))) {
      columns[`a.${name}`] = lines.map((line) => line.attributes?.[name] ?? null);
    }
    const counts = { total: lines.length, mediated: lines.length, ignored: 0, duplicate: 0, error: 0 };
    return this.append(`usage-${TENANT}.switch.VOICE.${usageRecordType}`, {
      type: 'UsageBatchMediated.v1',
      data: {
        head: {
          sourcePlatform: 'switch',
          serviceType: 'VOICE',
          usageRecordType,
          fileId,
          mapping: { name: 'calls', version: 1 },
          chunk: 0,
          firstLine,
          lastLine: this.lines,
          startOffset: 0,
          endOffset: lines.length * 10,
          counts,
          quantities: {},
          identity: ['$file', '$line'],
        },
        columns,
      },
    });
  }

  async reprocess(
    reprocessId: string,
    records: readonly { readonly position: number; readonly ordinal: number; readonly line: number }[],
    fileId = 'f1',
  ): Promise<number> {
    this.asked += records.length;
    return this.append(`suspense-${TENANT}.${fileId}`, {
      type: 'SuspenseReprocessRequested.v1',
      data: {
        head: { reprocessId, fileId, reason: 'test', records: records.length },
        columns: {
          position: records.map((record) => record.position),
          ordinal: records.map((record) => record.ordinal),
          line: records.map((record) => record.line),
        },
      },
    });
  }

  /** A rating run; answers its position. */
  async ratingRun(runId: string, asked: RatingRunAsked, partitions = 4): Promise<number> {
    this.runs += 1;
    return this.append(`ratingRun-${TENANT}.${runId}`, {
      type: 'RatingRunRequested.v1',
      data: { runId, reason: 'test', asked, partitions },
    });
  }

  rater(
    settings: Partial<RaterSettings> = {},
    store: EventStore = this.store,
    claims: Claims = ManualClaims.alone(),
    answerers: RunAnswerers = runAnswerers(store),
  ): Rater {
    const clock = ManualClock.at('2026-03-02T00:00:00Z');
    const parts = { store, snapshots: this.snapshots, claims, clock, logger: silentLogger, answerers };
    return new Rater(parts, { partitions: 4, lingerMs: 0, keepEvery: 8192, ...settings });
  }

  /** Runs a rater until every record and every run asked for is answered. */
  async rate(
    settings: Partial<RaterSettings> = {},
    store: EventStore = this.store,
    answerers?: RunAnswerers,
  ): Promise<void> {
    const stop = new AbortController();
    const done = new AbortController();
    const running = this.rater(settings, store, ManualClaims.alone(), answerers)
      .run(stop.signal)
      .finally(() => {
        done.abort();
      });
    // It may fail before it is awaited below.
    running.catch(() => undefined);
    await this.answered(this.asked, done.signal);
    await this.runsAnswered(settings.partitions ?? 4, done.signal);
    stop.abort();
    await running;
  }

  /** Resolves once so many records are answered in the log, or with the signal. */
  async answered(records: number, signal = new AbortController().signal): Promise<void> {
    if (records === 0) return;
    let answered = 0;
    for await (const delivery of this.store.subscribe({ after: 0, filter: { categories: ['rating'] }, signal })) {
      if (delivery.kind === 'event') answered += linesIn(delivery.event);
      if (answered >= records) return;
    }
  }

  private async runsAnswered(partitions: number, signal: AbortSignal): Promise<void> {
    if (this.runs === 0) return;
    let answered = 0;
    const types = ['RatingRunAnswered.v1'];
    for await (const delivery of this.store.subscribe({ after: 0, filter: { types }, signal })) {
      if (delivery.kind === 'event') answered += 1;
      if (answered >= this.runs * partitions) return;
    }
  }

  /** Every event of the rating streams and of proposals, in the order of the log. */
  async said(): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for await (const event of this.store.readAll({ filter: { categories: ['rating', 'rerate'] } })) events.push(event);
    return events;
  }

  async rated(): Promise<RatedEvent[]> {
    const events: RatedEvent[] = [];
    for await (const event of this.store.readAll({ filter: { types: ['UsageBatchRated.v1'] } })) {
      events.push(event as RatedEvent);
    }
    return events;
  }
}

export function linesIn(event: RecordedEvent): number {
  if (event.type !== 'UsageBatchRated.v1') return 0;
  const { sources } = (event as RatedEvent).data.head;
  return sources.reduce((sum, source) => sum + source.monetizedLines + source.suspendedLines, 0);
}

/** A flat price per minute of the quantity `seconds`. */
export function flatPrice(price: string, more: Record<string, unknown> = {}): unknown {
  return {
    currency: 'EUR',
    charges: [{ name: 'calls', measure: 'seconds', tiers: { by: 'QUANTITY', steps: [{ price, per: '60' }] }, ...more }],
  };
}
