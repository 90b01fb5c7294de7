import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLogEvents } from '../../../shared/command-log/events.js';
import { EmbeddedEventStore } from '../../../shared/event-store/adapters/embedded/embedded-event-store.js';
import { eventId } from '../../../shared/event-store/event-id.js';
import { EventRegistry } from '../../../shared/event-store/event-registry.js';
import type { EvidenceStore } from '../../../shared/evidence/evidence-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { isRefused } from '../../../shared/kernel/refusal.js';
import type {
  CollectionSpec,
  Condition,
  Query,
  ReadModels,
  Row,
} from '../../../shared/read-models/read-models.port.js';
import {
  aggregatedLines,
  aggregationRuns,
  billingBatches,
  billingSyncEvents,
  invoicedLines,
  invoiceLines,
  type BillingLineage,
} from '../../billing-sync/index.js';
import { catalogEvents } from '../../catalog/index.js';
import { ingestionEvents, rawChunks, usageFiles } from '../../ingestion/index.js';
import { ratedSources, ratingEvents, type MonetizedUsageReader } from '../../rating/index.js';
import { suspendedRecords, suspenseEvents, suspenseReprocesses } from '../../suspense/index.js';
import type { Lineage, LineageNode } from '../domain/lineage.js';
import { BillingTracer } from './billing.tracer.js';
import { LineageQueries } from './lineage.queries.js';
import { MonetizedTracer } from './monetized.tracer.js';
import { RawLineTracer } from './raw-line.tracer.js';
import { SuspenseTracer } from './suspense.tracer.js';

const T = Date.UTC(2026, 0, 31, 10);
const CONTENT = 'id;to;s\na;49301;60\nb;49302;30\nc;TEST;1\nd;49303;10\n';
const OFFSETS = [8, 19, 30, 39];
const LENGTHS = [10, 10, 8, 10];

/** Rows as given, found by what the lineage asks for: equality and lower bounds, in the order they were put. */
class GivenRows implements Partial<ReadModels> {
  private readonly rows = new Map<string, Row[]>();

  put<R extends Row>(spec: CollectionSpec<R>, row: Partial<R>): void {
    const rows = this.rows.get(spec.name) ?? [];
    const same = (other: Row) => spec.key.every((field) => other[field] === (row as Row)[field]);
    this.rows.set(spec.name, [...rows.filter((other) => !same(other)), row]);
  }

  get<R extends Row>(spec: CollectionSpec<R>, key: Readonly<Partial<R>>): Promise<R | undefined> {
    const found = this.rows
      .get(spec.name)
      ?.find((row) => Object.entries(key).every(([name, value]) => row[name] === value));
    return Promise.resolve(found as R | undefined);
  }

  find<R extends Row>(spec: CollectionSpec<R>, query: Query) {
    return Promise.resolve({ items: this.matching(spec, query).slice(0, query.limit) as R[] });
  }

  sum(spec: CollectionSpec, field: string, query: Pick<Query, 'tenant' | 'where'>): Promise<string> {
    return Promise.resolve(String(this.matching(spec, query).reduce((sum, row) => sum + Number(row[field]), 0)));
  }

  private matching(spec: { readonly name: string }, { tenant, where = [] }: Pick<Query, 'tenant' | 'where'>): Row[] {
    const holds = (row: Row, { field, op, value }: Condition) =>
      op === 'eq' ? row[field] === value : op === 'gte' ? (row[field] as number) >= (value as number) : false;
    return (this.rows.get(spec.name) ?? []).filter(
      (row) => row['tenant'] === tenant && where.every((condition) => holds(row, condition)),
    );
  }
}

/** One file of lines 2 to 5: 2 is monetized, 3 was suspended and reprocessed, 4 is ignored, 5 not rated yet. */
class World {
  readonly rows = new GivenRows();
  readonly positions: Record<string, number> = {};
  private readonly dir = mkdtempSync(join(tmpdir(), 'retally-lineage-'));
  private readonly revisions = new Map<string, number>();
  store!: EmbeddedEventStore;
  queries!: LineageQueries;
  totals = { records: 2, quantity: '90', amount: '0.9' };
  aggregated = true;

