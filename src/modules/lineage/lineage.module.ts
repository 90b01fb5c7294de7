import { Module } from '@nestjs/common';
import { EVIDENCE_STORE, type EvidenceStore } from '../../shared/evidence/evidence-store.port.js';
import { READ_MODELS, type ReadModels } from '../../shared/read-models/read-models.port.js';
import { BillingSyncModule } from '../billing-sync/billing-sync.module.js';
import { BILLING_LINEAGE, type BillingLineage } from '../billing-sync/index.js';
import { MONETIZED_USAGE, type MonetizedUsageReader } from '../rating/index.js';
import { RatingModule } from '../rating/rating.module.js';
import { LineageController } from './api/lineage.controller.js';
import { BillingTracer } from './application/billing.tracer.js';
import { LINEAGE_PARTS, LineageQueries, type LineageParts } from './application/lineage.queries.js';
import { MonetizedTracer } from './application/monetized.tracer.js';
import { RawLineTracer } from './application/raw-line.tracer.js';
import { SuspenseTracer } from './application/suspense.tracer.js';

@Module({
  imports: [RatingModule, BillingSyncModule],
  controllers: [LineageController],
  providers: [
    {
      provide: LINEAGE_PARTS,
      inject: [READ_MODELS, EVIDENCE_STORE, BILLING_LINEAGE, MONETIZED_USAGE],
      useFactory: (
        readModels: ReadModels,
        evidence: EvidenceStore,
        billing: BillingLineage,
        monetized: MonetizedUsageReader,
      ): LineageParts => ({
        raw: new RawLineTracer(readModels, evidence),
        suspense: new SuspenseTracer(readModels),
        charges: new MonetizedTracer(monetized),
        billing: new BillingTracer(readModels, billing, monetized),
        monetized,
      }),
    },
    LineageQueries,
  ],
})
export class LineageModule {}
