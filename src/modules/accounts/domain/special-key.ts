import type { SpecialEvent } from './events.js';

/**
 * What a top-up, custom rates or a commitment is told apart by. A top-up by its reference alone, in the whole tenant: a
 * payment is never counted twice, whoever it is booked to.
 */
export function specialKey(event: SpecialEvent): string {
  const { data } = event;
  if ('reference' in data) return ['TOP_UP', data.reference].join('\n');
  if ('allowance' in data) return ['COMMITMENT', data.account, data.subscription, data.allowance].join('\n');
  return ['CUSTOM_RATES', data.account, data.subscription ?? '', data.priceOfferId, data.charge].join('\n');
}
