import fc from 'fast-check';
import Big from 'big.js';
import type { Charged } from './charged.js';
import { chargeLine } from './charge-line.js';
import { compilePricing, type CompiledPrice } from '../compiled/compile-pricing.js';
import { explainCharge } from '../explaining/explain-charge.js';
import { parsePricing } from '../language/parse-pricing.js';
import type { Charge, Pricing } from '../language/pricing.js';
import { MemoryBalances as Book } from '../../../../../../test/support/memory-balances.js';
import type { Balances, PricedUsage } from './priced-usage.js';
import { accumulatorKey, allowanceKey } from '../balances/resource-keys.js';
import { quantityOf, quantityText } from '../numbers/scaled.js';

Big.DP = 60;
Big.RM = Big.roundHalfUp;

const CASES = 12_000;
const HALF_UP = Big.roundHalfUp;

function usageOf(quantity: string): PricedUsage {
  return {
    usageType: 'U',
    at: 0,
    serviceId: 'S',
    quantity: (name) => (name === 'q' ? quantity : undefined),
    attribute: () => undefined,
  };
}

function priceOf(pricing: unknown): CompiledPrice {
  const parsed = parsePricing(pricing);
  if ('errors' in parsed) throw new Error(JSON.stringify(parsed.errors));
  return compilePricing(parsed.pricing);
}

function charge(price: CompiledPrice, quantity: string, book: Balances): Charged {
  const charged = chargeLine(price, usageOf(quantity), book);
  if ('code' in charged) throw new Error(charged.reason);
  const [first, second] = charged;
  if (first === undefined || second !== undefined) throw new Error('one charge expected');
  return first;
}

/** Generated texts: few digits often, many now and then, sometimes with decimals. */
const quantity = fc
  .tuple(
    fc.oneof(fc.integer({ min: 0, max: 150 }), fc.integer({ min: 0, max: 10_000_000 })),
    fc.integer({ min: 0, max: 3 }),
  )
  .map(([units, decimals]) => new Big(units).div(new Big(10).pow(decimals)).toFixed());
const positive = quantity.filter((text) => text !== '0');
const money = fc
  .tuple(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 6 }))
  .map(([units, decimals]) => new Big(units).div(new Big(10).pow(decimals)).toFixed());
const per = fc.constantFrom('1', '3', '7', '60', '1000', '0.5', '1048576');

const optional = <Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(arbitrary, { nil: undefined });

function stepsOf(entries: boolean): fc.Arbitrary<Record<string, unknown>[]> {
  return fc
    .tuple(
      fc.uniqueArray(positive, { maxLength: 5 }),
      fc.array(fc.record({ price: money, per, entry: entries ? optional(money) : fc.constant(undefined) }), {
        minLength: 6,
        maxLength: 6,
      }),
    )
    .map(([bounds, prices]) => {
      const sorted = [...bounds].sort((a, b) => new Big(a).cmp(b));
      return [...sorted.map((upTo, index) => ({ upTo, ...prices[index] })), { ...prices[5] }];
    });
}

interface Shape {
  readonly byBalance: boolean;
  readonly whole: boolean;
  readonly entries: boolean;
}
const shape = fc.record({ byBalance: fc.boolean(), whole: fc.boolean(), entries: fc.boolean() });

function pricingOf(by: Shape, steps: unknown, more: Record<string, unknown> = {}): unknown {
  return {
    currency: 'EUR',
    charges: [
      {
        name: 'c',
        measure: 'q',
        tiers: {
          by: by.byBalance ? 'BALANCE' : 'QUANTITY',
          ...(by.byBalance ? { accumulator: 'A' } : {}),
          scope: by.whole ? 'WHOLE' : 'GRADUATED',
          steps,
        },
        accumulators: ['A'],
        ...more,
      },
    ],
    ...(more['allowances'] === undefined ? {} : { grants: [{ allowance: 'L', quantity: '1', unit: 'q' }] }),
  };
}

const priced = shape.chain((by) => stepsOf(by.entries).map((steps) => ({ by, pricing: pricingOf(by, steps) })));

