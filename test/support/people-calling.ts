import type { RatingWorld, UsageLine } from './rating-world.js';

/** A second costs 1.00 EUR up to so many of the cycle, then this price; 90 of them are free. */
export function allowancePrice(upTo: string, price: string): unknown {
  return {
    currency: 'EUR',
    grants: [{ allowance: 'FREE', quantity: '90', unit: 'seconds' }],
    charges: [
      {
        name: 'calls',
        measure: 'seconds',
        tiers: { by: 'BALANCE', accumulator: 'TOTAL', steps: [{ upTo, price: '1.00' }, { price }] },
        allowances: ['FREE'],
        accumulators: ['TOTAL'],
      },
    ],
  };
}

export const ALLOWANCE_PRICE = allowancePrice('40', '0.50');

/** A catalog with this price, and accounts A0 to A<count - 1>. */
export async function people(world: RatingWorld, count: number): Promise<void> {
  await world.catalog();
  await world.price(ALLOWANCE_PRICE);
  for (let n = 0; n < count; n += 1) await world.account(n);
}

/** A chunk of calls by so many people, and by one whom nobody knows yet. */
export function calls(chunk: number, count: number, people: number): UsageLine[] {
  return Array.from({ length: count }, (_, index) => ({
    serviceId: `N${(chunk * 7 + index * 3) % (people + 1)}`,
    quantities: { seconds: String((chunk + index) % 23) },
  }));
}
