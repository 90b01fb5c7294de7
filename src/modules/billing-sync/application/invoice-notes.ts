import { isRefused } from '../../../shared/kernel/refusal.js';
import type { EventMetadata } from '../../../shared/kernel/event.js';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import { runCommand } from '../../../shared/event-store/run-command.js';
import { billingBatchDecider, matchInvoiceLines, type MatchedInvoiceLines } from '../domain/billing-batch.decider.js';
import { evolveBatch, unsealedBatch, type BillingBatch } from '../domain/billing-batch.state.js';
import { billingWorkDecider } from '../domain/billing-work.decider.js';
import type { BillingBatchEvent, NotedInvoiceLine } from '../domain/events.js';
import { parseLineId } from '../domain/line-id.js';
import { billingBatchStream, billingWorkStream } from './billing-streams.js';

export interface InvoiceNoteResult {
  readonly noted: number;
  readonly repeated: number;
  readonly unmatched: MatchedInvoiceLines['unmatched'];
  /** Of the last event it led to; 0 when there was nothing new. */
  readonly position: number;
}

/** Writes down which of our lines stand on which invoice lines, whoever told: the poll or the webhook. */
export class InvoiceNotes {
  constructor(private readonly store: EventStore) {}

  async load(tenant: string, batchId: string): Promise<BillingBatch> {
    let state = unsealedBatch;
    for await (const event of this.store.readStream(billingBatchStream(tenant, batchId))) {
      state = evolveBatch(state, event as unknown as BillingBatchEvent);
    }
    return state;
  }

  /** Lines of any batches; the same line and place again changes nothing. */
  async noteAll(
    lines: readonly NotedInvoiceLine[],
    by: 'POLL' | 'WEBHOOK',
    metadata: EventMetadata,
  ): Promise<InvoiceNoteResult> {
    const byBatch = new Map<string, NotedInvoiceLine[]>();
    for (const line of lines) {
      const batchId = parseLineId(line.lineId)?.batchId ?? '';
      const group = byBatch.get(batchId);
      if (group === undefined) byBatch.set(batchId, [line]);
      else group.push(line);
    }
    let sum: InvoiceNoteResult = { noted: 0, repeated: 0, unmatched: [], position: 0 };
    for (const [batchId, group] of byBatch) {
      const result = await this.note(batchId, group, by, metadata);
      sum = {
        noted: sum.noted + result.noted,
        repeated: sum.repeated + result.repeated,
        unmatched: [...sum.unmatched, ...result.unmatched],
        position: Math.max(sum.position, result.position),
      };
    }
    return sum;
  }

  /** Lines of one batch; lines that are not of it are kept as unmatched. */
  async note(
    batchId: string,
    lines: readonly NotedInvoiceLine[],
    by: 'POLL' | 'WEBHOOK',
    metadata: EventMetadata,
  ): Promise<InvoiceNoteResult> {
    const batch = batchId === '' ? unsealedBatch : await this.load(metadata.tenant, batchId);
    const { news, repeated, unmatched } = matchInvoiceLines(batch, lines);
    const cause = `${metadata.causationId ?? metadata.correlationId}/${by}`;
    let position = 0;
    if (news.length > 0) {
      const stream = billingBatchStream(metadata.tenant, batchId);
      const command = { kind: 'NOTE_INVOICES', lines, by } as const;
      const run = await runCommand(this.store, { stream, decider: billingBatchDecider, command, metadata, cause });
      if (isRefused(run)) throw new Error(run.refused.message);
      position = run.position;
    }
    if (unmatched.length > 0) {
      const kept = unmatched.map(({ lineId, invoiceNo, invoiceLineNo, amount, currency, why }) => {
        return { lineId, invoiceNo, invoiceLineNo, amount, currency, why };
      });
      const run = await runCommand(this.store, {
        stream: billingWorkStream(metadata.tenant),
        decider: billingWorkDecider,
        command: { kind: 'UNMATCHED', data: { by, lines: kept } },
        metadata,
        cause: `${cause}/${batchId}`,
      });
      if (!isRefused(run)) position = Math.max(position, run.position);
    }
    return { noted: news.length, repeated, unmatched, position };
  }
}
