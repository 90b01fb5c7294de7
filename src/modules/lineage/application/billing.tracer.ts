import { instantToString } from '../../../shared/kernel/clock.js';
import { Decimal } from '../../../shared/kernel/decimal.js';
import { never } from '../../../shared/kernel/decider.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { ReadModels } from '../../../shared/read-models/read-models.port.js';
import {
  aggregatedLines,
  aggregationRuns,
  billingBatches,
  invoicedLines,
  invoiceLines,
  type AggregatedLineRow,
  type BillingLineage,
} from '../../billing-sync/index.js';
import type { MonetizedUsageReader, RecordGroup } from '../../rating/index.js';
import { nodeName, type OpenEnd } from '../domain/lineage.js';
import { sameGroup, type Charge, type ChargeGroup } from './charge.js';
import { lineSums } from './line-sums.js';
import type { Trace } from './trace.js';

/** Attempts, answers and notes of one batch that a node shows. */
const HISTORY = 200;

/** monetized record -> aggregated line -> batch -> invoice line, with the run that summed. */
export class BillingTracer {
  constructor(
    private readonly readModels: ReadModels,
    private readonly billing: BillingLineage,
    private readonly monetized: MonetizedUsageReader,
  ) {}

  /** From a charge to the line it is summed into, and on; of a correction, also to the one it only takes back from. */
  async follow(trace: Trace, charge: Charge, at: string): Promise<void> {
    await this.followGroup(trace, charge, charge, at);
    const { corrects } = charge;
    if (corrects !== undefined && !sameGroup(corrects, charge)) await this.followGroup(trace, charge, corrects, at);
  }

  private async followGroup(trace: Trace, charge: Charge, group: ChargeGroup, at: string): Promise<void> {
    const { subscription, usageType, currency, rateSchedule } = group;
    const found = await this.billing.lineOfRecord({
      tenant: trace.tenant,
      partition: charge.partition,
      revision: charge.event.revision,
      account: charge.account,
      subscription,
      usageType,
      currency,
      rateSchedule,
      prepaid: charge.prepaid,
    });
    const missing = 'AGGREGATED_USAGE';
    switch (found.state) {
      case 'NOT_AGGREGATED':
        trace.graph.endsAt({
          at,
          missing,
          state: 'WAITING',
          message: 'Monetized, not yet aggregated: the next aggregation run takes it',
        });
        return;
      case 'UNDER_WAY':
        trace.graph.endsAt({
          at,
          missing,
          state: 'UNDER_WAY',
          message: `Monetized, not yet aggregated: run ${found.runId} is under way`,
        });
        return;
      case 'PREPAID':
        trace.graph.endsAt({
          at,
          missing,
          state: 'ENDED',
          message: 'Prepaid: it is paid out of top-ups, and never billed',
        });
        return;
      case 'NOTHING':
        trace.graph.endsAt({
          at,
          missing,
          state: 'ENDED',
          message: `Aggregated by run ${found.runId}, in which its group came to exactly nothing: nothing is sent`,
        });
        return;
      case 'AGGREGATED': {
        const row = await this.line(trace.tenant, found.batchId, found.lineNo);
        if (row === undefined) {
          const message = `Aggregated by run ${found.runId} into line ${found.lineId}, which is not readable yet`;
          trace.graph.endsAt({ at, missing, state: 'UNDER_WAY', message });
          return;
        }
        trace.graph.link(at, 'SUMMED_INTO', await this.addLine(trace, row));
        return;
      }
      default:
        never(found);
    }
  }

  line(tenant: string, batchId: string, lineNo: number): Promise<AggregatedLineRow | undefined> {
    return this.readModels.get(aggregatedLines, { tenant, batchId, lineNo });
  }

