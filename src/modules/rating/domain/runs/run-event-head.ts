import type { OfferVersion } from '../events.js';

/** What every chunk event says that a partition answers to a run with. */
export interface RunEventHead {
  readonly partition: number;
  readonly runId: string;
  /** Position of the run's request: rated as seen there. */
  readonly position: number;
  /** Every input of the partition up to here was answered before the run. */
  readonly through: number;
  /** How many events of the run this partition has appended with this one: a run that was cut short goes on behind it. */
  readonly partial: { readonly position: number; readonly records: number };
  /** Dictionary for the columns that name an offer. */
  readonly offers: readonly OfferVersion[];
  /** By currency, exact: what the rows add. */
  readonly money: Readonly<Record<string, string>>;
}
