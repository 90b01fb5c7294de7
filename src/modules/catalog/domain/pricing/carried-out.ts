import type { FieldError } from '../../../../shared/kernel/refusal.js';
import type { Charge, Pricing } from './pricing.js';

/**
 * Parts of the language that need more than the line they charge, and whose other half is not there yet: refused by
 * name, so that nobody believes they are charged.
 */
export function notCarriedOut(pricing: Pricing): readonly FieldError[] {
  const errors: FieldError[] = [];
  const refuse = (path: string, what: string, needs: string): void => {
    errors.push({ path, message: `${what} is part of the language but not carried out by this version: ${needs}` });
  };
  if (pricing.spend?.minimum !== undefined) {
    refuse('spend.minimum', 'A minimum spend', 'it is trued up when its billing cycle ends, and no job does that yet');
  }
  pricing.charges.forEach((charge, index) => {
    refuseInCharge(charge, `charges[${index}]`, refuse);
  });
  return errors;
}

function refuseInCharge(
  { tiers, on }: Charge,
  path: string,
  refuse: (path: string, what: string, needs: string) => void,
): void {
  if (tiers?.by === 'VOLUME') {
    refuse(`${path}.tiers.by`, 'VOLUME', 'its second pass prices a billing cycle as a whole, and no job does that yet');
  }
  if (on !== undefined) refuse(`${path}.on`, `A charge on ${on}`, 'no job makes charges without usage yet');
}
