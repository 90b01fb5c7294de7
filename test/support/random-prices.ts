import type { AllowanceRule } from '../../src/modules/catalog/domain/pricing/compiled/price-units.js';
import { unitsOf } from './priced-line.js';

export interface OracleRecord {
  readonly usageType: string;
  readonly at: number;
  readonly quantities: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
}

export const ORACLE_PREFIXES: readonly (readonly [prefix: string, zone: string])[] = [
  ['33', 'FR'],
  ['49', 'DE'],
  ['4915', 'DE_MOBILE'],
];
export const ORACLE_ALLOWANCES: Readonly<Record<string, AllowanceRule>> = {
  L1: { unit: 'seconds', priority: 2 },
  L2: { unit: 'seconds', priority: 1 },
  L3: { unit: 'seconds', priority: 1 },
};
export const ORACLE_UNITS = unitsOf({
  zones: {
    NUMBERS: {
      kind: 'PREFIX',
      attribute: 'to',
      prefixes: ORACLE_PREFIXES.map(([prefix]) => `${prefix}*`),
      zones: ORACLE_PREFIXES.map(([, zone]) => zone),
    },
  },
  times: {
    WEEK: {
      zone: 'Europe/Berlin',
      rows: [
        { name: 'PEAK', days: ['WEEKDAY'], from: '08:00', to: '18:00' },
        { name: 'HOLIDAY', days: ['ANYHOLIDAY'], from: '00:00', to: '24:00' },
      ],
      holidays: [{ name: 'Labour Day', dates: ['2026-05-01'] }],
      otherwise: 'OFFPEAK',
    },
  },
  allowances: ORACLE_ALLOWANCES,
});

/** Numbers of one seed (mulberry32): what a run found, its seed finds again. */
export class Dice {
  constructor(private state: number) {}

  /** 0 to count - 1. */
  below(count: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * count);
  }

  of<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!;
  }

  one(chance: number): boolean {
    return this.below(chance) === 0;
  }

  maybe<Value>(chance: number, value: () => Value): Value | undefined {
    return this.one(chance) ? value() : undefined;
  }

  /** Decimal text with up to so many decimals. */
  decimal(most: number, decimals: number): string {
    const shift = 10 ** this.below(decimals + 1);
    const units = this.below(most * shift + 1);
    return String(units / shift);
  }
}

/** A price with any of the language's parts, small enough that its records meet all of them. */
export function randomPricing(dice: Dice): Record<string, unknown> {
  const currency = dice.of(['JPY', 'EUR', 'KWD']);
  const decimals = { JPY: 0, EUR: 4, KWD: 6 }[currency]!;
  const money = () => dice.decimal(dice.of([1, 5, 40]), decimals);
  const timed = dice.one(2);
  const base = dice.of(['increments', 'block', 'stairs', 'none'] as const);
  const blocks = base === 'block' && dice.one(3) ? 'BLOCKS' : 'QUANTITY';
  const sized = String(dice.of([6, 30, 60]));
  const voice = (name: string, when: unknown): Record<string, unknown> => ({
    name,
    when,
    measure: 'seconds',
    minimum: dice.maybe(4, () => dice.decimal(90, 0)),
    increments:
      base === 'increments' ? { first: dice.of(['0', '30', '60']), next: dice.of(['1', '6', '60']) } : undefined,
    block:
      base === 'block'
        ? { size: blocks === 'BLOCKS' ? sized : dice.of(['10', '60']), round: dice.of(['UP', 'DOWN']), countIn: blocks }
        : undefined,
    free: dice.maybe(5, () => dice.decimal(40, 0)),
    freeEvents: dice.maybe(6, () => 1 + dice.below(3)),
    tiers: randomTiers(dice, money, base === 'stairs'),
    percent: dice.maybe(6, () => ({ value: dice.decimal(10, 2), of: 'amount' })),
    fixed: dice.maybe(3, money),
    amount: dice.maybe(3, () => limits(dice, money)),
    allowances:
      blocks === 'BLOCKS' ? undefined : dice.of([undefined, ['L1'], ['L2', 'L1'], 'ANY_MATCHING', 'ANY_MATCHING']),
    accumulators: ['A', 'B'],
  });
  const when = (facts: Record<string, unknown>) => ({ usageType: 'VOICE', ...facts });
  const rest = dice.one(3) ? [] : [voice('rest', when({}))];
  const charges = [
    ...(timed ? [voice('peak', when({ time: 'PEAK' })), voice('holiday', when({ time: { WEEK: 'HOLIDAY' } }))] : []),
    voice('mobile', when({ zone: 'DE_MOBILE', attributes: { quality: '*' } })),
    voice('hd', when({ attributes: { quality: 'HD' } })),
    voice('known', when({ zone: { NUMBERS: '*' } })),
    ...rest,
    {
      name: 'levy',
      part: 'levy',
      when: when({}),
      percent: { value: dice.decimal(20, 2), of: rest.length === 0 ? ['hd', 'known'] : ['hd', 'rest'] },
      fixed: dice.maybe(2, money),
    },
    {
      name: 'text',
      when: { usageType: 'SMS' },
      measure: 'records',
      tiers: randomTiers(dice, money, false),
      accumulators: ['A', 'B'],
    },
  ];
  const uses = charges.flatMap((charge) => ('allowances' in charge ? [charge.allowances] : []));
  const grantable = ['L1', 'L2', 'L3'].filter((name) => {
    return uses.some(
      (allowances) => allowances === 'ANY_MATCHING' || (Array.isArray(allowances) && allowances.includes(name)),
    );
  });
  return {
    currency,
    select: dice.of(['FIRST', 'BEST']),
    zoneUnit: 'NUMBERS',
    timeUnit: 'WEEK',
    charges,
    grants: grantable
      .filter(() => dice.one(2))
      .map((allowance) => ({ allowance, quantity: dice.decimal(2000, 1).replace(/^0(\.0)?$/, '7'), unit: 'seconds' })),
    spend: dice.maybe(3, () => ({ maximum: `${1 + dice.below(200)}` })),
  };
}

