import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import {
  READ_MODELS,
  type Condition,
  type Page,
  type ReadModels,
} from '../../../shared/read-models/read-models.port.js';
import { seenBy } from '../../../shared/read-models/read-your-writes.js';
import { parseLineId } from '../domain/line-id.js';
import {
  aggregatedLines,
  aggregationRuns,
  billingBatches,
  invoicedLines,
  invoiceLines,
  unmatchedInvoiceLines,
  type AggregatedLineRow,
  type AggregationRunRow,
  type BillingBatchRow,
  type InvoicedLineRow,
  type InvoiceLineRow,
  type UnmatchedInvoiceLineRow,
} from '../projections/collections.js';
import { AGGREGATION_RUNS_PROJECTION, BILLING_BATCHES_PROJECTION } from '../projections/projection-names.js';
import { equal, page, within, type Paging } from '../../../shared/read-models/list-conditions.js';

export interface BatchFilter {
  /** `incomplete` (default): neither COMPLETE nor IGNORED; `all`; or one status. */
  readonly status?: string | undefined;
  readonly runId?: string | undefined;
  /** Business dates of the sealing: start inclusive, end exclusive, at 00:00:00. */
  readonly startDate?: string | undefined;
  readonly endDate?: string | undefined;
}

export interface LineFilter {
  readonly batchId?: string | undefined;
  readonly account?: string | undefined;
  readonly status?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly usageType?: string | undefined;
}

export interface InvoiceLineFilter {
  readonly account?: string | undefined;
  readonly invoiceNo?: string | undefined;
}

/** Errored lines of a batch, by code and status. */
export interface BatchErrorGroup {
  readonly errorCode: string;
  readonly status: string;
  readonly count: number;
  readonly message: string;
}

/** Of one invoice line at most; the rest is found by `GET /v1/aggregated-usage`. */
const LINES_SHOWN = 1000;

/** The reads of billing sync. Every one may wait for a log position first. */
@Injectable()
export class BillingQueries {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Newest first. */
  async runs(tenant: string, status: string | undefined, paging: Paging): Promise<Page<AggregationRunRow>> {
    await seenBy(this.readModels, AGGREGATION_RUNS_PROJECTION, paging.minPosition);
    const sort = [{ field: 'requestedPosition', direction: 'desc' } as const];
    return this.readModels.find(aggregationRuns, { tenant, where: equal('status', status), sort, ...page(paging) });
  }

  async run(tenant: string, runId: string, minPosition?: number): Promise<AggregationRunRow | undefined> {
    await seenBy(this.readModels, AGGREGATION_RUNS_PROJECTION, minPosition);
    return this.readModels.get(aggregationRuns, { tenant, runId });
  }

  /** Newest first. */
  async batches(tenant: string, filter: BatchFilter, paging: Paging): Promise<Page<BillingBatchRow>> {
    await this.seen(paging.minPosition);
    const status = filter.status ?? 'incomplete';
    const where: Condition[] = [
      ...(status === 'incomplete' ? [{ field: 'open', op: 'eq', value: true } as const] : []),
      ...(status === 'incomplete' || status === 'all' ? [] : equal('status', status)),
      ...equal('runId', filter.runId),
      ...within('sealedAt', filter, this.config.timeZone),
    ];
    const sort = [{ field: 'sealedPosition', direction: 'desc' } as const];
    return this.readModels.find(billingBatches, { tenant, where, sort, ...page(paging) });
  }

  async batch(tenant: string, batchId: string, minPosition?: number): Promise<BillingBatchRow | undefined> {
    await this.seen(minPosition);
    return this.readModels.get(billingBatches, { tenant, batchId });
  }

