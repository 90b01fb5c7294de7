import type { Clock } from '../../../shared/kernel/clock.js';
import type { EventMetadata } from '../../../shared/kernel/event.js';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { ReadModels } from '../../../shared/read-models/read-models.port.js';
import { lineNosWith } from '../domain/billing-batch.state.js';
import type { InvoicePollCompleted } from '../domain/events.js';
import { lineIdOf } from '../domain/line-id.js';
import { billingBatches } from '../projections/collections.js';
import { BILLING_BATCHES_PROJECTION } from '../projections/projection-names.js';
import type { BillingRecord, BillingSystem } from './billing-system.port.js';
import { inParallel } from './in-parallel.js';
import type { InvoiceNotes } from './invoice-notes.js';

const PAGE = 200;
const MAX_PROBLEMS = 100;
/** How long a poll waits for the read model that names the batches; what it misses, the next poll finds. */
const WAIT_MS = 10_000;

interface Polled {
  batches: number;
  noted: number;
  waiting: number;
  readonly problems: { readonly batchId: string; readonly message: string }[];
}

/** Asks the billing system on which invoice lines our acknowledged lines stand. */
export class InvoicePoller {
  constructor(
    private readonly store: EventStore,
    private readonly readModels: ReadModels,
    private readonly billing: BillingSystem,
    private readonly notes: InvoiceNotes,
    private readonly clock: Clock,
    private readonly parallel: number,
  ) {}

  /** Undefined when it was stopped. */
  async poll(
    pollId: string,
    metadata: EventMetadata,
    signal: AbortSignal,
  ): Promise<InvoicePollCompleted['data'] | undefined> {
    const polled: Polled = { batches: 0, noted: 0, waiting: 0, problems: [] };
    await this.readModels.waitFor(BILLING_BATCHES_PROJECTION, await this.store.head(), WAIT_MS);
    for (const batchIds of await this.awaiting(metadata.tenant)) {
      await inParallel(this.parallel, batchIds, async (batchId) => {
        if (!signal.aborted) await this.pollBatch(batchId, metadata, signal, polled);
      });
    }
    return signal.aborted ? undefined : { pollId, ...polled };
  }

  /** All pages first: noting invoices takes batches out of the list under the cursor. */
  private async awaiting(tenant: string): Promise<string[][]> {
    const pages: string[][] = [];
    let after: string | undefined;
    do {
      const page = await this.readModels.find(billingBatches, {
        tenant,
        where: [{ field: 'awaitingInvoice', op: 'eq', value: true }],
        sort: [{ field: 'sealedPosition', direction: 'asc' }],
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      pages.push(page.items.map((row) => row.batchId));
      after = page.next;
    } while (after !== undefined);
    return pages;
  }

  private async pollBatch(
    batchId: string,
    metadata: EventMetadata,
    signal: AbortSignal,
    polled: Polled,
  ): Promise<void> {
    const batch = await this.notes.load(metadata.tenant, batchId);
    const waiting = lineNosWith(batch, 'COMPLETE').filter((lineNo) => !batch.invoices.has(lineNo));
    if (waiting.length === 0) return;
    polled.batches += 1;
    const answer = await this.billing.lookUp(
      waiting.map((lineNo) => lineIdOf(batchId, lineNo)),
      signal,
    );
    if (answer.kind === 'UNAVAILABLE') {
      polled.waiting += waiting.length;
      if (polled.problems.length < MAX_PROBLEMS)
        polled.problems.push({ batchId, message: answer.reason.slice(0, 300) });
      return;
    }
    const now = { ...metadata, recordedAt: new Date(this.clock.now()).toISOString() };
    const result = await this.notes.note(batchId, answer.records.flatMap(invoicedOf), 'POLL', now);
    polled.noted += result.noted;
    polled.waiting += waiting.length - result.noted;
  }
}

function invoicedOf({ lineId, amount, currency, invoice }: BillingRecord) {
  return invoice === undefined ? [] : [{ lineId, account: '', amount, currency, ...invoice }];
}
