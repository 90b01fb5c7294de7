import { instantToString } from '../../../../shared/kernel/clock.js';
import type { Resolved } from '../../../accounts/index.js';
import type { NotCharged } from '../../../catalog/index.js';
import type { SuspendedReason } from '../../domain/rated-batch.js';

const THEN = 'then reprocess.';

/** Why a record whose account is known could not be rated: the ids involved and the remedy, in the order of the checks. */
export const suspend = {
  usageTypeNotFound: (owner: Resolved, usageType: string, at: number): SuspendedReason => ({
    code: 'USAGE_TYPE_NOT_FOUND',
    message:
      `Usage type ${usageType} is not in the catalog at ${instantToString(at)}: send it through the catalog feed ` +
      `(USAGE_TYPE, effective no later), or correct the mapping that names it, ${THEN}`,
    account: owner.account,
    facts: { usageType },
  }),

  priceOfferNotFound: (owner: Resolved, at: number): SuspendedReason => ({
    code: 'PRICE_OFFER_NOT_FOUND',
    message:
      `There is no price offer for plan ${owner.plan}, rate schedule ${owner.rateSchedule} and service ${owner.service} ` +
      `(account ${owner.account}, subscription ${owner.subscription}) at ${instantToString(at)}: send PLAN_SERVICE ` +
      `through the catalog feed, effective no later, ${THEN}`,
    account: owner.account,
    facts: { plan: owner.plan, rateSchedule: owner.rateSchedule, service: owner.service },
  }),

  pricingNotConfigured: (owner: Resolved, priceOfferId: string, at: number): SuspendedReason => ({
    code: 'PRICING_NOT_CONFIGURED',
    message:
      `Price offer ${priceOfferId} has no price at ${instantToString(at)}: put one on it ` +
      `(PUT /v1/price-offers/${priceOfferId}/pricing, effective no later), ${THEN}`,
    account: owner.account,
    facts: { priceOfferId },
  }),

  currencyMismatch: (owner: Resolved, priceOfferId: string, currency: string): SuspendedReason => ({
    code: 'CURRENCY_MISMATCH',
    message:
      `Account ${owner.account} is billed in ${owner.currency}, but price offer ${priceOfferId} is in ${currency}: ` +
      `move subscription ${owner.subscription} to a rate schedule in ${owner.currency}, or correct the account, ${THEN}`,
    account: owner.account,
    facts: { account: owner.account, priceOfferId, currency },
  }),

  notCharged: (owner: Resolved, priceOfferId: string, version: number, why: NotCharged): SuspendedReason => ({
    code: why.code,
    message:
      `Version ${version} of the price of ${priceOfferId} cannot charge it: ${why.reason}. ` +
      (why.code === 'NO_MATCHING_RATE'
        ? `Put a version of the price that has a charge for it, ${THEN}`
        : `Correct the price, or the mapping that derives the quantity, ${THEN}`),
    account: owner.account,
    facts: { priceOfferId, ...why.facts },
  }),

  defect: (account: string | null, error: unknown): SuspendedReason => {
    const said = error instanceof Error ? error.message : String(error);
    return {
      code: 'RATING_DEFECT',
      message: `Rating it failed by a defect: ${said}. Report it with the record's id; once it is mended, reprocess.`,
      account,
      facts: { error: said.slice(0, 200) },
    };
  },
};
