import { Inject, Module } from '@nestjs/common';
import { CONFIG, type Config } from '../../shared/config/config.js';
import { EVENT_STORE, type EventStore } from '../../shared/event-store/event-store.port.js';
import { SNAPSHOT_STORE, type SnapshotStore } from '../../shared/event-store/snapshot-store.port.js';
import type { Clock } from '../../shared/kernel/clock.js';
import { Projections } from '../../shared/read-models/projections.js';
import { READ_MODELS, type ReadModels } from '../../shared/read-models/read-models.port.js';
import { RoleTasks } from '../../shared/runtime/role-task.js';
import { CLOCK } from '../../shared/runtime/tokens.js';
import { CatalogModule } from '../catalog/catalog.module.js';
import { CoreBillingAdapter } from './adapters/core-billing/core-billing.adapter.js';
import { AggregationsController } from './api/aggregations.controller.js';
import { BillingBatchesController } from './api/billing-batches.controller.js';
import { InvoiceLinesController } from './api/invoice-lines.controller.js';
import { AggregateTask } from './application/aggregate.task.js';
import { Aggregator } from './application/aggregator.js';
import { BatchSettler } from './application/batch-settler.js';
import { BillingJobsFacade } from './application/billing-jobs.facade.js';
import { BillingLineageFacade } from './application/billing-lineage.facade.js';
import { BillingSender } from './application/billing-sender.js';
import { BILLING_SYSTEM, type BillingSystem } from './application/billing-system.port.js';
import { BillingWorkTask } from './application/billing-work.task.js';
import { BillingQueries } from './application/billing.queries.js';
import { InvoiceNotes } from './application/invoice-notes.js';
import { InvoicePoller } from './application/invoice-poller.js';
import { NoteInvoiceLinesHandler } from './application/note-invoice-lines.handler.js';
import { PollInvoiceLinesHandler } from './application/poll-invoice-lines.handler.js';
import { RatingLog } from './application/rating-log.js';
import { ReprocessBillingBatchesHandler } from './application/reprocess-billing-batches.handler.js';
import { RequestAggregationHandler } from './application/request-aggregation.handler.js';
import { ResidualBook } from './application/residual-book.js';
import { SendBillingBatchesHandler } from './application/send-billing-batches.handler.js';
import { BILLING_JOBS } from './domain/billing-jobs.js';
import { BILLING_LINEAGE } from './domain/billing-lineage.js';
import { aggregationRunsProjection } from './projections/aggregation-runs.projection.js';
import { billingBatchesProjection } from './projections/billing-batches.projection.js';

/** More than any answer to a batch needs, and little enough to hold. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

function billingSystemOf({ billing }: Config): BillingSystem | undefined {
  if (billing === undefined) return undefined;
  return new CoreBillingAdapter({
    url: billing.url,
    clientNo: billing.clientNo,
    authKey: billing.authKey,
    timeoutMs: billing.timeoutMs,
    windowMs: billing.windowHours * 3_600_000,
    maxAnswerBytes: MAX_ANSWER_BYTES,
    retries: 4,
    baseDelayMs: 250,
    maxDelayMs: 30_000,
  });
}

@Module({
  imports: [CatalogModule],
  controllers: [AggregationsController, BillingBatchesController, InvoiceLinesController],
  providers: [
    BillingQueries,
    RequestAggregationHandler,
    SendBillingBatchesHandler,
    ReprocessBillingBatchesHandler,
    PollInvoiceLinesHandler,
    NoteInvoiceLinesHandler,
    { provide: BILLING_SYSTEM, useFactory: billingSystemOf, inject: [CONFIG] },
    { provide: BILLING_LINEAGE, useClass: BillingLineageFacade },
    { provide: BILLING_JOBS, useClass: BillingJobsFacade },
  ],
  exports: [BILLING_LINEAGE, BILLING_JOBS],
})
export class BillingSyncModule {
  constructor(
    @Inject(Projections) projections: Projections,
    @Inject(RoleTasks) tasks: RoleTasks,
    @Inject(EVENT_STORE) store: EventStore,
    @Inject(SNAPSHOT_STORE) snapshots: SnapshotStore,
    @Inject(READ_MODELS) readModels: ReadModels,
    @Inject(CLOCK) clock: Clock,
    @Inject(CONFIG) config: Config,
    @Inject(BILLING_SYSTEM) billing: BillingSystem | undefined,
  ) {
    projections.register(aggregationRunsProjection, billingBatchesProjection);
    const residuals = new ResidualBook(store, snapshots);
    tasks.register(new AggregateTask(store, new Aggregator(store, new RatingLog(store), residuals, clock)));
    if (billing === undefined || config.billing === undefined) return;
    const { parallel } = config.billing;
    const sender = new BillingSender(new BatchSettler(store, billing, clock), parallel);
    const poller = new InvoicePoller(store, readModels, billing, new InvoiceNotes(store), clock, parallel);
    tasks.register(new BillingWorkTask(store, sender, poller, clock));
  }
}
