import type { ChargeColumns, OfferVersion } from './events.js';

/** An event of a run is full with this many rows, or so many bytes of JSON, estimated from above. */
export const MOST_ROWS = 1500;
export const MOST_BYTES = 400 * 1024;

/** The declared columns of an event, without the index signature that lets a reader ask for any, to be filled row by row. */
export type ColumnsInMaking<Columns> = {
  -readonly [Name in keyof Columns as string extends Name ? never : Name]: Columns[Name] extends readonly (infer V)[]
    ? V[]
    : never;
};

/** Of the charges of monetized records: nothing yet. */
export function emptyChargeColumns(): ColumnsInMaking<ChargeColumns> {
  return {
    source: [],
    line: [],
    ordinal: [],
    charge: [],
    account: [],
    subscription: [],
    serviceId: [],
    usageType: [],
    at: [],
    cycle: [],
    offer: [],
    currency: [],
    quantity: [],
    amount: [],
    impacts: [],
    before: [],
  };
}

/** The dictionary of offers of an event: a handful, looked through and not looked up. */
export class OffersInMaking {
  readonly list: OfferVersion[] = [];

  /** @returns its place in the list. */
  indexOf({ priceOfferId, version }: OfferVersion): number {
    for (let index = 0; index < this.list.length; index += 1) {
      const offer = this.list[index];
      if (offer?.version === version && offer.priceOfferId === priceOfferId) return index;
    }
    return this.list.push({ priceOfferId, version }) - 1;
  }
}
