import { Inject, Injectable } from '@nestjs/common';
import { Decimal } from '../../../../shared/kernel/decimal.js';
import { equal, page, type Paging } from '../../../../shared/read-models/list-conditions.js';
import { READ_MODELS, type Page, type ReadModels } from '../../../../shared/read-models/read-models.port.js';
import { seenBy } from '../../../../shared/read-models/read-your-writes.js';
import { SPECIAL_TERMS_PROJECTION, topUpsCollection, type TopUpRow } from '../../../accounts/index.js';
import { topUpCounter } from '../../domain/settle-row.js';
import { ACCOUNT_USAGE_PROJECTION } from '../../projections/account-usage.projection.js';
import { balances } from '../../projections/collections.js';

/** A top-up with what prepaid usage has taken of it so far. */
export interface UsedTopUp {
  readonly topUp: TopUpRow;
  readonly used: string;
  readonly left: string;
}

/** Rows a top-up has among the balances: one, and never many. */
const ROWS_EACH = 4;

@Injectable()
export class TopUpsQueries {
  constructor(@Inject(READ_MODELS) private readonly readModels: ReadModels) {}

  /** Of an account, by reference. */
  async list(
    tenant: string,
    account: string,
    filter: { readonly subscription?: string | undefined },
    paging: Paging,
  ): Promise<Page<UsedTopUp>> {
    await seenBy(this.readModels, SPECIAL_TERMS_PROJECTION, paging.minPosition);
    await seenBy(this.readModels, ACCOUNT_USAGE_PROJECTION, paging.minPosition);
    const where = [...equal('account', account), ...equal('subscription', filter.subscription)];
    const found = await this.readModels.find(topUpsCollection, { tenant, where, ...page(paging) });
    const used = await this.usedOf(tenant, account, found.items);
    return {
      ...found,
      items: found.items.map((topUp) => {
        const taken = used.get(topUpCounter(topUp.resource, topUp.reference)) ?? Decimal.ZERO;
        return { topUp, used: taken.toString(), left: Decimal.parse(topUp.quantity).minus(taken).toString() };
      }),
    };
  }

  private async usedOf(
    tenant: string,
    account: string,
    topUps: readonly TopUpRow[],
  ): Promise<ReadonlyMap<string, Decimal>> {
    const used = new Map<string, Decimal>();
    if (topUps.length === 0) return used;
    const counters = topUps.map(({ resource, reference }) => topUpCounter(resource, reference));
    const { items } = await this.readModels.find(balances, {
      tenant,
      where: [...equal('account', account), { field: 'resource', op: 'in', value: counters }],
      limit: ROWS_EACH * counters.length,
    });
    for (const { resource, balance } of items) {
      used.set(resource, (used.get(resource) ?? Decimal.ZERO).plus(Decimal.parse(balance)));
    }
    return used;
  }
}
