import { Inject, Injectable } from '@nestjs/common';
import { equal, page, type Paging } from '../../../shared/read-models/list-conditions.js';
import { READ_MODELS, type Page, type ReadModels } from '../../../shared/read-models/read-models.port.js';
import { seenBy } from '../../../shared/read-models/read-your-writes.js';
import {
  commitmentsCollection,
  customRatesCollection,
  SPECIAL_TERMS_PROJECTION,
  type CommitmentRow,
  type CustomRatesRow,
} from '../projections/special-terms.collections.js';

/** The reads of what an account has beside the catalog. Top-ups are shown with what was used of them, by the module rating. */
@Injectable()
export class SpecialTermsQueries {
  constructor(@Inject(READ_MODELS) private readonly readModels: ReadModels) {}

  async customRates(tenant: string, account: string, paging: Paging): Promise<Page<CustomRatesRow>> {
    await seenBy(this.readModels, SPECIAL_TERMS_PROJECTION, paging.minPosition);
    return this.readModels.find(customRatesCollection, { tenant, where: equal('account', account), ...page(paging) });
  }

  async commitments(tenant: string, account: string, paging: Paging): Promise<Page<CommitmentRow>> {
    await seenBy(this.readModels, SPECIAL_TERMS_PROJECTION, paging.minPosition);
    return this.readModels.find(commitmentsCollection, { tenant, where: equal('account', account), ...page(paging) });
  }
}