/** F as the language describes it, in arbitrary decimals, walking the steps one by one: another way than the compiled one. */
function oracle(tiers: NonNullable<Charge['tiers']>, total: Big): Big {
  if (total.eq(0)) return new Big(0);
  let from = new Big(0);
  let usage = new Big(0);
  let entries = new Big(0);
  for (const step of tiers.steps) {
    const to = step.upTo === undefined ? undefined : new Big(step.upTo);
    entries = entries.plus(step.entry ?? '0');
    const last = to === undefined || total.lte(to);
    if (tiers.scope === 'WHOLE') {
      if (last) usage = exact(total, step.price ?? '0', step.per);
    } else {
      usage = usage.plus(exact((last ? total : to).minus(from), step.price ?? '0', step.per));
    }
    if (last) break;
    from = to;
  }
  return usage.div(EVERY_PER).round(10, HALF_UP).plus(entries);
}

/** A multiple of every generated `per`: sums are kept times this, so that nothing is divided before the end. */
const EVERY_PER = new Big(1_048_576).times(3).times(7).times(125);

function exact(quantity: Big, price: string, per: string): Big {
  return quantity.times(price).times(EVERY_PER.div(per));
}

function tiersOf(pricing: unknown): NonNullable<Charge['tiers']> {
  const parsed = parsePricing(pricing);
  const tiers = 'pricing' in parsed ? parsed.pricing.charges[0]?.tiers : undefined;
  if (tiers === undefined) throw new Error('no tiers');
  return tiers;
}

/** Impacts on money, by whether they are offsets of allowances. */
function amounts({ impacts }: Charged): { readonly charged: Big; readonly offset: Big } {
  let charged = new Big(0);
  let offset = new Big(0);
  for (const [offerType, , , , amount] of impacts) {
    if (amount === null) continue;
    if (offerType === 'PRICE') charged = charged.plus(amount);
    else offset = offset.plus(amount);
  }
  return { charged, offset };
}

const runs = { numRuns: CASES };

