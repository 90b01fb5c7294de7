import type { EventDefinition } from '../../../../shared/kernel/event-definition.js';
import type { DomainEvent } from '../../../../shared/kernel/event.js';
import type { RatedImpact } from '../events.js';
import type { RunEventHead } from './run-event-head.js';

/** One-time: at activation. Forward: for the cycle that begins. Arrears: for the cycle that ended. */
export const NON_USAGE_TYPES = ['ONE_TIME', 'FORWARD_RECURRING', 'ARREARS_RECURRING', 'TRUE-UP'] as const;
export type NonUsageType = (typeof NON_USAGE_TYPES)[number];

/** Columns of monetized non-usage records: what is due without usage. All times epoch ms. */
export interface NonUsageRatedColumns {
  readonly [column: string]: readonly unknown[];
  readonly type: readonly NonUsageType[];
  readonly account: readonly string[];
  readonly subscription: readonly string[];
  readonly service: readonly string[];
  /** Index into head.offers. */
  readonly offer: readonly number[];
  /** Name of the charge; '' for a true-up, which is the price's. */
  readonly charge: readonly string[];
  readonly cycle: readonly number[];
  readonly cycleEnd: readonly number[];
  /** [appliedStart, appliedEnd): the stretch of the cycle it is for; of an activation both are its instant. */
  readonly appliedStart: readonly number[];
  readonly appliedEnd: readonly number[];
  /** Applied / full cycle, after the rule of proration; decimal text with ten decimals at most, for people. */
  readonly scale: readonly string[];
  /** What it is charged for in days of the cycle, [firstDay, lastDay) of days; an activation knows no days (0, 0, 0). */
  readonly firstDay: readonly number[];
  readonly lastDay: readonly number[];
  readonly days: readonly number[];
  readonly proration: readonly ('PRORATE' | 'NO_CHARGE' | 'FULL_CHARGE')[];
  readonly currency: readonly string[];
  /** Units of the subscription; 1 of a true-up. */
  readonly quantity: readonly string[];
  /** At the rating scale: the sum of the amounts of its impacts. */
  readonly amount: readonly string[];
  readonly impacts: readonly (readonly RatedImpact[])[];
  /** Of a true-up: the net amount of the cycle that it was made from; else null. */
  readonly spent: readonly (string | null)[];
  /** Of a true-up: what is due at least, for the part of the cycle it was agreed for; else null. */
  readonly minimum: readonly (string | null)[];
  /** What was made of it before this row: the row is what was missing, or too much. */
  readonly before: readonly string[];
  /** It takes back what is not due any more, or corrects a true-up. */
  readonly corrects: readonly boolean[];
}

/** Stream `rating-<tenant>.<partition>`; a chunk event. */
export type NonUsageRated = DomainEvent<
  'NonUsageRated.v1',
  { readonly head: RunEventHead; readonly columns: NonUsageRatedColumns }
>;

export const nonUsageEvents: readonly EventDefinition[] = [{ type: 'NonUsageRated.v1', encoding: 'chunk' }];