  /** The line with its sums recomputed, its run, its batch with all that happened to it, and its invoice lines. */
  async addLine(trace: Trace, row: AggregatedLineRow): Promise<string> {
    const name = nodeName('AGGREGATED_USAGE', row.lineId);
    if (trace.graph.has('AGGREGATED_USAGE', row.lineId)) return name;
    const group = await this.groupOf(trace.tenant, row);
    const sums = lineSums(row, group === undefined ? undefined : await this.monetized.totals(group));
    if (!sums.balanced) trace.graph.outOfBalance();
    trace.graph.add({
      kind: 'AGGREGATED_USAGE',
      id: row.lineId,
      title: `${row.records} records of account ${row.account} summed into ${row.amount} ${row.currency}`,
      ...(await trace.log.originAt(row.sealedPosition)),
      details: lineDetails(row, sums),
    });
    trace.graph.link(await this.addRun(trace, row.runId), 'MADE', name);
    trace.graph.link(name, 'SENT_IN', await this.addBatch(trace, row));
    await this.addInvoiceLines(trace, row, name);
    return name;
  }

  /** Where the records of a line are; undefined when its run is void. */
  async groupOf(tenant: string, row: AggregatedLineRow): Promise<RecordGroup | undefined> {
    const window = await this.billing.windowOfLine(tenant, row.lineId);
    if (window === undefined) return undefined;
    const { partition, from, to, account, subscription, usageType, currency, rateSchedule } = window;
    return {
      tenant,
      partition,
      fromRevision: from,
      toRevision: to,
      account,
      subscription,
      usageType,
      currency,
      rateSchedule,
      firstAt: row.firstAt,
      lastAt: row.lastAt,
    };
  }

  async addInvoiceLine(trace: Trace, invoiceNo: string, invoiceLineNo: number): Promise<string | undefined> {
    const { tenant } = trace;
    const row = await this.readModels.get(invoiceLines, { tenant, invoiceNo, invoiceLineNo });
    if (row === undefined) return undefined;
    const where = [
      { field: 'invoiceNo', op: 'eq', value: invoiceNo },
      { field: 'invoiceLineNo', op: 'eq', value: invoiceLineNo },
    ] as const;
    const ours = await this.readModels.sum(invoicedLines, 'amount', { tenant, where });
    const balanced = Decimal.parse(ours).equals(Decimal.parse(row.amount));
    if (!balanced) trace.graph.outOfBalance();
    return trace.graph.add({
      kind: 'INVOICE_LINE',
      id: `${invoiceNo}.${invoiceLineNo}`,
      title: `Line ${invoiceLineNo} of invoice ${invoiceNo}: ${row.amount} ${row.currency}`,
      ...(await trace.log.originAt(row.position)),
      details: {
        invoiceNo,
        invoiceLineNo,
        account: row.account,
        amount: row.amount,
        currency: row.currency,
        lines: row.lines,
        notedAt: instantToString(row.notedAt),
        sumOfLines: ours,
        balanced,
      },
    });
  }

  private async addInvoiceLines(trace: Trace, row: AggregatedLineRow, line: string): Promise<void> {
    const { items } = await this.readModels.find(invoicedLines, {
      tenant: trace.tenant,
      where: [
        { field: 'batchId', op: 'eq', value: row.batchId },
        { field: 'lineNo', op: 'eq', value: row.lineNo },
      ],
      limit: 10,
    });
    for (const { invoiceNo, invoiceLineNo } of items) {
      const node = await this.addInvoiceLine(trace, invoiceNo, invoiceLineNo);
      if (node !== undefined) trace.graph.link(line, 'INVOICED_ON', node);
    }
    if (items.length === 0) trace.graph.endsAt(notInvoiced(row, line));
  }