  /** A batch's lines are bounded by the batch size, so its errors are counted from them. */
  async batchErrors(tenant: string, batchId: string): Promise<BatchErrorGroup[]> {
    const groups = new Map<string, { errorCode: string; status: string; count: number; message: string }>();
    let after: string | undefined;
    do {
      const found = await this.readModels.find(aggregatedLines, {
        tenant,
        where: [...equal('batchId', batchId), { field: 'status', op: 'in', value: ['ERROR', 'IN_DOUBT'] }],
        limit: 1000,
        ...(after === undefined ? {} : { after }),
      });
      for (const row of found.items) {
        const errorCode = row.errorCode ?? 'IN_DOUBT';
        const key = `${row.status}/${errorCode}`;
        const message = row.errorMessage ?? 'Sent, and the answer was never seen';
        const group = groups.get(key) ?? { errorCode, status: row.status, count: 0, message };
        group.count += 1;
        groups.set(key, group);
      }
      after = found.next;
    } while (after !== undefined);
    return [...groups.values()].sort((a, b) => b.count - a.count || (a.errorCode < b.errorCode ? -1 : 1));
  }

  /** Newest batch first, unless a batch is named: then in its order. */
  async lines(tenant: string, filter: LineFilter, paging: Paging): Promise<Page<AggregatedLineRow>> {
    await this.seen(paging.minPosition);
    const where: Condition[] = [
      ...equal('batchId', filter.batchId),
      ...equal('account', filter.account),
      ...equal('status', filter.errorCode === undefined ? filter.status : (filter.status ?? 'ERROR')),
      ...equal('errorCode', filter.errorCode),
      ...equal('usageType', filter.usageType),
    ];
    const sort = filter.batchId === undefined ? [{ field: 'sealedPosition', direction: 'desc' } as const] : [];
    return this.readModels.find(aggregatedLines, { tenant, where, sort, ...page(paging) });
  }

  async line(tenant: string, lineId: string, minPosition?: number): Promise<AggregatedLineRow | undefined> {
    await this.seen(minPosition);
    const address = parseLineId(lineId);
    if (address === undefined) return undefined;
    return this.readModels.get(aggregatedLines, { tenant, batchId: address.batchId, lineNo: address.lineNo });
  }

  /** Newest first; of one invoice in its order. */
  async invoiceLines(tenant: string, filter: InvoiceLineFilter, paging: Paging): Promise<Page<InvoiceLineRow>> {
    await this.seen(paging.minPosition);
    const where = [...equal('account', filter.account), ...equal('invoiceNo', filter.invoiceNo)];
    const sort = filter.invoiceNo === undefined ? [{ field: 'notedAt', direction: 'desc' } as const] : [];
    return this.readModels.find(invoiceLines, { tenant, where, sort, ...page(paging) });
  }

  /** An invoice line with our lines in it. */
  async invoiceLine(
    tenant: string,
    invoiceNo: string,
    invoiceLineNo: number,
    minPosition?: number,
  ): Promise<{ readonly row: InvoiceLineRow; readonly lines: readonly InvoicedLineRow[] } | undefined> {
    await this.seen(minPosition);
    const row = await this.readModels.get(invoiceLines, { tenant, invoiceNo, invoiceLineNo });
    if (row === undefined) return undefined;
    const where: Condition[] = [
      { field: 'invoiceNo', op: 'eq', value: invoiceNo },
      { field: 'invoiceLineNo', op: 'eq', value: invoiceLineNo },
    ];
    const { items } = await this.readModels.find(invoicedLines, { tenant, where, limit: LINES_SHOWN });
    return { row, lines: items };
  }

  /** What the billing system told us that fits none of our lines, newest first. */
  async unmatched(tenant: string, paging: Paging): Promise<Page<UnmatchedInvoiceLineRow>> {
    await this.seen(paging.minPosition);
    const sort = [{ field: 'position', direction: 'desc' } as const];
    return this.readModels.find(unmatchedInvoiceLines, { tenant, sort, ...page(paging) });
  }

  private seen(minPosition: number | undefined): Promise<void> {
    return seenBy(this.readModels, BILLING_BATCHES_PROJECTION, minPosition);
  }
}