  async open(): Promise<this> {
    const registry = new EventRegistry([
      ...commandLogEvents,
      ...ingestionEvents,
      ...catalogEvents,
      ...ratingEvents,
      ...suspenseEvents,
      ...billingSyncEvents,
    ]);
    this.store = await EmbeddedEventStore.open({ path: join(this.dir, 'log.db'), registry, writer: 'inline' });
    await this.ingested();
    await this.ratedAll();
    await this.billed();
    const readModels = this.rows as unknown as ReadModels;
    const evidence: Pick<EvidenceStore, 'readContent'> = {
      readContent: (_, offset, length) => Promise.resolve(Buffer.from(CONTENT).subarray(offset, offset + length)),
    };
    const { monetized, billing } = this;
    this.queries = new LineageQueries(this.store, readModels, {
      raw: new RawLineTracer(readModels, evidence as EvidenceStore),
      suspense: new SuspenseTracer(readModels),
      charges: new MonetizedTracer(monetized),
      billing: new BillingTracer(readModels, billing, monetized),
      monetized,
    });
    return this;
  }

  async close(): Promise<void> {
    await this.store.close();
    rmSync(this.dir, { recursive: true });
  }

  /** The charges of lines 2 and 3, where they stand. */
  private address(line: number) {
    const position = this.positions[line === 2 ? 'rated' : 'rerated'] ?? 0;
    return { charge: 0, address: { position, row: 0 } };
  }

  /** Versions of line 2 that a run made, by the position of their events. */
  readonly versions: number[] = [];
  members = [
    { revision: 0, row: 0, quantity: '60', amount: '0.6' },
    { revision: 1, row: 0, quantity: '30', amount: '0.3' },
  ];

  private readonly monetized = {
    versionsOf: (_: string, __: string, line: number) => {
      const later = this.versions.map((position) => ({ charge: 0, address: { position, row: 0 } }));
      return Promise.resolve(line > 3 ? [] : line === 2 ? [this.address(2), ...later] : [this.address(line)]);
    },
    members: () => Promise.resolve({ items: this.members }),
    totals: () => Promise.resolve(this.totals),
    priceVersion: () =>
      Promise.resolve({
        effectiveFrom: T,
        reason: 'first price',
        pricing: { currency: 'EUR' },
        event: { position: this.positions['price'] ?? 0 },
      }),
  } as unknown as MonetizedUsageReader;

  readonly asked: string[] = [];
  private readonly billing = {
    lineOfRecord: ({ revision, subscription }: { revision: number; subscription: string }) => {
      this.asked.push(`${revision} ${subscription}`);
      if (revision === 3) return Promise.resolve({ state: 'NOTHING', runId: 'run' });
      return Promise.resolve(
        this.aggregated
          ? { state: 'AGGREGATED', runId: 'run', batchId: 'run-1', lineNo: 1, lineId: 'run-1-1' }
          : { state: 'NOT_AGGREGATED' },
      );
    },
    windowOfLine: () => Promise.resolve({ partition: 0, from: 0, to: 9 }),
  } as unknown as BillingLineage;

  private async append(name: string, stream: string, type: string, data: unknown, commandId?: string): Promise<number> {
    const before = this.revisions.get(stream);
    const { revision, position } = await this.store.append(stream, before ?? 'no-stream', [
      {
        id: eventId(`${stream}/${name}`),
        type,
        data,
        metadata: {
          tenant: 'main',
          actor: commandId === undefined ? 'role:test' : 'key:ops',
          correlationId: 'c',
          recordedAt: new Date(T).toISOString(),
          ...(commandId === undefined ? {} : { commandId }),
        },
      },
    ]);
    this.revisions.set(stream, revision);
    this.positions[name] = position;
    return position;
  }

