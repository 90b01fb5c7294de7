import type { Before } from './charged.js';
import { movesOf } from '../balances/carry-over.js';
import { allowanceOf, type CompiledAllowance, type CompiledCharge } from '../compiled/compile-charge.js';
import type { CompiledPrice } from '../compiled/compile-pricing.js';
import type { Balances } from './priced-usage.js';
import { ageOfBucket, allowanceOfBucket } from '../balances/resource-keys.js';

/** An allowance without a rule of its own is used after all that have one. */
const LAST = Number.MAX_SAFE_INTEGER;

interface Candidate {
  readonly allowance: CompiledAllowance;
  readonly priority: number;
  /** Epoch ms. */
  readonly expires: number;
}

/**
 * What a charge with ANY_MATCHING may draw on, in the order of use: priority, then what expires first, then what was
 * granted first. That is all its own price grants and all that is held for the subscription at the time, as far as it
 * counts what the charge counts.
 */
export function matchingAllowances(
  price: CompiledPrice,
  charge: CompiledCharge,
  balances: Balances,
): readonly CompiledAllowance[] {
  const candidates: Candidate[] = [];
  const add = (allowance: CompiledAllowance): void => {
    const rule = price.units.allowance(allowanceOfBucket(allowance.name));
    // Where all are of the billing cycle, all expire with it.
    const expires = balances.elsewhere?.expiryOf(allowance.name) ?? 0;
    candidates.push({ allowance, priority: rule?.priority ?? LAST, expires });
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
  const sorted = candidates.sort((a, b) => a.priority - b.priority || a.expires - b.expires);
  return validOf(
    sorted.map(({ allowance }) => allowance),
    balances,
  );
}

/** Those that may be used at the time of the record. */
export function validOf(
  allowances: readonly CompiledAllowance[],
  { elsewhere }: Balances,
): readonly CompiledAllowance[] {
  return elsewhere === undefined ? allowances : allowances.filter(({ name }) => elsewhere.isValid(name));
}

/** What a charge drew on, from what it found alone. */
export function recalledAllowances(
  { pricing }: CompiledPrice,
  { allowances, anyMatching }: CompiledCharge,
  recalled: Before,
): readonly CompiledAllowance[] {
  if (anyMatching && recalled.order !== undefined) return recalled.order.map((name) => allowanceOf(pricing, name));
  const { carried, notValid } = recalled;
  const buckets = Object.keys(recalled.allowances).filter((name) => ageOfBucket(name) > 0);
  for (const carry of carried ?? []) for (const { to } of movesOf(carry)) buckets.push(to);
  if (buckets.length === 0 && notValid === undefined) return allowances;
  return allowances.flatMap((own) => {
    if (notValid?.includes(own.name) === true) return [];
    const older = [...new Set(buckets)].filter((bucket) => allowanceOfBucket(bucket) === own.name);
    older.sort((a, b) => ageOfBucket(b) - ageOfBucket(a));
    return [...older.map((name) => allowanceOf(pricing, name)), own];
  });
}

/** Whether an allowance of another price counts what the charge counts. */
function counts(price: CompiledPrice, charge: CompiledCharge, name: string): boolean {
  const allowance = allowanceOfBucket(name);
  const unit = price.units.allowance(allowance)?.unit;
  if (unit === undefined || price.pricing.grants?.some((grant) => grant.allowance === allowance) === true) return false;
  return charge.counts.includes(unit);
}