  private async addRun(trace: Trace, runId: string): Promise<string> {
    const name = nodeName('AGGREGATION_RUN', runId);
    if (trace.graph.has('AGGREGATION_RUN', runId)) return name;
    const run = await this.readModels.get(aggregationRuns, { tenant: trace.tenant, runId });
    if (run === undefined) return name;
    const finished = run.finishedPosition > 0 ? (await trace.log.originAt(run.finishedPosition)).event : null;
    return trace.graph.add({
      kind: 'AGGREGATION_RUN',
      id: runId,
      title: `Aggregation run ${runId}: ${run.reason}`,
      ...(await trace.log.originAt(run.requestedPosition)),
      details: {
        runId,
        status: run.status,
        reason: run.reason,
        window: run.window,
        lines: run.lines,
        records: run.records,
        totals: run.totals,
        finished,
      },
    });
  }

  private async addBatch(trace: Trace, { batchId, sealedPosition }: AggregatedLineRow): Promise<string> {
    const name = nodeName('BILLING_BATCH', batchId);
    if (trace.graph.has('BILLING_BATCH', batchId)) return name;
    const batch = await this.readModels.get(billingBatches, { tenant: trace.tenant, batchId });
    const origin = await trace.log.originAt(sealedPosition);
    const events = await trace.log.all(origin.event.stream, HISTORY);
    return trace.graph.add({
      kind: 'BILLING_BATCH',
      id: batchId,
      title: `Billing batch ${batchId}: ${batch?.status ?? 'SEALED'}`,
      ...origin,
      details: {
        batchId,
        status: batch?.status ?? null,
        lines: batch?.lines ?? null,
        records: batch?.records ?? null,
        money: batch?.money ?? null,
        attempts: batch?.attempts ?? null,
        receiptId: batch?.receiptId ?? null,
        history: events.map(historyEntry),
      },
    });
  }
}

/** What happened to a batch, with the plain facts of the event: attempt, receipt id, code, how it is known. */
function historyEntry(event: RecordedEvent): Readonly<Record<string, unknown>> {
  const { type, revision, position, metadata } = event;
  const data = event.data as Readonly<Record<string, unknown>>;
  const plain = Object.entries(data).filter(([, value]) => typeof value === 'string' || typeof value === 'number');
  return {
    type,
    revision,
    position,
    hash: metadata.hash,
    actor: metadata.actor,
    recordedAt: metadata.recordedAt,
    facts: Object.fromEntries(plain),
  };
}

function lineDetails(row: AggregatedLineRow, sums: ReturnType<typeof lineSums>): Readonly<Record<string, unknown>> {
  return {
    lineId: row.lineId,
    batchId: row.batchId,
    account: row.account,
    subscription: row.subscription,
    usageType: row.usageType,
    rateSchedule: row.rateSchedule,
    currency: row.currency,
    quantity: row.quantity,
    records: row.records,
    exact: row.exact,
    residualBefore: row.residualBefore,
    amount: row.amount,
    residualAfter: row.residualAfter,
    firstAt: instantToString(row.firstAt),
    lastAt: instantToString(row.lastAt),
    status: row.status,
    errorCode: row.errorCode,
    errorMessage: row.errorMessage,
    ...sums,
  };
}

function notInvoiced(row: AggregatedLineRow, at: string): OpenEnd {
  const end = (state: OpenEnd['state'], message: string): OpenEnd => ({ at, missing: 'INVOICE_LINE', state, message });
  switch (row.status) {
    case 'PENDING':
      return end('WAITING', `Aggregated, not yet sent: batch ${row.batchId} waits to be sent`);
    case 'INCOMPLETE':
      return end('UNDER_WAY', `Being sent to billing in batch ${row.batchId}`);
    case 'IN_DOUBT':
      return end('UNDER_WAY', 'Sent, answer never seen: it is looked up by its line id before anything is sent again');
    case 'ERROR':
      return end('REFUSED', `Refused by billing (${row.errorCode ?? ''}): ${row.errorMessage ?? ''}`);
    case 'COMPLETE':
      return end('WAITING', 'Acknowledged by billing, not yet invoiced, or the invoice is not learnt yet');
    case 'IGNORED':
      return end('ENDED', `The aggregation run ${row.runId} failed its gate: its lines are void and never sent`);
    default:
      return never(row.status);
  }
}
