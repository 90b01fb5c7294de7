import type { FieldError } from '../../../shared/kernel/refusal.js';
import { parseInstant } from '../../../shared/kernel/fields.js';
import { billingCycleAt } from '../../../shared/kernel/period.js';
import type { BillingCalendar } from '../domain/pricing/balances/keeping.js';
import type { PricedUsage } from '../domain/pricing/charging/priced-usage.js';
import { quantityUnits } from '../domain/pricing/numbers/scaled.js';
import type { TrialStart } from '../domain/pricing/trial/trial-balances.js';
import type { TriedRecordRequest, TryPricingRequest } from './price-trial.request.dto.js';

interface Trial {
  readonly records: readonly PricedUsage[];
  readonly cycles: BillingCalendar;
  readonly start: TrialStart;
}

const MAX_NAMES = 200;

/** What the DTO leaves open: the members of its maps, and instants as numbers. */
export function readTrial(request: TryPricingRequest): Trial | { readonly errors: readonly FieldError[] } {
  const { records, billingDay = 1, timeZone = 'UTC' } = request;
  const errors: FieldError[] = [];
  const read = records.map((record, index) => recordOf(record, `records[${index}]`, errors));
  const accumulators = textsOf(request.accumulators, 'accumulators', errors, isBalance);
  const allowances = textsOf(request.allowances, 'allowances', errors, isBalance);
  if (errors.length > 0) return { errors };
  const cycles = {
    startAt: (at: number) => billingCycleAt(at, billingDay, timeZone).start,
    endAt: (at: number) => billingCycleAt(at, billingDay, timeZone).end,
    timeZone,
  };
  return { records: read, cycles, start: { accumulators, allowances } };
}

function recordOf(request: TriedRecordRequest, path: string, errors: FieldError[]): PricedUsage {
  const quantities = textsOf(request.quantities, `${path}.quantities`, errors);
  const attributes = textsOf(request.attributes, `${path}.attributes`, errors);
  return {
    usageType: request.usageType,
    at: parseInstant(request.at) ?? 0,
    serviceId: request.serviceId ?? '',
    quantity: (name) => (Object.hasOwn(quantities, name) ? quantities[name] : undefined),
    attribute: (name) => (Object.hasOwn(attributes, name) ? attributes[name] : undefined),
  };
}

function textsOf(
  value: Readonly<Record<string, unknown>> = {},
  path: string,
  errors: FieldError[],
  complaintOf: (text: string) => string | undefined = () => undefined,
): Record<string, string> {
  const entries = Object.entries(value);
  if (entries.length > MAX_NAMES) errors.push({ path, message: `may have at most ${MAX_NAMES} names` });
  const texts: Record<string, string> = {};
  for (const [name, text] of entries.slice(0, MAX_NAMES)) {
    if (typeof text !== 'string' || text.length > 256) {
      errors.push({
        path: `${path}.${name}`,
        message: 'must be a text of at most 256 characters; decimals are texts too',
      });
      continue;
    }
    const complaint = complaintOf(text);
    if (complaint !== undefined) errors.push({ path: `${path}.${name}`, message: complaint });
    texts[name] = text;
  }
  return texts;
}

function isBalance(text: string): string | undefined {
  return quantityUnits(text) === undefined
    ? 'must be a decimal of 0 or more with at most 12 decimals, such as "300"'
    : undefined;
}
