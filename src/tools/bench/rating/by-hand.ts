import type { SampleColumns } from './sample-records.js';

/**
 * The net amount of each record of one price, as text, the way somebody would write it who has that price alone: plain
 * numbers in units of 10^-10, an array of what each subscription has used. No code is shared with the product.
 * @returns what prices one row after the other; made anew, it starts with nothing used.
 */
export type ByHand = (columns: SampleColumns) => (row: number) => string;

/** 0.001 EUR in units of 10^-10. */
const MILLI = 10_000_000;
const CENT = 10 * MILLI;
const EURO = 100 * CENT;

/** Of tiers up to 600, up to 3600 and above at 0.004, 0.003 and 0.001. */
function graduated(used: number): number {
  if (used <= 600) return used * 4 * MILLI;
  if (used <= 3600) return 600 * 4 * MILLI + (used - 600) * 3 * MILLI;
  return 600 * 4 * MILLI + 3000 * 3 * MILLI + (used - 3600) * MILLI;
}

function whole(used: number): number {
  return used * (used <= 600 ? 4 : used <= 3600 ? 3 : 1) * MILLI;
}

function entryFees(used: number): number {
  if (used === 0) return 0;
  return used <= 600 ? EURO : used <= 3600 ? 150 * CENT : 175 * CENT;
}

function isPeak(at: number): boolean {
  const date = new Date(at);
  const [day, hour] = [date.getUTCDay(), date.getUTCHours()];
  return day !== 0 && day !== 6 && hour >= 8 && hour < 20;
}

/** The price is by the second, a time of day begins on the hour: hour by hour. */
function byTimeOfDay(at: number, seconds: number): number {
  let amount = 0;
  let [from, left] = [at, seconds];
  while (left > 0) {
    const untilHour = 3600 - (Math.floor(from / 1000) % 3600);
    const piece = Math.min(left, untilHour);
    amount += piece * (isPeak(from) ? 4 : 1) * MILLI;
    from += piece * 1000;
    left -= piece;
  }
  return amount;
}

/** 12.34 as 1234. */
function cents(amount: string): number {
  const point = amount.indexOf('.');
  return Number(amount.slice(0, point)) * 100 + Number(amount.slice(point + 1));
}

/** Units of 10^-10 as a decimal without zeros at its end. */
export function amountByHand(units: number): string {
  const sign = units < 0 ? '-' : '';
  const size = Math.abs(units);
  const euros = Math.floor(size / EURO);
  const rest = size - euros * EURO;
  if (rest === 0) return `${sign}${euros}`;
  const digits = String(rest).padStart(10, '0');
  let end = digits.length;
  while (digits.charCodeAt(end - 1) === 48) end -= 1;
  return `${sign}${euros}.${digits.slice(0, end)}`;
}

/** A price of the seconds of a record alone. */
function ofSeconds(price: (seconds: number) => number): ByHand {
  return ({ quantities: { seconds } }) => {
    return (row) => amountByHand(price(Number(seconds[row])));
  };
}

/** A price of what a subscription has used before a record and what it has used after it. */
function ofUse(price: (before: number, after: number) => number): ByHand {
  return ({ subscriptions, subscription, quantities: { seconds } }) => {
    const used = new Float64Array(subscriptions);
    return (row) => {
      const holder = subscription[row] ?? 0;
      const before = used[holder] ?? 0;
      const after = before + Number(seconds[row]);
      used[holder] = after;
      return amountByHand(price(before, after));
    };
  };
}

export const byHand = {
  flat: ofSeconds((seconds) => seconds * 2 * MILLI),
  'price per 600 units, rounded': ofSeconds((seconds) => Math.floor((seconds * 10 * CENT + 300) / 600)),
  'increments 60/6, connect fee': ofSeconds((seconds) => {
    const rated = seconds === 0 ? 0 : seconds <= 60 ? 60 : 60 + Math.ceil((seconds - 60) / 6) * 6;
    return rated * 2 * MILLI + 5 * CENT;
  }),
  'blocks, counted as blocks': ({ quantities: { bytes } }) => {
    return (row) => amountByHand(Math.ceil(Number(bytes[row]) / 1_048_576) * CENT);
  },
  'free quantity, minimum and maximum': ofSeconds((seconds) => {
    return Math.min(5 * EURO, Math.max(CENT, Math.max(0, seconds - 30) * 2 * MILLI));
  }),
  'progressive by quantity': ofSeconds(graduated),
  'progressive by balance': ofUse((before, after) => graduated(after) - graduated(before)),
  'progressive by balance, entry fees': ofUse((before, after) => {
    return graduated(after) - graduated(before) + entryFees(after) - entryFees(before);
  }),
  'whole tier by quantity': ofSeconds(whole),
  'whole tier by balance': ofUse((before, after) => whole(after) - whole(before)),
  'packages shared in a cycle': ofUse((before, after) => {
    return (Math.ceil(after / 1000) - Math.ceil(before / 1000)) * 5 * EURO;
  }),
  allowance: ofUse((before, after) => (Math.max(after, 6000) - Math.max(before, 6000)) * 2 * MILLI),
  'free events': ({ subscriptions, subscription, quantities: { seconds } }) => {
    const events = new Uint32Array(subscriptions);
    return (row) => {
      const holder = subscription[row] ?? 0;
      const before = events[holder] ?? 0;
      events[holder] = before + 1;
      return amountByHand(before < 5 ? 0 : Number(seconds[row]) * 2 * MILLI + 5 * CENT);
    };
  },
  'percentage with fee and limits': ({ quantities: { amount } }) => {
    return (row) => {
      const fee = (cents(amount[row] ?? '') * 29 * CENT) / 1000 + 30 * CENT;
      return amountByHand(Math.min(20 * EURO, Math.max(50 * CENT, fee)));
    };
  },
  'time of day, cut in pieces': ({ at, quantities: { seconds } }) => {
    return (row) => amountByHand(byTimeOfDay(at[row] ?? 0, Number(seconds[row])));
  },
  'zone by longest prefix': ({ attributes: { calledNumber }, quantities: { seconds } }) => {
    const zones = new Map(Array.from({ length: 900 }, (_, index) => [String(100 + index), index % 8]));
    return (row) => {
      const zone = zones.get((calledNumber[row] ?? '').slice(0, 3)) ?? 0;
      return amountByHand(Number(seconds[row]) * (zone + 1) * MILLI);
    };
  },
  'attributes, best match': ({ attributes: { network, quality }, quantities: { seconds } }) => {
    return (row) => {
      const own = network[row] === 'OWN';
      const said = quality[row] ?? '';
      const price = own && said === 'HD' ? 4 : own ? 3 : said === '' ? 9 : 7;
      return amountByHand(Number(seconds[row]) * price * MILLI);
    };
  },
  'multi-rate: setup, time, 5 % of both': ofSeconds((seconds) => {
    const both = 3 * CENT + seconds * 2 * MILLI;
    return both + both / 20;
  }),
  'rate unit, an expression': ({ quantities: { up, down } }) => {
    return (row) => amountByHand(((Number(up[row]) + Number(down[row])) * MILLI) / 100);
  },
  'maximum spend of a cycle': ofUse((before, after) => {
    return Math.min(10 * EURO, after * 2 * MILLI) - Math.min(10 * EURO, before * 2 * MILLI);
  }),
} satisfies Readonly<Record<string, ByHand>>;
