import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Outcome } from '../../../shared/command-log/recorded-command.js';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { refuse, type Refused } from '../../../shared/kernel/refusal.js';
import { READ_MODELS, type ReadModels } from '../../../shared/read-models/read-models.port.js';
import { lineNosWith } from '../domain/billing-batch.state.js';
import { BillingQueue, notConfigured } from './billing-queue.js';
import { ReprocessBillingBatches, workIdOf, type ReprocessSelection, type SendAnswer } from './commands.js';
import { erroredBatches } from './errored-batches.js';
import { InvoiceNotes } from './invoice-notes.js';

/** Offers errored lines again: the send that is queued marks them PENDING, batch by batch, and sends them. */
@CommandHandler(ReprocessBillingBatches)
export class ReprocessBillingBatchesHandler implements ICommandHandler<ReprocessBillingBatches> {
  private readonly queue: BillingQueue;
  private readonly batches: InvoiceNotes;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.queue = new BillingQueue(store);
    this.batches = new InvoiceNotes(store);
  }

  async execute({ context, payload }: ReprocessBillingBatches): Promise<Outcome<SendAnswer>> {
    if (this.config.billing === undefined) return notConfigured();
    const { selection, reason } = payload;
    const errorCode = selection.level === 'error' ? { errorCode: selection.errorCode } : {};
    const chosen = await this.choose(context.tenant, selection);
    if (!Array.isArray(chosen)) return chosen;
    const errored = { batches: chosen, ...errorCode };
    return this.queue.send(context, workIdOf(context, 'reprocess'), reason, { fresh: false, errored });
  }

  private async choose(tenant: string, selection: ReprocessSelection): Promise<string[] | Refused> {
    if (selection.level === 'all') {
      const batches = await erroredBatches(this.readModels, this.store, tenant);
      return batches.length === 0 ? nothingInError('No line of any batch is in ERROR') : batches;
    }
    const { batchId } = selection;
    const batch = await this.batches.load(tenant, batchId);
    if (batch.sealed === undefined) {
      return refuse('billing-sync/batch-not-found', `There is no billing batch ${batchId}`, { facts: { batchId } });
    }
    const code = selection.level === 'error' ? selection.errorCode : undefined;
    if (lineNosWith(batch, 'ERROR', code).length > 0) return [batchId];
    return nothingInError(`Batch ${batchId} has no line in ERROR${code === undefined ? '' : ` with code ${code}`}`);
  }
}

function nothingInError(message: string): Refused {
  return refuse('billing-sync/nothing-in-error', `${message}: look at GET /v1/billing-batches for what is incomplete`);
}
