import { Inject, Injectable } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { parseMonetizedId, parseRecordId, recordId } from '../../../shared/kernel/record-id.js';
import type { Refused } from '../../../shared/kernel/refusal.js';
import { READ_MODELS, type ReadModels } from '../../../shared/read-models/read-models.port.js';
import { seenBy } from '../../../shared/read-models/read-your-writes.js';
import {
  billingBatches,
  invoicedLines,
  parseLineId,
  type AggregatedLineRow,
  type InvoicedLineRow,
} from '../../billing-sync/index.js';
import { ratingStream, type MonetizedRecord, type MonetizedUsageReader, type RecordGroup } from '../../rating/index.js';
import { LineageGraph, type Lineage, type LineageRecords } from '../domain/lineage.js';
import { malformedId, notThere } from '../domain/refusals.js';
import type { BillingTracer } from './billing.tracer.js';
import { chargeAt, chargeIn, type Charge } from './charge.js';
import { recordsOfLines } from './line-records.js';
import { LogLookup } from './log-lookup.js';
import type { MonetizedTracer } from './monetized.tracer.js';
import type { RawLineTracer } from './raw-line.tracer.js';
import { linkCause, type SuspenseTracer } from './suspense.tracer.js';
import type { Trace } from './trace.js';

export interface RecordsPage {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** The parts an answer is put together from. */
export interface LineageParts {
  readonly raw: RawLineTracer;
  readonly suspense: SuspenseTracer;
  readonly charges: MonetizedTracer;
  readonly billing: BillingTracer;
  readonly monetized: MonetizedUsageReader;
}
export const LINEAGE_PARTS = Symbol('LineageParts');

/** The whole chain of one thing, both ways: every answer is read by index and by position, nothing is scanned. */
@Injectable()
export class LineageQueries {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(LINEAGE_PARTS) private readonly parts: LineageParts,
  ) {}

  /** Holds a read until every read model has seen the position. */
  async seen(minPosition: number | undefined): Promise<void> {
    if (minPosition === undefined) return;
    for (const { projection } of await this.readModels.status()) await seenBy(this.readModels, projection, minPosition);
  }

  async usageRecord(tenant: string, id: string): Promise<Lineage | Refused> {
    const address = parseRecordId(id);
    if (address === undefined) return malformedId('a usage record', id, '<fileId>:<line>');
    const trace = this.begin(tenant);
    const line = await this.parts.raw.trace(trace, address.fileId, address.line);
    if (line.state === 'UNKNOWN') return notThere('RAW_LINE', line.message, line.underWay);
    if (line.state === 'MEDIATED') {
      const records = await this.parts.monetized.versionsOf(tenant, address.fileId, address.line);
      await this.addCharges(trace, { ...address, ...line }, await chargesOf(trace, records));
    }
    return trace.graph.of({ kind: line.state === 'MEDIATED' ? 'USAGE_RECORD' : 'RAW_LINE', id });
  }

  async monetizedUsage(tenant: string, id: string): Promise<Lineage | Refused> {
    const address = parseMonetizedId(id);
    if (address === undefined) return malformedId('monetized usage', id, '<fileId>:<line>:<charge>');
    const trace = this.begin(tenant);
    const records = await this.parts.monetized.versionsOf(tenant, address.fileId, address.line);
    const versions = records.filter((record) => record.charge === address.charge);
    if (versions.length === 0) return this.notMonetized(trace, address.fileId, address.line, id);
    const charges = await chargesOf(trace, versions);
    const [first] = charges;
    if (first !== undefined) await this.addVersions(trace, charges, await this.cameOf(trace, first));
    return trace.graph.of({ kind: 'MONETIZED_USAGE', id });
  }

  async aggregatedLine(tenant: string, lineId: string, page: RecordsPage): Promise<Lineage | Refused> {
    const address = parseLineId(lineId);
    if (address === undefined) return malformedId('an aggregated line', lineId, '<runId>-<batch>-<line>');
    const trace = this.begin(tenant);
    const row = await this.parts.billing.line(tenant, address.batchId, address.lineNo);
    if (row === undefined) return this.noLine(tenant, address);
    await this.parts.billing.addLine(trace, row);
    const records = await this.addRecords(trace, this.withGroups(tenant, one(row)), page, row.records);
    return trace.graph.of({ kind: 'AGGREGATED_USAGE', id: lineId }, records);
  }

