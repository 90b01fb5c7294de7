import type { Balances } from './priced-usage.js';
import { allowanceOf, type CompiledAllowance, type CompiledCharge } from './compile-charge.js';
import type { CompiledPrice } from './compile-pricing.js';

/** An allowance without a rule of its own is used after all that have one. */
const LAST = Number.MAX_SAFE_INTEGER;
/** After every date. */
const WITH_ITS_CYCLE = '~';

interface Candidate {
  readonly allowance: CompiledAllowance;
  readonly priority: number;
  readonly expires: string;
}

/**
 * What a charge with ANY_MATCHING may draw on, in the order of use: priority, then what expires first, then what was
 * granted first. That is all its own price grants and all the subscription holds in the cycle, as far as it counts what
 * the charge counts.
 */
export function matchingAllowances(
  price: CompiledPrice,
  charge: CompiledCharge,
  balances: Balances,
): readonly CompiledAllowance[] {
  const candidates: Candidate[] = [];
  const add = (allowance: CompiledAllowance): void => {
    const rule = price.units.allowance(allowance.name);
    candidates.push({ allowance, priority: rule?.priority ?? LAST, expires: rule?.validity?.to ?? WITH_ITS_CYCLE });
  };
  // What is held was granted before what this record is the first to use.
  for (const name of balances.allowances()) {
    const own = charge.allowances.find((allowance) => allowance.name === name);
    if (own !== undefined) add(own);
    else if (counts(price, charge, name)) add(allowanceOf(price.pricing, name));
  }
  for (const own of charge.allowances) {
    if (!candidates.some(({ allowance }) => allowance === own)) add(own);
  }
  return candidates
    .sort((a, b) => a.priority - b.priority || compareText(a.expires, b.expires))
    .map(({ allowance }) => allowance);
}

/** Whether an allowance of another price counts what the charge counts. */
function counts(price: CompiledPrice, charge: CompiledCharge, name: string): boolean {
  const unit = price.units.allowance(name)?.unit;
  if (unit === undefined || price.pricing.grants?.some(({ allowance }) => allowance === name) === true) return false;
  return charge.counts.includes(unit);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