  private async ingested(): Promise<void> {
    const payload = { reason: 'the service id was fed' };
    await this.append(
      'command',
      'command-main.k1',
      'CommandAccepted.v1',
      { commandId: 'k1', name: 'ReprocessSuspense', payload },
      'k1',
    );
    await this.append('mapping', 'mediation-main.mapping.calls', 'MappingVersionAdded.v1', {
      mapping: 'calls',
      version: 1,
      reason: 'first',
      definition: { format: 'DELIMITED' },
    });
    await this.append('price', 'catalog-main.catalog', 'PricingPut.v1', {});
    const receivedPosition = await this.append('file', 'usageFile-main.f1', 'UsageFileReceived.v1', { fileId: 'f1' });
    const position = await this.append('chunk', 'usage-main.sw.VOICE.POSTPAID', 'UsageBatchMediated.v1', {
      head: {
        fileId: 'f1',
        mapping: { name: 'calls', version: 1 },
        chunk: 0,
        firstLine: 2,
        lastLine: 5,
        identity: ['a.id'],
      },
      columns: {
        line: [2, 3, 5],
        offset: [OFFSETS[0], OFFSETS[1], OFFSETS[3]],
        length: [LENGTHS[0], LENGTHS[1], LENGTHS[3]],
        serviceId: ['49301', '49302', '49303'],
        usageType: ['CALL', 'CALL', 'CALL'],
        at: [T, T, T],
        'q.seconds': ['60', '30', '10'],
        'a.id': ['a', 'b', 'd'],
        'a.note': [null, 'x', null],
        'x.line': [4],
        'x.offset': [OFFSETS[2]],
        'x.length': [LENGTHS[2]],
        'x.outcome': ['IGNORED'],
        'x.code': ['FILTERED'],
        'x.column': ['to'],
        'x.detail': ['to is TEST'],
      },
    });
    this.rows.put(usageFiles, {
      tenant: 'main',
      fileId: 'f1',
      fileName: 'calls.csv',
      sha256: 'ab',
      status: 'COMPLETED',
      receivedPosition,
      declaredTotal: 4,
    });
    this.rows.put(rawChunks, { tenant: 'main', fileId: 'f1', position, firstLine: 2, lastLine: 5 });
  }

  private async ratedAll(): Promise<void> {
    const { chunk = 0 } = this.positions;
    const first = await this.append(
      'rated',
      'rating-main.0',
      'UsageBatchRated.v1',
      rated(chunk, { kind: 'MEDIATED' }, 2, 3),
    );
    const asked = await this.append(
      'asked',
      'suspense-main.f1',
      'SuspenseReprocessRequested.v1',
      {
        head: { reprocessId: 'r1', fileId: 'f1', reason: 'the service id was fed', records: 1 },
        columns: { position: [chunk], ordinal: [1], line: [3], code: ['SERVICE_NOT_FOUND'] },
      },
      'k1',
    );
    const cause = { kind: 'REPROCESS', reprocessId: 'r1', position: asked };
    const second = await this.append('rerated', 'rating-main.0', 'UsageBatchRated.v1', rated(chunk, cause, 3));
    const source = { tenant: 'main', mediatedPosition: chunk, partition: 0, fileId: 'f1' };
    this.rows.put(ratedSources, { ...source, ratedPosition: first, suspendedLines: 1, reprocessId: null });
    this.rows.put(ratedSources, { ...source, ratedPosition: second, suspendedLines: 0, reprocessId: 'r1' });
    this.suspendedRow('RESOLVED');
    this.rows.put(suspenseReprocesses, { tenant: 'main', reprocessId: 'r1', position: asked });
  }

  /** A run rates line 2 again: it is of another subscription now, and costs this much. */
  async reratedByRun(version: number, was: { revision: number; amount: string }, amount: string): Promise<void> {
    const runId = `run-${version}`;
    const position = await this.append(
      runId,
      `ratingRun-main.${runId}`,
      'RatingRunRequested.v1',
      { runId, reason: 'the price was wrong', asked: { kind: 'RERATE' }, partitions: 1 },
      'k1',
    );
    const group = { usageType: ['CALL'], offer: [0], currency: ['EUR'], quantity: ['60'] };
    const old = Object.fromEntries(Object.entries(group).map(([name, column]) => [`old.${name}`, column]));
    const columns = {
      source: [0],
      line: [2],
      ordinal: [0],
      charge: [0],
      version: [version],
      withdrawn: [false],
      account: ['acct-1'],
      subscription: [`sub-${version}`],
      serviceId: ['49301'],
      at: [T],
      cycle: [T],
      ...group,
      amount: [amount],
      impacts: [[['PRICE', 'EUR', '60', '0.01', amount, 0]]],
      before: [null],
      ...old,
      'old.revision': [was.revision],
      'old.row': [0],
      'old.subscription': [`sub-${version - 1}`],
      'old.amount': [was.amount],
    };
    const head = {
      partition: 0,
      runId,
      position,
      through: position - 1,
      partial: { position, records: 1 },
      sources: [{ position: this.positions['chunk'] ?? 0, fileId: 'f1' }],
      offers: [{ priceOfferId: 'p.standard.voice.EUR', version: 1 }],
      money: {},
    };
    this.versions.push(await this.append(`by-${runId}`, 'rating-main.0', 'UsageRerated.v1', { head, columns }));
  }

