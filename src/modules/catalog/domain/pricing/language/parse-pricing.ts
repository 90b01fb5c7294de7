import type { FieldError } from '../../../../../shared/kernel/refusal.js';
import { isCurrencyCode } from '../../../../../shared/kernel/money.js';
import { checkReferences } from './check-references.js';
import { absent, describe, FieldReader, join, present, QUANTITY_RULE } from './field-reader.js';
import { PRORATIONS, SELECTS, type Charge, type Grant, type Pricing, type SpendLimits } from './pricing.js';
import { readCharge, readLimits } from './read-charge.js';

export type ParsedPricing = { readonly pricing: Pricing } | { readonly errors: readonly FieldError[] };

const PRICE_MEMBERS = ['currency', 'select', 'zoneUnit', 'timeUnit', 'charges', 'grants', 'spend'] as const;
/** A price list for every country, at several times. */
const MAX_CHARGES = 2000;

/**
 * Reads a price in the language of prices, whole: every member is known and right, and the parts fit together.
 * Either the price, or all errors at once, each with its path (`charges[0].tiers.steps[1].upTo`) and what would be right.
 */
export function parsePricing(value: unknown): ParsedPricing {
  const reader = new FieldReader();
  const pricing = readPricing(reader, value);
  if (pricing === undefined || reader.errors.length > 0) return { errors: reader.errors };
  checkReferences(reader, pricing);
  return reader.errors.length > 0 ? { errors: reader.errors } : { pricing };
}

function readPricing(reader: FieldReader, value: unknown): Pricing | undefined {
  const members = reader.members(value, '', PRICE_MEMBERS);
  if (members === undefined) return undefined;
  const currency = members['currency'];
  if (typeof currency !== 'string' || !isCurrencyCode(currency)) {
    reader.fail('currency', `must be an ISO 4217 code such as EUR; it is ${describe(currency)}`);
  }
  const select = reader.choice(members['select'] ?? 'FIRST', 'select', SELECTS) ?? 'FIRST';
  // Only for whoever writes a price: as it is kept, every zone and time names its unit.
  const units = {
    zoneUnit: reader.name(members['zoneUnit'], 'zoneUnit'),
    timeUnit: reader.name(members['timeUnit'], 'timeUnit'),
  };
  const charges: Charge[] = [];
  const names = new Set<string>();
  reader.list(members['charges'], 'charges', MAX_CHARGES)?.forEach((entry, index) => {
    const path = `charges[${index}]`;
    const charge = readCharge(reader, entry, path, units);
    if (charge === undefined) return;
    if (charge.name !== '' && names.has(charge.name)) {
      reader.fail(
        join(path, 'name'),
        `"${charge.name}" names an earlier charge: explanations could not tell them apart`,
      );
    }
    names.add(charge.name);
    charges.push(charge);
  });
  const grants = readGrants(reader, members['grants']);
  const spend = readSpend(reader, members['spend']);
  return { currency: String(currency), select, charges, ...present({ grants, spend }) };
}

function readGrants(reader: FieldReader, value: unknown): Grant[] | undefined {
  if (absent(value) || (Array.isArray(value) && value.length === 0)) return undefined;
  const grants: Grant[] = [];
  reader.list(value, 'grants', 32)?.forEach((entry, index) => {
    const path = `grants[${index}]`;
    const members = reader.members(entry, path, ['allowance', 'quantity', 'unit', 'per', 'proration']);
    if (members === undefined) return;
    for (const member of ['allowance', 'quantity', 'unit']) {
      if (absent(members[member])) reader.fail(join(path, member), 'is missing');
    }
    const allowance = reader.name(members['allowance'], join(path, 'allowance'));
    const quantity = reader.decimal(members['quantity'], join(path, 'quantity'), QUANTITY_RULE);
    const unit = reader.name(members['unit'], join(path, 'unit'));
    const per = reader.choice(members['per'] ?? 'CYCLE', join(path, 'per'), ['CYCLE'] as const);
    const proration = reader.choice(members['proration'] ?? 'FULL_CHARGE', join(path, 'proration'), PRORATIONS);
    if (allowance === undefined || quantity === undefined || unit === undefined || per === undefined) return;
    if (grants.some((other) => other.allowance === allowance)) {
      reader.fail(join(path, 'allowance'), `"${allowance}" is granted twice: put both quantities into one grant`);
    }
    grants.push({
      allowance,
      quantity,
      unit,
      per,
      ...(proration === undefined || proration === 'FULL_CHARGE' ? {} : { proration }),
    });
  });
  return grants;
}

function readSpend(reader: FieldReader, value: unknown): SpendLimits | undefined {
  if (absent(value)) return undefined;
  const members = reader.members(value, 'spend', ['minimum', 'maximum', 'per']);
  if (members === undefined) return undefined;
  const per = reader.choice(members['per'] ?? 'CYCLE', 'spend.per', ['CYCLE'] as const);
  const limits = readLimits(reader, members, 'spend');
  if (limits.maximum === '0') {
    reader.fail('spend.maximum', 'must be greater than 0: for a price that costs nothing say price "0"');
  }
  return per === undefined ? undefined : { ...limits, per };
}