  async invoiceLine(tenant: string, id: string, page: RecordsPage): Promise<Lineage | Refused> {
    const match = /^(.{1,100})\.([1-9]\d{0,8})$/.exec(id);
    if (match?.[1] === undefined) return malformedId('an invoice line', id, '<invoiceNo>.<invoiceLineNo>');
    const [invoiceNo, invoiceLineNo] = [match[1], Number(match[2])];
    const trace = this.begin(tenant);
    const node = await this.parts.billing.addInvoiceLine(trace, invoiceNo, invoiceLineNo);
    if (node === undefined) {
      return notThere(
        'INVOICE_LINE',
        `Line ${invoiceLineNo} of invoice ${invoiceNo} is not known: it holds none of our lines, or billing has not told of it yet (POST /v1/invoice-lines/polls asks)`,
      );
    }
    let total = 0;
    for await (const line of this.linesOf(tenant, invoiceNo, invoiceLineNo)) total += line.records;
    const lines = this.withGroups(tenant, this.linesOf(tenant, invoiceNo, invoiceLineNo));
    const records = await this.addRecords(trace, lines, page, total);
    return trace.graph.of({ kind: 'INVOICE_LINE', id }, records);
  }

  private begin(tenant: string): Trace {
    return { tenant, log: new LogLookup(this.store, tenant), graph: new LineageGraph() };
  }

  /** A page of the records of lines, each traced back to its raw line; and the lines themselves, forward. */
  private async addRecords(
    trace: Trace,
    lines: AsyncIterable<{ readonly line: AggregatedLineRow; readonly group: RecordGroup | undefined }>,
    page: RecordsPage,
    total: number,
  ): Promise<LineageRecords> {
    const { items, next } = await recordsOfLines(this.parts.monetized, lines, page);
    const shown: { id: string; node: string; version: number; quantity: string; amount: string }[] = [];
    for (const { member, line, group } of items) {
      const { revision, row, quantity, amount } = member;
      const charge = await chargeIn(trace, ratingStream(trace.tenant, group.partition), revision, row);
      const node = await this.addCharge(trace, charge, false);
      trace.graph.link(node, 'SUMMED_INTO', await this.parts.billing.addLine(trace, line));
      shown.push({ id: charge.id, node, version: charge.version, quantity, amount });
    }
    return { items: shown, total, ...(next === undefined ? {} : { next }) };
  }

  /** A charge with everything before it, also what it corrects; with `forward`, everything after it too. */
  private async addCharge(trace: Trace, charge: Charge, forward: boolean): Promise<string> {
    const { corrects, event } = charge;
    if (corrects === undefined) return this.addVersion(trace, charge, await this.cameOf(trace, charge), forward);
    const before = await chargeIn(trace, event.stream, corrects.revision, corrects.row);
    return this.addVersion(trace, charge, await this.addCharge(trace, before, false), forward);
  }

  /** Adds what the first version of a charge came of; @returns its usage record, or where its suspension ended. */
  private async cameOf(trace: Trace, { fileId, line, mediatedPosition }: Charge): Promise<string | undefined> {
    const raw = await this.parts.raw.trace(trace, fileId, line, mediatedPosition);
    if (raw.state !== 'MEDIATED') return undefined;
    const history = await this.parts.suspense.trace(trace, { fileId, line, position: raw.position, node: raw.node });
    return history?.last ?? raw.node;
  }

  /** @param from what the charge came of: its usage record, its suspension, or the version it corrects. */
  private async addVersion(trace: Trace, charge: Charge, from: string | undefined, forward: boolean): Promise<string> {
    const { event } = charge;
    const node = await this.parts.charges.add(trace, charge);
    if (from !== undefined) {
      if (charge.corrects !== undefined) trace.graph.link(from, 'CORRECTED_BY', node);
      else if (event.type === 'UsageRerated.v1') trace.graph.link(from, 'MONETIZED_INTO', node);
      else await linkCause(trace, event.data.head.cause, from, { node, first: 'MONETIZED_INTO' });
    }
    if (forward) await this.parts.billing.follow(trace, charge, node);
    return node;
  }