  /** @returns how often each event is read from now on. */
  countReads(): Map<string, number> {
    const read = new Map<string, number>();
    const counted = async function* (events: AsyncIterable<RecordedEvent>) {
      for await (const event of events) {
        const address = `${event.stream}@${event.revision}`;
        read.set(address, (read.get(address) ?? 0) + 1);
        yield event;
      }
    };
    const { readAll, readStream } = this.store;
    this.store.readAll = (...asked) => counted(readAll.apply(this.store, asked));
    this.store.readStream = (...asked) => counted(readStream.apply(this.store, asked));
    return read;
  }

  suspendedRow(status: 'OPEN' | 'REPROCESSING' | 'RESOLVED'): void {
    const row = {
      tenant: 'main',
      fileId: 'f1',
      line: 3,
      code: 'SERVICE_NOT_FOUND',
      message: 'Feed 49302',
      reprocessId: 'r1',
    };
    this.rows.put(suspendedRecords, { ...row, status });
  }

  private async billed(): Promise<void> {
    const requestedPosition = await this.append('run', 'aggregation-main.runs', 'AggregationRequested.v1', {
      runId: 'run',
    });
    const batch = 'billingBatch-main.run-1';
    const sealedPosition = await this.append('sealed', batch, 'BillingBatchSealed.v1', {
      head: { batchId: 'run-1' },
      columns: { lineId: ['run-1-1'] },
    });
    await this.append('sent', batch, 'BillingBatchSendAttempted.v1', {
      batchId: 'run-1',
      attempt: 1,
      receiptId: 'run-1:1',
    });
    await this.append('noted', batch, 'InvoiceLinesNoted.v1', { batchId: 'run-1', lines: [] });
    const tenant = 'main';
    this.rows.put(aggregationRuns, {
      tenant,
      runId: 'run',
      status: 'COMPLETED',
      reason: 'daily',
      requestedPosition,
      finishedPosition: 0,
    });
    this.rows.put(billingBatches, { tenant, batchId: 'run-1', status: 'COMPLETE', lines: 1 });
    this.rows.put(aggregatedLines, {
      tenant,
      batchId: 'run-1',
      lineNo: 1,
      lineId: 'run-1-1',
      runId: 'run',
      account: 'acct-1',
      currency: 'EUR',
      quantity: '90',
      records: 2,
      exact: '0.9',
      residualBefore: '0',
      amount: '0.90',
      residualAfter: '0',
      firstAt: T,
      lastAt: T,
      status: 'COMPLETE',
      sealedPosition,
    });
    const invoice = { tenant, invoiceNo: 'INV.7', invoiceLineNo: 1, position: this.positions['noted'] ?? 0 };
    this.rows.put(invoiceLines, {
      ...invoice,
      account: 'acct-1',
      currency: 'EUR',
      amount: '0.90',
      lines: 1,
      notedAt: T,
    });
    this.rows.put(invoicedLines, { ...invoice, batchId: 'run-1', lineNo: 1, lineId: 'run-1-1', amount: '0.90' });
  }
}

function rated(position: number, cause: unknown, monetizedLine: number, suspendedLine?: number): unknown {
  const suspended = suspendedLine === undefined ? [] : [suspendedLine];
  return {
    head: {
      partition: 0,
      through: position,
      cause,
      sources: [{ position, fileId: 'f1', monetizedLines: 1, suspendedLines: suspended.length }],
      offers: [{ priceOfferId: 'p.standard.voice.EUR', version: 1 }],
      money: {},
    },
    columns: {
      source: [0],
      line: [monetizedLine],
      ordinal: [monetizedLine - 2],
      charge: [0],
      account: ['acct-1'],
      subscription: ['sub-1'],
      serviceId: ['49301'],
      usageType: ['CALL'],
      at: [T],
      cycle: [T],
      offer: [0],
      currency: ['EUR'],
      quantity: [monetizedLine === 2 ? '60' : '30'],
      amount: [monetizedLine === 2 ? '0.6' : '0.3'],
      impacts: [[['PRICE', 'EUR', '60', '0.01', '0.6', 0]]],
      before: [null],
      's.source': suspended.map(() => 0),
      's.line': suspended,
      's.ordinal': suspended.map((line) => line - 2),
      's.code': suspended.map(() => 'SERVICE_NOT_FOUND'),
      's.message': suspended.map(() => 'Feed 49302'),
      's.serviceId': suspended.map(() => '49302'),
      's.account': suspended.map(() => null),
      's.usageType': suspended.map(() => 'CALL'),
      's.at': suspended.map(() => T),
      's.facts': suspended.map(() => ({ serviceId: '49302' })),
    },
  };
}

