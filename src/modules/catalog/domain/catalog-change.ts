import type { CatalogBook } from './catalog-book.js';
import type { CatalogEvent } from './events.js';
import { never } from '../../../shared/kernel/decider.js';

/** What the catalog feed can say about an object, read and checked; `define` is true for UPDATE of what exists. */
export type CatalogChange =
  | (Definition & { object: 'USAGE_TYPE'; usageType: string; name: string; unit: string; serviceType: string })
  | (Definition & {
      object: 'SERVICE';
      service: string;
      name: string;
      serviceType: string;
      usageTypes: readonly string[];
    })
  | (Definition & { object: 'PLAN'; plan: string; name: string })
  | (Definition & { object: 'RATE_SCHEDULE'; plan: string; rateSchedule: string; name: string; currency: string })
  | (Definition & {
      object: 'PLAN_SERVICE';
      plan: string;
      service: string;
      /** Empty: every rate schedule the plan has. */
      rateSchedules: readonly string[];
    });

interface Definition {
  readonly action: 'CREATE' | 'UPDATE';
  /** Epoch ms. */
  readonly effectiveFrom: number;
}

/** A message that cannot be applied as things stand; the reason says what must come first. */
export interface CatalogRefusal {
  readonly code: string;
  readonly reason: string;
}

export function isCatalogRefusal(decision: readonly CatalogEvent[] | CatalogRefusal): decision is CatalogRefusal {
  return 'code' in decision;
}

/** One message of the catalog feed against what the catalog says so far. */
export function decideCatalogChange(
  change: CatalogChange,
  book: CatalogBook,
): readonly CatalogEvent[] | CatalogRefusal {
  switch (change.object) {
    case 'USAGE_TYPE': {
      const { object: _, action, ...data } = change;
      return (
        wrongAction(action, book.knows('usageType', change.usageType), 'USAGE_TYPE', change.usageType) ?? [
          { type: 'UsageTypeDefined.v1', data },
        ]
      );
    }
    case 'SERVICE': {
      const { object: _, action, ...data } = change;
      const unknown = change.usageTypes.find((usageType) => !book.knows('usageType', usageType));
      if (unknown !== undefined) return mustComeFirst('USAGE_TYPE', unknown);
      return (
        wrongAction(action, book.knows('service', change.service), 'SERVICE', change.service) ?? [
          { type: 'ServiceDefined.v1', data },
        ]
      );
    }
    case 'PLAN': {
      const { object: _, action, ...data } = change;
      return (
        wrongAction(action, book.knows('plan', change.plan), 'PLAN', change.plan) ?? [{ type: 'PlanDefined.v1', data }]
      );
    }
    case 'RATE_SCHEDULE': {
      const { object: _, action, ...data } = change;
      if (!book.knows('plan', change.plan)) return mustComeFirst('PLAN', change.plan);
      const id = `${change.plan}.${change.rateSchedule}`;
      return (
        wrongAction(action, book.knows('rateSchedule', id), 'RATE_SCHEDULE', id) ?? [
          { type: 'RateScheduleDefined.v1', data },
        ]
      );
    }
    case 'PLAN_SERVICE':
      return shellsOf(change, book);
    default:
      return never(change);
  }
}

/** The price offer's id; its parts have no dots, so that it can be taken apart again. */
export function priceOfferIdOf(plan: string, rateSchedule: string, service: string, currency: string): string {
  return `${plan}.${rateSchedule}.${service}.${currency}`;
}

/**
 * Every combination of plan x rate schedule x service x currency that is not there yet becomes a shell; a message that
 * starts earlier moves the start of the shells that are.
 */
function shellsOf(
  change: Extract<CatalogChange, { object: 'PLAN_SERVICE' }>,
  book: CatalogBook,
): readonly CatalogEvent[] | CatalogRefusal {
  const { plan, service, effectiveFrom } = change;
  if (!book.knows('plan', plan)) return mustComeFirst('PLAN', plan);
  if (!book.knows('service', service)) return mustComeFirst('SERVICE', service);
  const ofPlan = book.rateSchedulesOf(plan);
  const missing = change.rateSchedules.find((id) => !ofPlan.some(({ rateSchedule }) => rateSchedule === id));
  if (missing !== undefined) return mustComeFirst('RATE_SCHEDULE', `${plan}.${missing}`);
  const named = ofPlan.filter(
    ({ rateSchedule }) => change.rateSchedules.length === 0 || change.rateSchedules.includes(rateSchedule),
  );
  if (named.length === 0) return mustComeFirst('RATE_SCHEDULE', `of plan ${plan}`);
  const existing = named.filter((item) => book.knows('priceOffer', offerOf(item, service)));
  const wrong = wrongAction(
    change.action,
    change.action === 'CREATE' ? existing.length === named.length : existing.length > 0,
    'PLAN_SERVICE',
    `${plan}.${service}`,
  );
  if (wrong !== undefined) return wrong;
  return named
    .filter(({ rateSchedule, currency }) => {
      const offer = book.offer(plan, rateSchedule, service, effectiveFrom);
      return offer?.currency !== currency;
    })
    .map(({ rateSchedule, currency }) => ({
      type: 'PriceOfferShellMade.v1',
      data: {
        priceOfferId: priceOfferIdOf(plan, rateSchedule, service, currency),
        plan,
        rateSchedule,
        service,
        currency,
        effectiveFrom,
      },
    }));
}

function offerOf(schedule: { plan: string; rateSchedule: string; currency: string }, service: string): string {
  return priceOfferIdOf(schedule.plan, schedule.rateSchedule, service, schedule.currency);
}

function wrongAction(
  action: 'CREATE' | 'UPDATE',
  exists: boolean,
  object: string,
  id: string,
): CatalogRefusal | undefined {
  if (action === 'CREATE' && exists) {
    return { code: 'ALREADY_EXISTS', reason: `${object} ${id} exists already: send an UPDATE to change it` };
  }
  if (action === 'UPDATE' && !exists) {
    return { code: `${object}_NOT_FOUND`, reason: `${object} ${id} does not exist: its CREATE must come first` };
  }
  return undefined;
}

function mustComeFirst(object: string, id: string): CatalogRefusal {
  return {
    code: `${object}_NOT_FOUND`,
    reason: `${object} ${id} is not known: its CREATE must come first; reprocess this message afterwards`,
  };
}