  private async addCharges(
    trace: Trace,
    line: { readonly fileId: string; readonly line: number; readonly position: number; readonly node: string },
    charges: readonly Charge[],
  ): Promise<void> {
    const history = await this.parts.suspense.trace(trace, line);
    await this.addVersions(trace, charges, history?.last ?? line.node);
    if (charges.length > 0 || history !== undefined) return;
    trace.graph.endsAt({
      at: line.node,
      missing: 'MONETIZED_USAGE',
      state: 'UNDER_WAY',
      message: 'Mediated, not yet rated: rating has not answered for its chunk',
    });
  }

  /**
   * Every version of every charge of a line, with everything after it. The versions of a charge stand side by side, oldest
   * first: each came of the one before, the first of `origin`.
   */
  private async addVersions(trace: Trace, charges: readonly Charge[], origin: string | undefined): Promise<void> {
    let before = origin;
    for (const charge of charges) {
      before = await this.addVersion(trace, charge, charge.corrects === undefined ? origin : before, true);
    }
  }

  private async notMonetized(trace: Trace, fileId: string, line: number, id: string): Promise<Refused> {
    const raw = await this.parts.raw.trace(trace, fileId, line);
    if (raw.state === 'UNKNOWN') return notThere('RAW_LINE', raw.message, raw.underWay);
    if (raw.state === 'MEDIATED') {
      const records = await this.parts.monetized.versionsOf(trace.tenant, fileId, line);
      const charges = new Set(records.map((record) => record.charge)).size;
      if (charges > 0) {
        return notThere(
          'MONETIZED_USAGE',
          `Record ${recordId(fileId, line)} has ${charges} charges, and ${id} is none of them`,
        );
      }
      await this.addCharges(trace, { fileId, line, ...raw }, []);
    }
    const [end] = trace.graph.of({ kind: 'RAW_LINE', id: recordId(fileId, line) }).openEnds;
    const why = end === undefined ? 'it is not rated yet' : end.message;
    return notThere(
      'MONETIZED_USAGE',
      `Record ${recordId(fileId, line)} is not money: ${why}`,
      end?.state === 'UNDER_WAY',
    );
  }

  private async noLine(
    tenant: string,
    { runId, batchId, lineNo }: { runId: string; batchId: string; lineNo: number },
  ): Promise<Refused> {
    const batch = await this.readModels.get(billingBatches, { tenant, batchId });
    return batch === undefined
      ? notThere('BILLING_BATCH', `There is no billing batch ${batchId} of an aggregation run ${runId}`)
      : notThere('AGGREGATED_USAGE', `Batch ${batchId} has ${batch.lines} lines, and ${lineNo} is none of them`);
  }

  private async *withGroups(
    tenant: string,
    lines: AsyncIterable<AggregatedLineRow>,
  ): AsyncIterable<{ line: AggregatedLineRow; group: RecordGroup | undefined }> {
    for await (const line of lines) yield { line, group: await this.parts.billing.groupOf(tenant, line) };
  }

  /** Our lines on an invoice line, in key order, a page at a time. */
  private async *linesOf(tenant: string, invoiceNo: string, invoiceLineNo: number): AsyncIterable<AggregatedLineRow> {
    let after: string | undefined;
    do {
      const page: { items: readonly InvoicedLineRow[]; next?: string } = await this.readModels.find(invoicedLines, {
        tenant,
        where: [
          { field: 'invoiceNo', op: 'eq', value: invoiceNo },
          { field: 'invoiceLineNo', op: 'eq', value: invoiceLineNo },
        ],
        limit: 200,
        ...(after === undefined ? {} : { after }),
      });
      for (const { batchId, lineNo } of page.items) {
        const row = await this.parts.billing.line(tenant, batchId, lineNo);
        if (row !== undefined) yield row;
      }
      after = page.next;
    } while (after !== undefined);
  }
}

async function chargesOf(trace: Trace, records: readonly MonetizedRecord[]): Promise<Charge[]> {
  const charges: Charge[] = [];
  for (const { address } of records) charges.push(await chargeAt(trace, address.position, address.row));
  return charges;
}

// eslint-disable-next-line @typescript-eslint/require-await -- a list of one, in the shape of a long one
async function* one<T>(item: T): AsyncIterable<T> {
  yield item;
}
