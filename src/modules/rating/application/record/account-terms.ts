import { commitmentsAt, customRatesAt, topUpsAt, type CustomRates, type Resolved } from '../../../accounts/index.js';
import type { CatalogBook, CompiledPrice } from '../../../catalog/index.js';
import type { LineTerms } from './line-settlement.js';

const CUSTOM_RATES = 'customRatesFromBilling';

/** The rates agreed with an account for an offer, where the tenant lets them win over the offer's. */
export function agreedRates(
  { special }: Resolved,
  catalog: CatalogBook,
  priceOfferId: string,
  at: number,
): readonly CustomRates[] {
  if (special === undefined || special.customRates.length === 0) return [];
  if (catalog.blocks.at('SYSTEM_PROPERTY', CUSTOM_RATES, at)?.value !== true) return [];
  return customRatesAt(special, priceOfferId, at);
}

/**
 * What an account's own terms make of a line besides its price; undefined when nothing does: the usual case. Or a
 * commitment that cannot be applied.
 */
export function lineTermsOf(
  { special }: Resolved,
  price: CompiledPrice,
  usage: { readonly at: number; readonly prepaid: boolean },
): LineTerms | { readonly unfit: CommitmentProblem } | undefined {
  const { at, prepaid } = usage;
  const commitments = (special === undefined ? [] : commitmentsAt(special, at)).flatMap(({ allowance, granted }) =>
    granted === null ? [] : { allowance, ...granted },
  );
  if (commitments.length === 0 && !prepaid) return undefined;
  for (const { allowance, currency } of commitments) {
    if (currency !== price.currency) return { unfit: { kind: 'CURRENCY', allowance, currency } };
    if (isNamedBy(price, allowance)) return { unfit: { kind: 'NAME', allowance } };
  }
  const { grants = [] } = price.pricing;
  return {
    commitments,
    topUps: prepaid ? (special === undefined ? [] : topUpsAt(special, at)) : undefined,
    granted: (name) => grants.find(({ allowance }) => allowance === name),
  };
}

export type CommitmentProblem =
  | { readonly kind: 'CURRENCY'; readonly allowance: string; readonly currency: string }
  | { readonly kind: 'NAME'; readonly allowance: string };

/** A price that counts quantities under the name of a commitment, which counts money, would mix the two. */
function isNamedBy({ pricing }: CompiledPrice, name: string): boolean {
  return (
    pricing.grants?.some(({ allowance }) => allowance === name) === true ||
    pricing.charges.some(({ allowances }) => Array.isArray(allowances) && allowances.includes(name))
  );
}
