import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  aggregatedLines,
  aggregationRuns,
  billingBatches,
  billingSyncEvents,
  invoicedLines,
  invoiceLines,
  type BillingLineage,
} from '../../src/modules/billing-sync/index.js';
import { catalogEvents } from '../../src/modules/catalog/index.js';
import { ingestionEvents, rawChunks, usageFiles } from '../../src/modules/ingestion/index.js';
import { BillingTracer } from '../../src/modules/lineage/application/billing.tracer.js';
import { LineageQueries } from '../../src/modules/lineage/application/lineage.queries.js';
import { MonetizedTracer } from '../../src/modules/lineage/application/monetized.tracer.js';
import { RawLineTracer } from '../../src/modules/lineage/application/raw-line.tracer.js';
import { SuspenseTracer } from '../../src/modules/lineage/application/suspense.tracer.js';
import type { Lineage, LineageNode } from '../../src/modules/lineage/domain/lineage.js';
import { ratedSources, ratingEvents, type MonetizedUsageReader } from '../../src/modules/rating/index.js';
import { suspendedRecords, suspenseEvents, suspenseReprocesses } from '../../src/modules/suspense/index.js';
import { commandLogEvents } from '../../src/shared/command-log/events.js';
import { EmbeddedEventStore } from '../../src/shared/event-store/adapters/embedded/embedded-event-store.js';
import { eventId } from '../../src/shared/event-store/event-id.js';
import { EventRegistry } from '../../src/shared/event-store/event-registry.js';
import type { EvidenceStore } from '../../src/shared/evidence/evidence-store.port.js';
import type { RecordedEvent } from '../../src/shared/kernel/event.js';
import { isRefused } from '../../src/shared/kernel/refusal.js';
import type { ReadModels } from '../../src/shared/read-models/read-models.port.js';
import { GivenRows } from './given-rows.js';
import { aggregatedLine, FILE_CONTENT, LINEAGE_TIME, mediatedLines, ratedLine, reratedLine } from './lineage-events.js';

/** Of the rows of a line. */
export const PAGE = { limit: 10 };

/** One file of lines 2 to 5: 2 is monetized, 3 was suspended and reprocessed, 4 is ignored, 5 not rated yet. */
export class LineageWorld {
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
      readContent: (_, offset, length) => Promise.resolve(Buffer.from(FILE_CONTENT).subarray(offset, offset + length)),
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
        effectiveFrom: LINEAGE_TIME,
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
          recordedAt: new Date(LINEAGE_TIME).toISOString(),
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
    const position = await this.append('chunk', 'usage-main.sw.VOICE.POSTPAID', 'UsageBatchMediated.v1', mediatedLines);
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
      ratedLine(chunk, { kind: 'MEDIATED' }, 2, 3),
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
    const second = await this.append('rerated', 'rating-main.0', 'UsageBatchRated.v1', ratedLine(chunk, cause, 3));
    const source = { tenant: 'main', mediatedPosition: chunk, partition: 0, fileId: 'f1' };
    this.rows.put(ratedSources, { ...source, ratedPosition: first, suspendedLines: 1, reprocessId: null });
    this.rows.put(ratedSources, { ...source, ratedPosition: second, suspendedLines: 0, reprocessId: 'r1' });
    this.rows.put(suspendedRecords, {
      tenant: 'main',
      fileId: 'f1',
      line: 3,
      code: 'SERVICE_NOT_FOUND',
      message: 'Feed 49302',
      reprocessId: 'r1',
      status: 'RESOLVED',
    });
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
    const sourcePosition = this.positions['chunk'] ?? 0;
    const data = reratedLine({ runId, position, sourcePosition, version, was, amount });
    this.versions.push(await this.append(`by-${runId}`, 'rating-main.0', 'UsageRerated.v1', data));
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
    this.rows.put(aggregatedLines, { ...aggregatedLine, sealedPosition });
    const invoice = { tenant, invoiceNo: 'INV.7', invoiceLineNo: 1, position: this.positions['noted'] ?? 0 };
    this.rows.put(invoiceLines, {
      ...invoice,
      account: 'acct-1',
      currency: 'EUR',
      amount: '0.90',
      lines: 1,
      notedAt: LINEAGE_TIME,
    });
    this.rows.put(invoicedLines, { ...invoice, batchId: 'run-1', lineNo: 1, lineId: 'run-1-1', amount: '0.90' });
  }
}

/** @throws what was refused. */
export async function found(answer: Promise<unknown>): Promise<Lineage> {
  const lineage = await answer;
  if (isRefused(lineage)) throw new Error(lineage.refused.message);
  return lineage as Lineage;
}

export const nodeOf = (lineage: Lineage, name: string): LineageNode => {
  const one = lineage.nodes.find((each) => each.node === name);
  if (one === undefined) throw new Error(`No ${name} among ${lineage.nodes.map((each) => each.node).join(', ')}`);
  return one;
};

/** Each as `from RELATION to`. */
export const edgesOf = (lineage: Lineage): string[] =>
  lineage.edges.map(({ from, relation, to }) => `${from} ${relation} ${to}`);
