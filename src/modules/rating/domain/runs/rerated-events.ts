import type { EventDefinition } from '../../../../shared/kernel/event-definition.js';
import type { DomainEvent } from '../../../../shared/kernel/event.js';
import type { ChargeColumns, MediatedSource, RatedBefore, RatedImpact } from '../events.js';
import type { RunEventHead } from './run-event-head.js';

/** Where a row of a rated event stands: a revision of its partition's stream, and the row in its columns. */
export interface RowAddress {
  readonly revision: number;
  readonly row: number;
}

/** `money`: `amount` less `old.amount`. */
export interface UsageReratedHead extends RunEventHead {
  /** Dictionary for the `source` column. */
  readonly sources: readonly MediatedSource[];
  /** Of a proposal: of each account with a row in it, a hash over all of its rows in the proposal, whichever event has them. */
  readonly accounts?: readonly { readonly account: string; readonly hash: string }[];
}

/**
 * A row is one charge of one record (`<fileId>:<line>:<charge>`) that came out otherwise: as it is now, and (group
 * `old.`) as it was. What was is reversed, what is now holds. A charge that is made no more is `withdrawn`: quantity and
 * amount 0, no impacts, everything else as it was. A charge that is made for the first time has no `old.revision`.
 */
export interface UsageReratedColumns extends ChargeColumns {
  /** From 2 on; 1 for a charge that is made for the first time. */
  readonly version: readonly number[];
  readonly withdrawn: readonly boolean[];
  readonly 'old.revision': readonly (number | null)[];
  readonly 'old.row': readonly (number | null)[];
  readonly 'old.subscription': readonly string[];
  readonly 'old.usageType': readonly string[];
  readonly 'old.cycle': readonly number[];
  /** Index into head.offers. */
  readonly 'old.offer': readonly number[];
  readonly 'old.currency': readonly string[];
  readonly 'old.quantity': readonly string[];
  readonly 'old.amount': readonly string[];
  readonly 'old.impacts': readonly (readonly RatedImpact[])[];
  /** For where its balances are. */
  readonly 'old.before': readonly (RatedBefore | null)[];
}

/** Stream `rating-<tenant>.<partition>`; a chunk event. */
export type UsageRerated = DomainEvent<
  'UsageRerated.v1',
  { readonly head: UsageReratedHead; readonly columns: UsageReratedColumns }
>;

/**
 * Stream `rerate-<tenant>.<runId>-<partition>`; a chunk event: what a rerate would change. The same rows as those that a
 * commit appends; nothing of it counts.
 */
export type RerateProposed = DomainEvent<
  'RerateProposed.v1',
  { readonly head: UsageReratedHead; readonly columns: UsageReratedColumns }
>;

export const reratedEvents: readonly EventDefinition[] = [
  { type: 'UsageRerated.v1', encoding: 'chunk' },
  { type: 'RerateProposed.v1', encoding: 'chunk' },
];