async function found(answer: Promise<unknown>): Promise<Lineage> {
  const lineage = await answer;
  if (isRefused(lineage)) throw new Error(lineage.refused.message);
  return lineage as Lineage;
}

const node = (lineage: Lineage, name: string): LineageNode => {
  const one = lineage.nodes.find((each) => each.node === name);
  if (one === undefined) throw new Error(`No ${name} among ${lineage.nodes.map((each) => each.node).join(', ')}`);
  return one;
};
const edges = (lineage: Lineage): string[] =>
  lineage.edges.map(({ from, relation, to }) => `${from} ${relation} ${to}`);
const PAGE = { limit: 10 };

describe('lineage', () => {
  let world: World;
  beforeEach(async () => (world = await new World().open()));
  afterEach(() => world.close());

  it('leads from a raw line to its invoice line, every node with its event', async () => {
    const lineage = await found(world.queries.usageRecord('main', 'f1:2'));
    expect(edges(lineage)).toEqual([
      'USAGE_FILE/f1 HOLDS RAW_LINE/f1:2',
      'MAPPING_VERSION/calls.1 SHAPED USAGE_RECORD/f1:2',
      'RAW_LINE/f1:2 MEDIATED_INTO USAGE_RECORD/f1:2',
      'PRICE_VERSION/p.standard.voice.EUR@1 PRICED MONETIZED_USAGE/f1:2:0',
      'USAGE_RECORD/f1:2 MONETIZED_INTO MONETIZED_USAGE/f1:2:0',
      'AGGREGATION_RUN/run MADE AGGREGATED_USAGE/run-1-1',
      'AGGREGATED_USAGE/run-1-1 SENT_IN BILLING_BATCH/run-1',
      'AGGREGATED_USAGE/run-1-1 INVOICED_ON INVOICE_LINE/INV.7.1',
      'MONETIZED_USAGE/f1:2:0 SUMMED_INTO AGGREGATED_USAGE/run-1-1',
    ]);
    expect(lineage).toMatchObject({ openEnds: [], balanced: true, subject: { node: 'USAGE_RECORD/f1:2' } });
    expect(node(lineage, 'RAW_LINE/f1:2').details).toMatchObject({
      text: 'a;49301;60',
      byteOffset: 8,
      byteLength: 10,
      line: 2,
      sha256: 'ab',
    });
    expect(node(lineage, 'MONETIZED_USAGE/f1:2:0').event).toMatchObject({
      type: 'UsageBatchRated.v1',
      stream: 'rating-main.0',
      revision: 0,
      position: world.positions['rated'],
    });
    expect(node(lineage, 'USAGE_RECORD/f1:2').details).toMatchObject({
      quantities: { seconds: '60' },
      attributes: { id: 'a' },
    });
    for (const each of lineage.nodes) expect(each.event.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('leads from an invoice line back to the exact raw lines, page by page', async () => {
    const lineage = await found(world.queries.invoiceLine('main', 'INV.7.1', PAGE));
    expect(lineage.records).toEqual({
      items: [
        { id: 'f1:2:0', node: 'MONETIZED_USAGE/f1:2:0', version: 1, quantity: '60', amount: '0.6' },
        { id: 'f1:3:0', node: 'MONETIZED_USAGE/f1:3:0', version: 1, quantity: '30', amount: '0.3' },
      ],
      total: 2,
    });
    expect(lineage.nodes.filter(({ kind }) => kind === 'RAW_LINE').map(({ details }) => details['text'])).toEqual([
      'a;49301;60',
      'b;49302;30',
    ]);
    expect(node(lineage, 'AGGREGATED_USAGE/run-1-1').details).toMatchObject({
      recomputed: world.totals,
      balanced: true,
    });
  });

  it('tells the history of a suspended record: why, and who had it rated again', async () => {
    const lineage = await found(world.queries.monetizedUsage('main', 'f1:3:0'));
    const suspension = `SUSPENSION/f1:3@${world.positions['rated'] ?? 0}`;
    expect(edges(lineage)).toEqual(
      expect.arrayContaining([
        `USAGE_RECORD/f1:3 SUSPENDED_AS ${suspension}`,
        `${suspension} ASKED_AGAIN_BY REPROCESS/r1`,
        'REPROCESS/r1 ANSWERED_WITH MONETIZED_USAGE/f1:3:0',
      ]),
    );
    expect(edges(lineage)).not.toContain('USAGE_RECORD/f1:3 MONETIZED_INTO MONETIZED_USAGE/f1:3:0');
    expect(node(lineage, 'REPROCESS/r1')).toMatchObject({
      actor: 'key:ops',
      command: { commandId: 'k1', name: 'ReprocessSuspense', actor: 'key:ops', reason: 'the service id was fed' },
    });
  });

  it('says where a chain goes no further, and why', async () => {
    const ignored = await found(world.queries.usageRecord('main', 'f1:4'));
    expect(ignored.openEnds).toEqual([
      {
        at: 'RAW_LINE/f1:4',
        missing: 'USAGE_RECORD',
        state: 'ENDED',
        message: 'The line is IGNORED (FILTERED): to is TEST',
      },
    ]);
    const unrated = await found(world.queries.usageRecord('main', 'f1:5'));
    expect(unrated.openEnds).toMatchObject([
      { at: 'USAGE_RECORD/f1:5', missing: 'MONETIZED_USAGE', state: 'UNDER_WAY' },
    ]);
    world.aggregated = false;
    const waiting = await found(world.queries.usageRecord('main', 'f1:2'));
    expect(waiting.openEnds).toMatchObject([{ missing: 'AGGREGATED_USAGE', state: 'WAITING' }]);
  });

  it('leads through every version of a record, each to the lines it was added to and taken back from', async () => {
    await world.reratedByRun(2, { revision: 0, amount: '0.6' }, '0.5');
    await world.reratedByRun(3, { revision: 2, amount: '0.5' }, '0.4');
    const record = 'MONETIZED_USAGE/f1:2:0';
    for (const lineage of [
      await found(world.queries.usageRecord('main', 'f1:2')),
      await found(world.queries.monetizedUsage('main', 'f1:2:0')),
    ]) {
      const corrections = [
        `USAGE_RECORD/f1:2 MONETIZED_INTO ${record}`,
        `${record} CORRECTED_BY ${record}@2`,
        `RATING_RUN/run-2 RERATED ${record}@2`,
        `${record}@2 SUMMED_INTO AGGREGATED_USAGE/run-1-1`,
        `${record}@2 CORRECTED_BY ${record}@3`,
        `RATING_RUN/run-3 RERATED ${record}@3`,
      ];
      expect(edges(lineage)).toEqual(expect.arrayContaining(corrections));
      expect(edges(lineage)).not.toContain(`USAGE_RECORD/f1:2 MONETIZED_INTO ${record}@2`);
      expect(node(lineage, `${record}@2`)).toMatchObject({
        title: 'Version 2: 60 CALL for 0.5 EUR',
        event: { type: 'UsageRerated.v1' },
        details: { version: 2, corrects: { version: 1, amount: '0.6' } },
      });
      expect(node(lineage, 'RATING_RUN/run-2')).toMatchObject({
        title: 'Rating run run-2: the price was wrong',
        actor: 'key:ops',
      });
      // It left one group for another, and both came to nothing: that is said once.
      expect(lineage.openEnds).toMatchObject([{ at: `${record}@3`, missing: 'AGGREGATED_USAGE', state: 'ENDED' }]);
    }
    // Each version in its own group, and a correction also in the group it took the record out of.
    expect(new Set(world.asked)).toEqual(new Set(['0 sub-1', '2 sub-2', '2 sub-1', '3 sub-3', '3 sub-2']));
  });

  it('shows a correction among the rows of a line, with what it adds and what it corrects', async () => {
    await world.reratedByRun(2, { revision: 0, amount: '0.6' }, '0.5');
    world.members = [...world.members, { revision: 2, row: 0, quantity: '0', amount: '-0.1' }];
    const lineage = await found(world.queries.aggregatedLine('main', 'run-1-1', PAGE));
    expect(lineage.records?.items[2]).toEqual({
      id: 'f1:2:0',
      node: 'MONETIZED_USAGE/f1:2:0@2',
      version: 2,
      quantity: '0',
      amount: '-0.1',
    });
    expect(edges(lineage)).toEqual(
      expect.arrayContaining([
        'MONETIZED_USAGE/f1:2:0 CORRECTED_BY MONETIZED_USAGE/f1:2:0@2',
        'MONETIZED_USAGE/f1:2:0@2 SUMMED_INTO AGGREGATED_USAGE/run-1-1',
      ]),
    );
  });

  it('looks each event up once, beside the life of a batch, however many ways lead to it and however often the record was rated', async () => {
    await world.reratedByRun(2, { revision: 0, amount: '0.6' }, '0.5');
    await world.reratedByRun(3, { revision: 2, amount: '0.5' }, '0.4');
    world.members = [...world.members, { revision: 2, row: 0, quantity: '0', amount: '-0.1' }];
    const read = world.countReads();
    for (const ask of [
      () => world.queries.usageRecord('main', 'f1:2'),
      () => world.queries.monetizedUsage('main', 'f1:2:0'),
      () => world.queries.aggregatedLine('main', 'run-1-1', PAGE),
      () => world.queries.invoiceLine('main', 'INV.7.1', PAGE),
    ]) {
      read.clear();
      expect(edges(await found(ask())).length).toBeGreaterThan(10);
      const again = [...read].filter(([address, times]) => times > 1 && !address.startsWith('billingBatch-'));
      expect(again).toEqual([]);
    }
  });

  it('raises what names a row the log has not', async () => {
    await world.reratedByRun(2, { revision: 7, amount: '0.6' }, '0.5');
    world.members = [{ revision: 2, row: 0, quantity: '0', amount: '-0.1' }];
    await expect(world.queries.aggregatedLine('main', 'run-1-1', PAGE)).rejects.toThrow('no event rating-main.0@7');
  });

  it('does not hide a sum that is wrong', async () => {
    world.totals = { records: 2, quantity: '90', amount: '0.8999999999' };
    const lineage = await found(world.queries.aggregatedLine('main', 'run-1-1', PAGE));
    expect(lineage.balanced).toBe(false);
    expect(node(lineage, 'AGGREGATED_USAGE/run-1-1').details).toMatchObject({ exact: '0.9', balanced: false });
  });

  it('names the link that is missing', async () => {
    const refusal = async (answer: Promise<unknown>) => {
      const refused = await answer;
      if (!isRefused(refused)) throw new Error('It was found');
      return refused.refused;
    };
    expect(await refusal(world.queries.usageRecord('main', 'f9:1'))).toMatchObject({
      code: 'lineage/not-found',
      facts: { missing: 'RAW_LINE', underWay: false },
    });
    expect(await refusal(world.queries.usageRecord('main', 'f1:9'))).toMatchObject({
      message: 'File f1 has no record at line 9',
    });
    expect((await refusal(world.queries.monetizedUsage('main', 'f1:4:0'))).message).toContain('The line is IGNORED');
    expect((await refusal(world.queries.monetizedUsage('main', 'f1:2:3'))).message).toContain('1 charges');
    expect(await refusal(world.queries.monetizedUsage('main', 'f1:5:0'))).toMatchObject({
      facts: { missing: 'MONETIZED_USAGE', underWay: true },
    });
    expect((await refusal(world.queries.aggregatedLine('main', 'run-1-2', PAGE))).message).toBe(
      'Batch run-1 has 1 lines, and 2 is none of them',
    );
    expect(await refusal(world.queries.aggregatedLine('main', 'run-2-1', PAGE))).toMatchObject({
      facts: { missing: 'BILLING_BATCH' },
    });
    expect(await refusal(world.queries.invoiceLine('main', 'INV.8.1', PAGE))).toMatchObject({
      facts: { missing: 'INVOICE_LINE' },
    });
    expect(await refusal(world.queries.invoiceLine('main', 'INV', PAGE))).toMatchObject({
      code: 'lineage/malformed-id',
    });
  });

  it('shows another tenant nothing', async () => {
    expect(await world.queries.usageRecord('other', 'f1:2')).toMatchObject({ refused: { code: 'lineage/not-found' } });
  });
});