function limits(dice: Dice, money: () => string): Record<string, unknown> {
  const amounts = [money(), money()].sort((a, b) => Number(a) - Number(b));
  return dice.one(2) ? { maximum: amounts[1] } : { minimum: amounts[0], maximum: amounts[1] };
}

/** Bounds are multiples of 60, so that steps may be sold in increments. */
function randomTiers(dice: Dice, money: () => string, stairs: boolean): Record<string, unknown> {
  const by = dice.of(['QUANTITY', 'QUANTITY', 'BALANCE', 'BALANCE', 'EARLIER_PERIOD', 'VOLUME'] as const);
  const bounds = [...new Set(Array.from({ length: dice.below(4) }, () => 60 * (1 + dice.below(30))))].sort(
    (a, b) => a - b,
  );
  const step = (upTo?: number): Record<string, unknown> => ({
    ...(upTo === undefined ? {} : { upTo: String(upTo) }),
    ...(dice.one(8)
      ? { percent: money() }
      : { price: dice.one(6) ? '0' : money(), per: dice.of(['1', '3', '7', '60', '0.5', '1000']) }),
    entry: by === 'EARLIER_PERIOD' ? undefined : dice.maybe(3, money),
    increments: stairs && dice.one(2) ? { first: dice.of(['0', '60']), next: dice.of(['6', '30', '60']) } : undefined,
  });
  return {
    by,
    accumulator: by === 'QUANTITY' ? undefined : dice.of(['A', 'B']),
    scope: by === 'EARLIER_PERIOD' ? undefined : dice.of(['GRADUATED', 'WHOLE']),
    provisional: by === 'VOLUME' ? dice.of([undefined, 'FIRST_TIER', 'TIER_REACHED']) : undefined,
    steps: [...bounds.map((bound) => step(bound)), step()],
  };
}

const START = Date.UTC(2026, 3, 25);

/** Usage of a month and a half across two changes of billing cycle and a holiday, at all times of the day. */
export function randomRecord(dice: Dice): OracleRecord {
  const seconds = dice.of([() => dice.decimal(90, 0), () => dice.decimal(700, 3), () => dice.decimal(40_000, 0)])();
  return {
    usageType: dice.one(5) ? 'SMS' : 'VOICE',
    at: START + dice.below(45 * 86_400) * 1000 + dice.of([0, 0, 250]),
    quantities: { seconds, amount: dice.decimal(500, 2) },
    attributes: {
      ...(dice.one(6) ? {} : { to: dice.of(['4930', '491511', '3312', '1212']) }),
      ...(dice.one(3) ? {} : { quality: dice.of(['HD', 'SD', '']) }),
    },
  };
}
