import type { CompiledCharge } from '../compiled/compile-charge.js';
import type { Impact } from './charged.js';
import { nameImpact } from '../explaining/name-impact.js';
import { NO_TIER, priceQuantity } from './price-quantity.js';
import type { Pricing } from '../language/pricing.js';
import { FoundBalances } from '../balances/found-balances.js';
import { quantityText, type AmountUnits, type QuantityUnits } from '../numbers/scaled.js';

/** F of a quantity, entry prices included: the tiers of a charge and nothing else of it. */
export function amountOfTiers(charge: CompiledCharge, quantity: QuantityUnits): AmountUnits {
  return charge.tiers?.amountOfTotal(quantity) ?? 0n;
}

/** A sentence per tier that the quantity reaches. */
export function explainTiers(charge: CompiledCharge, pricing: Pricing, quantity: QuantityUnits): readonly string[] {
  const written = pricing.charges[charge.index];
  if (written === undefined) throw new RangeError(`The price has no charge ${charge.index}`);
  return tierImpacts(charge, pricing.currency, quantity).map((impact) => nameImpact(impact, written).text);
}

function tierImpacts(charge: CompiledCharge, currency: string, quantity: QuantityUnits): readonly Impact[] {
  const impacts: Impact[] = [];
  priceQuantity({
    currency,
    charge: { ...charge, position: { by: 'QUANTITY' }, minimumAmount: undefined, maximumAmount: undefined },
    balances: new FoundBalances(charge, null),
    impacts,
    text: quantityText(quantity),
    quantity,
    start: 0n,
    tier: NO_TIER,
    priced: true,
    percent: 0n,
    percentBase: '0',
    fixed: 0n,
    allowances: [],
    run: undefined,
    spread: undefined,
  });
  return impacts;
}