describe('charging', () => {
  it('agrees with an independent calculation of F, for a record and for what was before it', () => {
    fc.assert(
      fc.property(priced, quantity, quantity, ({ by, pricing }, before, q) => {
        const tiers = tiersOf(pricing);
        const book = new Book();
        book.set(accumulatorKey('A'), quantityOf(before));
        const found = charge(priceOf(pricing), q, book);
        const start = by.byBalance ? new Big(before) : new Big(0);
        const expected = oracle(tiers, start.plus(q)).minus(oracle(tiers, start));
        expect(found.amountText).toBe(expected.toFixed());
        expect(amounts(found).charged.toFixed()).toBe(expected.toFixed());
        expect(quantityText(book.get(accumulatorKey('A')) ?? 0n)).toBe(new Big(before).plus(q).toFixed());
      }),
      runs,
    );
  });

  it('by balance, event by event, sums to pricing the total', () => {
    fc.assert(
      fc.property(priced, fc.array(quantity, { minLength: 1, maxLength: 8 }), ({ by, pricing }, quantities) => {
        fc.pre(by.byBalance);
        const price = priceOf(pricing);
        const book = new Book();
        let sum = new Big(0);
        let total = new Big(0);
        for (const q of quantities) {
          sum = sum.plus(charge(price, q, book).amountText);
          total = total.plus(q);
        }
        expect(sum.toFixed()).toBe(charge(price, total.toFixed(), new Book()).amountText);
      }),
      { numRuns: CASES / 3 },
    );
  });

  it('of a flat price by balance is the same for any split of a quantity', () => {
    fc.assert(
      fc.property(money, per, fc.array(quantity, { minLength: 2, maxLength: 6 }), (price, unit, parts) => {
        const by = { byBalance: true, whole: false, entries: false };
        const compiled = priceOf(pricingOf(by, [{ price, per: unit }]));
        const book = new Book();
        const sum = parts.reduce((all, q) => all.plus(charge(compiled, q, book).amountText), new Big(0));
        const total = parts.reduce((all, q) => all.plus(q), new Big(0));
        expect(sum.toFixed()).toBe(exact(total, price, unit).div(EVERY_PER).round(10, HALF_UP).toFixed());
      }),
      { numRuns: CASES / 4 },
    );
  });

  it('never lets an allowance give more than there is, than was used, or than was charged', () => {
    const cases = fc.record({
      by: shape,
      granted: positive,
      fixed: optional(money),
      maximum: optional(money),
      quantities: fc.array(quantity, { minLength: 1, maxLength: 5 }),
    });
    fc.assert(
      fc.property(cases, stepsOf(true), ({ by, granted, fixed, maximum, quantities }, steps) => {
        const members = {
          allowances: ['L'],
          ...(fixed === undefined ? {} : { fixed }),
          ...(maximum === undefined ? {} : { amount: { maximum } }),
        };
        const pricing = {
          ...(pricingOf(by, steps, members) as Pricing),
          grants: [{ allowance: 'L', quantity: granted, unit: 'q' }],
        };
        const price = priceOf(pricing);
        const book = new Book();
        let given = new Big(0);
        for (const q of quantities) {
          const charged = charge(price, q, book);
          const { charged: gross, offset } = amounts(charged);
          expect(gross.plus(offset).toFixed()).toBe(charged.amountText);
          expect(offset.lte(0)).toBe(true);
          if (gross.gte(0)) expect(gross.plus(offset).gte(0)).toBe(true);
          let taken = new Big(0);
          for (const [offerType, , quantityGiven, , amount] of charged.impacts) {
            if (offerType === 'ALLOWANCE' && amount !== null) taken = taken.minus(quantityGiven);
          }
          expect(taken.lte(charged.quantityText)).toBe(true);
          given = given.plus(taken);
        }
        expect(given.lte(granted)).toBe(true);
        const left = book.get(allowanceKey('L'));
        if (left !== undefined) expect(new Big(granted).minus(given).toFixed()).toBe(quantityText(left));
      }),
      { numRuns: CASES / 4 },
    );
  });

  it('covers a quantity that is not more than the allowance for nothing', () => {
    fc.assert(
      fc.property(shape, stepsOf(false), quantity, ({ whole }, steps, q) => {
        const by = { byBalance: false, whole, entries: false };
        const pricing = {
          ...(pricingOf(by, steps, { allowances: ['L'] }) as Pricing),
          grants: [{ allowance: 'L', quantity: new Big(q).plus(1).toFixed(), unit: 'q' }],
        };
        expect(charge(priceOf(pricing), q, new Book()).amountText).toBe('0');
      }),
      { numRuns: CASES / 6 },
    );
  });

  it('rounds quantities as an independent calculation does', () => {
    const rules = fc.record({
      minimum: optional(positive),
      increments: optional(fc.record({ first: quantity, next: positive })),
      free: optional(positive),
    });
    fc.assert(
      fc.property(rules, quantity, ({ minimum, increments, free }, q) => {
        const members = Object.fromEntries(
          Object.entries({ minimum, increments, free }).filter(([, v]) => v !== undefined),
        );
        const by = { byBalance: false, whole: false, entries: false };
        let expected = new Big(q);
        if (minimum !== undefined && expected.lt(minimum)) expected = new Big(minimum);
        if (increments !== undefined && expected.gt(0)) {
          const { first, next } = increments;
          const rest = expected.minus(first);
          expected = rest.lte(0)
            ? new Big(first)
            : new Big(first).plus(rest.div(next).round(0, Big.roundUp).times(next));
        }
        expected = free === undefined ? expected : expected.minus(free);
        if (expected.lt(0)) expected = new Big(0);
        const charged = charge(priceOf(pricingOf(by, [{ price: '1' }], members)), q, new Book());
        expect(charged.quantityText).toBe(expected.toFixed());
      }),
      { numRuns: CASES / 4 },
    );
  });

  it('explains by charging again, and comes to the same', () => {
    fc.assert(
      fc.property(priced, fc.array(quantity, { minLength: 1, maxLength: 4 }), ({ pricing }, quantities) => {
        const price = priceOf(pricing);
        const book = new Book();
        for (const q of quantities) {
          const stored = charge(price, q, book);
          const again = explainCharge(price, 0, usageOf(q), stored.before);
          expect(again.charged.amountText).toBe(stored.amountText);
          expect(again.charged.impacts).toStrictEqual(stored.impacts);
          expect(again.impacts.every(({ text }) => !text.includes('undefined') && !text.includes('null'))).toBe(true);
        }
      }),
      { numRuns: CASES / 6 },
    );
  });

  it('moves no balance of a line it cannot charge', () => {
    const price = priceOf(pricingOf({ byBalance: true, whole: false, entries: false }, [{ price: '1' }]));
    const book = new Book();
    expect(chargeLine(price, { ...usageOf('1'), quantity: () => 'many' }, book)).toMatchObject({
      code: 'QUANTITY_NOT_DERIVABLE',
    });
    expect(book.get(accumulatorKey('A'))).toBeUndefined();
  });
});
