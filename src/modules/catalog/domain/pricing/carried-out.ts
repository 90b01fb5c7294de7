import type { FieldError } from '../../../../shared/kernel/refusal.js';
import type { Charge, Pricing } from './pricing.js';

/**
 * What is part of the language but not carried out by this version is refused by name, so that nobody believes it is
 * charged. The list shrinks as rating grows; the language does not change.
 */
export function notCarriedOut(pricing: Pricing): readonly FieldError[] {
  const errors: FieldError[] = [];
  const refuse = (path: string, what: string): void => {
    errors.push({ path, message: `${what} is part of the language but not carried out by this version` });
  };
  if (pricing.select === 'BEST') refuse('select', 'BEST (the most specific charge wins)');
  if (pricing.spend !== undefined) refuse('spend', 'A limit of spend over a cycle');
  pricing.charges.forEach((charge, index) => {
    refuseInCharge(charge, `charges[${index}]`, refuse);
  });
  return errors;
}

function refuseInCharge(charge: Charge, path: string, refuse: (path: string, what: string) => void): void {
  if (charge.when?.zone !== undefined) refuse(`${path}.when.zone`, 'A zone');
  if (charge.when?.time !== undefined) refuse(`${path}.when.time`, 'A time of day or week');
  if (charge.freeEvents !== undefined) refuse(`${path}.freeEvents`, 'freeEvents');
  if (charge.percent !== undefined) refuse(`${path}.percent`, 'A percentage');
  if (charge.allowances === 'ANY_MATCHING') refuse(`${path}.allowances`, 'ANY_MATCHING');
  const { tiers } = charge;
  if (tiers === undefined) return;
  if (tiers.by !== 'QUANTITY' && tiers.by !== 'BALANCE') refuse(`${path}.tiers.by`, tiers.by);
  tiers.steps.forEach((step, index) => {
    const at = `${path}.tiers.steps[${index}]`;
    if (step.percent !== undefined) refuse(`${at}.percent`, 'A percentage');
    if (step.increments !== undefined) refuse(`${at}.increments`, 'An increment of its own for a step');
  });
}
