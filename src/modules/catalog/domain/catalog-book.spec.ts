import { CatalogBook, type CatalogBookState } from './catalog-book.js';
import { decidePutPricing, type PutPricing } from './put-pricing.decider.js';
import type { CatalogEvent } from './events.js';

const JAN = Date.UTC(2026, 0, 1);
const FEB = Date.UTC(2026, 1, 1);
const MAR = Date.UTC(2026, 2, 1);
const OFFER = 'P.A.X.EUR';

const shell: CatalogEvent = {
  type: 'PriceOfferShellMade.v1',
  data: { priceOfferId: OFFER, plan: 'P', rateSchedule: 'A', service: 'X', currency: 'EUR', effectiveFrom: JAN },
};
const price = (amount: string, currency = 'EUR') => ({
  currency,
  select: 'FIRST',
  charges: [
    { name: 'calls', measure: 'seconds', tiers: { by: 'QUANTITY', scope: 'GRADUATED', steps: [{ price: amount }] } },
  ],
});
const put = (version: number, effectiveFrom: number, amount: string): CatalogEvent => ({
  type: 'PricingPut.v1',
  data: { priceOfferId: OFFER, version, effectiveFrom, pricing: price(amount), reason: 'r' },
});
const usageType = (effectiveFrom: number, unit: string): CatalogEvent => ({
  type: 'UsageTypeDefined.v1',
  data: { usageType: 'CALL', name: 'Call', unit, serviceType: 'VOICE', effectiveFrom },
});

function bookOf(...events: readonly CatalogEvent[]): CatalogBook {
  const book = new CatalogBook();
  for (const event of events) book.apply(event);
  return book;
}

describe('CatalogBook', () => {
  it('answers with what held at the usage time', () => {
    const book = bookOf(usageType(JAN, 'second'), usageType(MAR, 'minute'), usageType(FEB, 'hour'));
    expect(book.usageType('CALL', JAN - 1)).toBeUndefined();
    expect(book.usageType('CALL', FEB - 1)?.unit).toBe('second');
    expect(book.usageType('CALL', FEB)?.unit).toBe('hour');
    expect(book.usageType('CALL', MAR)?.unit).toBe('minute');
    expect(book.usageType('OTHER', MAR)).toBeUndefined();
  });

  it('prices with the version in force: latest start, and of equal starts the one put last', () => {
    const book = bookOf(shell, put(1, JAN, '0.01'), put(2, MAR, '0.03'), put(3, FEB, '0.02'), put(4, MAR, '0.04'));
    expect(book.pricing(OFFER, JAN - 1)).toBeUndefined();
    expect([JAN, FEB, MAR].map((at) => book.pricing(OFFER, at)?.version)).toEqual([1, 3, 4]);
    expect(book.latestVersion(OFFER)).toBe(4);
    expect(book.pricing(OFFER, MAR)).toBe(book.pricing(OFFER, MAR + 1));
    expect(book.pricing('P.A.Y.EUR', MAR)).toBeUndefined();
  });

  it('comes back from its snapshot', () => {
    const book = bookOf(usageType(JAN, 'second'), shell, put(1, JAN, '0.01'), put(2, FEB, '0.02'));
    const again = CatalogBook.fromJSON(JSON.parse(JSON.stringify(book)) as CatalogBookState);
    expect(again.toJSON()).toEqual(book.toJSON());
    expect(again.pricing(OFFER, FEB)).toEqual(book.pricing(OFFER, FEB));
    expect(again.offer('P', 'A', 'X', JAN)).toEqual(book.offer('P', 'A', 'X', JAN));
  });

  it('names the version of a stored price it cannot read', () => {
    const wrong: CatalogEvent = {
      type: 'PricingPut.v1',
      data: { priceOfferId: OFFER, version: 7, effectiveFrom: JAN, pricing: {}, reason: 'r' },
    };
    expect(() => bookOf(shell, wrong).pricing(OFFER, JAN)).toThrow(`Version 7 of the price of ${OFFER}`);
  });
});

describe('putting a price', () => {
  const command: PutPricing = { priceOfferId: OFFER, effectiveFrom: JAN, pricing: price('0.01'), reason: 'Launch' };
  const refusalOf = (book: CatalogBook, more: Partial<PutPricing>) => {
    const decided = decidePutPricing({ ...command, ...more }, book);
    return 'refused' in decided ? decided.refused : undefined;
  };

  it('makes the next version, canonical', () => {
    expect(decidePutPricing({ ...command, pricing: price('0.0100') }, bookOf(shell, put(1, JAN, '0.5')))).toMatchObject(
      [
        {
          type: 'PricingPut.v1',
          data: { version: 2, reason: 'Launch', pricing: { charges: [{ tiers: { steps: [{ price: '0.01' }] } }] } },
        },
      ],
    );
  });

  it('needs the offer', () => {
    expect(refusalOf(new CatalogBook(), {})?.code).toBe('catalog/price-offer-not-found');
  });

  it('passes over nobody’s version unseen', () => {
    const book = bookOf(shell, put(1, JAN, '0.5'));
    expect(refusalOf(book, { expectedVersion: 0 })?.code).toBe('catalog/pricing-changed');
    expect(refusalOf(book, { expectedVersion: 1 })).toBeUndefined();
  });

  it('names every error with its path in the request', () => {
    const wrong = refusalOf(bookOf(shell), { pricing: { currency: 'EUR', charges: [{ name: 'x', measure: 5 }] } });
    expect(wrong?.code).toBe('catalog/pricing-invalid');
    expect(wrong?.errors?.every(({ path }) => path.startsWith('pricing'))).toBe(true);
    expect(refusalOf(bookOf(shell), { pricing: price('0.01', 'USD') })?.errors).toEqual([
      { path: 'pricing.currency', message: 'must be EUR, the currency of the offer, not USD' },
    ]);
  });
});
