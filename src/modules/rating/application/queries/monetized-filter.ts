import type { MonetizedRow } from '../../projections/collections.js';

/** Filters of monetized usage; instants in epoch ms, `from` inclusive and `to` exclusive. */
export interface MonetizedFilter {
  readonly account?: string | undefined;
  readonly subscription?: string | undefined;
  readonly serviceId?: string | undefined;
  readonly serviceType?: string | undefined;
  readonly usageType?: string | undefined;
  readonly currency?: string | undefined;
  readonly fileId?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** A row as lists show it. */
export type MonetizedItem = Omit<MonetizedRow, 'tenant'> & { readonly id: string };
