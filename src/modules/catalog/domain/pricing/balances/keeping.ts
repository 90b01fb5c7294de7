import { localDateOf, startOfLocalDate } from '../../../../../shared/kernel/zone.js';
import type { AllowanceRule, BalanceScope, PriceUnits, ValidityRule } from '../compiled/price-units.js';
import { allowanceOfBucket, resourceOf, type ResourceKey } from './resource-keys.js';
import { quantityOf, type QuantityUnits } from '../numbers/scaled.js';

/** The billing cycles of a subscription: half-open, without gaps. */
export interface BillingCalendar {
  /** Start of the cycle an instant belongs to. */
  startAt(at: number): number;
  /** Its end: the start of the next one. */
  endAt(at: number): number;
  /** IANA name, of the account. */
  readonly timeZone: string;
}

/** A holder is written as account, subscription and service id, a line each, as far as it goes. */
export function scopeOfHolder(holder: string): { readonly scope: BalanceScope; readonly serviceId?: string } {
  const [, subscription, serviceId] = holder.split('\n');
  if (serviceId !== undefined) return { scope: 'SERVICE_ID', serviceId };
  return { scope: subscription === '' ? 'ACCOUNT' : 'SUBSCRIPTION' };
}

/** The period a balance belongs to; it begins anew in the next one. */
export type KeptPeriod =
  | { readonly type: 'CYCLE' }
  | { readonly type: 'NEVER' }
  | { readonly type: 'PERIOD'; readonly cycles: number }
  | { readonly type: 'FROM_GRANT'; readonly days: number; readonly months: number }
  /** Instants. */
  | { readonly type: 'DATES'; readonly from: number; readonly to: number };

/** Whose a balance is and for how long, where that is not the subscription's for a billing cycle. */
export interface Keeping {
  readonly scope: BalanceScope;
  readonly period: KeptPeriod;
  readonly rollover: { readonly cap: QuantityUnits; readonly cycles: number } | undefined;
}

const CYCLE: KeptPeriod = { type: 'CYCLE' };

const NOTHING_ELSEWHERE: NonNullable<PriceUnits['elsewhere']> = { sharedByDefault: false, timeZone: 'UTC' };

/** How the resources are kept that the building blocks in force say something unusual of. */
export class KeptResources {
  private readonly known = new Map<ResourceKey, Keeping | null>();

  private constructor(
    private readonly units: PriceUnits,
    private readonly rules: NonNullable<PriceUnits['elsewhere']>,
  ) {}

  /**
   * Undefined when every balance is a subscription's in a billing cycle: then nothing is asked per record.
   * @param prorates something is granted for a part of a cycle, so that it is asked all the same.
   */
  static of(units: PriceUnits, prorates = false): KeptResources | undefined {
    if (units.elsewhere === undefined && !prorates) return undefined;
    return new KeptResources(units, units.elsewhere ?? NOTHING_ELSEWHERE);
  }

  /** Undefined: the usual. */
  of(key: ResourceKey): Keeping | undefined {
    let keeping = this.known.get(key);
    if (keeping === undefined) this.known.set(key, (keeping = this.keepingOf(key) ?? null));
    return keeping ?? undefined;
  }

  private keepingOf(key: ResourceKey): Keeping | undefined {
    const { kind, name } = resourceOf(key);
    // What a price counts for itself is counted where it is charged.
    if (name.startsWith('$')) return undefined;
    const { units, rules } = this;
    const allowance = kind === 'ALLOWANCE' ? units.allowance(allowanceOfBucket(name)) : undefined;
    const accumulator = kind === 'ACCUMULATOR' ? units.accumulator(name) : undefined;
    const scope = (allowance ?? accumulator)?.scope ?? (rules.sharedByDefault ? 'ACCOUNT' : 'SUBSCRIPTION');
    const period = allowance === undefined ? (accumulator?.reset ?? CYCLE) : this.periodOf(allowance.validity);
    const rollover = rolloverOf(allowance);
    if (scope === 'SUBSCRIPTION' && period.type === 'CYCLE' && rollover === undefined) return undefined;
    return { scope, period, rollover };
  }

  private periodOf(validity: ValidityRule | undefined): KeptPeriod {
    if (validity === undefined || validity.type === 'CYCLE') return CYCLE;
    if (validity.type === 'FROM_GRANT') {
      return { type: 'FROM_GRANT', days: validity.days ?? 0, months: validity.months ?? 0 };
    }
    const { timeZone } = this.rules;
    return {
      type: 'DATES',
      from: startOfLocalDate(timeZone, validity.from),
      to: startOfLocalDate(timeZone, validity.to),
    };
  }
}

function rolloverOf(rule: AllowanceRule | undefined): Keeping['rollover'] {
  if (rule?.rollover === undefined) return undefined;
  return { cap: quantityOf(rule.rollover.cap), cycles: rule.rollover.cycles };
}

/**
 * Start of the stretch of so many billing cycles that a cycle belongs to. They are counted from the first of January of
 * year 0: three are a quarter, twelve a year of the calendar, whoever asks, whenever the account came.
 */
export function stretchStart(cycle: number, cycles: number, calendar: BillingCalendar): number {
  const date = localDateOf(calendar.timeZone, cycle);
  const month = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
  let start = cycle;
  for (let back = month % cycles; back > 0; back -= 1) start = calendar.startAt(start - 1);
  return start;
}

/** When a period ends, the start of the next one; null when it never does. */
export function endOfPeriod(keeping: Keeping | undefined, start: number, calendar: BillingCalendar): number | null {
  const period = keeping?.period ?? CYCLE;
  switch (period.type) {
    case 'CYCLE':
      return calendar.endAt(start);
    case 'NEVER':
      return null;
    case 'PERIOD': {
      let end = start;
      for (let cycle = 0; cycle < period.cycles; cycle += 1) end = calendar.endAt(end);
      return end;
    }
    case 'DATES':
      return period.to;
    case 'FROM_GRANT':
      return endOfGrant(start, period, calendar.timeZone);
  }
}

/** The day of a first use, from midnight on: it is the first of the validity. */
export function dayOf(at: number, timeZone: string): number {
  return startOfLocalDate(timeZone, localDateOf(timeZone, at));
}

/** The midnight at which something ends that was granted on a day: so many days or months after it. */
export function endOfGrant(
  start: number,
  span: KeptPeriod & { readonly type: 'FROM_GRANT' },
  timeZone: string,
): number {
  const date = new Date(`${localDateOf(timeZone, start)}T00:00:00Z`);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + span.months);
  // The 31st of a month of thirty days is its last one.
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last) + span.days);
  return startOfLocalDate(timeZone, date.toISOString().slice(0, 10));
}
