import fc from 'fast-check';
import { heldBalances, ledgerText } from '../../../../../test/support/ledger-balances.js';
import { priceOf, unitsOf, usageOf } from '../../../../../test/support/priced-line.js';
import { chargeLine, DraftedBalances, explainCharge, compilePricing, type Charged } from '../../../catalog/index.js';
import { BalanceLedger } from '../../domain/balance-ledger.js';
import { accountHolder, holderOf, serviceHolder } from '../../domain/balance-places.js';
import { BillingCycles } from '../../domain/billing-cycles.js';
import { quantityUnitsOf } from '../../domain/quantity-units.js';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const ZONE = 'Europe/Berlin';

const scope = fc.constantFrom(undefined, 'SUBSCRIPTION', 'SERVICE_ID', 'ACCOUNT');
const when = fc.oneof(
  fc.record({ validity: fc.constant({ type: 'CYCLE' }) }),
  fc.record({
    validity: fc.constant({ type: 'CYCLE' }),
    rollover: fc.record({ cap: fc.integer({ min: 0, max: 150 }).map(String), cycles: fc.integer({ min: 1, max: 3 }) }),
  }),
  fc.record({ validity: fc.record({ type: fc.constant('FROM_GRANT'), days: fc.integer({ min: 1, max: 50 }) }) }),
  fc.constant({ validity: { type: 'DATES', from: '2026-02-10', to: '2026-04-20' } }),
);
const reset = fc.constantFrom({ type: 'CYCLE' }, { type: 'NEVER' }, { type: 'PERIOD', cycles: 2 });
const world = fc.record({
  free: fc.tuple(scope, when),
  used: fc.tuple(scope, reset),
  byBalance: fc.boolean(),
  anyMatching: fc.boolean(),
  amounts: fc.boolean(),
  sharedByDefault: fc.boolean(),
  billingDay: fc.integer({ min: 1, max: 31 }),
});
const records = fc.array(
  fc.record({
    /** In hours, so that midnights are met. */
    hour: fc.integer({ min: 0, max: 24 * 200 }),
    subscription: fc.constantFrom('S1', 'S2', 'S3'),
    serviceId: fc.constantFrom('X', 'Y'),
    quantity: fc.integer({ min: 0, max: 90 }).map(String),
  }),
  { minLength: 1, maxLength: 40 },
);

type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;
type Used = (typeof records extends fc.Arbitrary<infer Value> ? Value : never) extends readonly (infer One)[]
  ? One
  : never;

const scoped = (of: string | undefined): object => (of === undefined ? {} : { scope: of });

/** A price, and ledgers: the one that rates, and the one that folds what came out as the log holds it. */
class Rating {
  live = new BalanceLedger();
  readonly folded = new BalanceLedger();
  readonly rows: { readonly subscription: string; readonly cycle: number; readonly charged: Charged }[] = [];
  private readonly cycles: BillingCycles;
  private readonly price;

  /** @param always looks for balances that are kept otherwise, also where its price says that it meets none. */
  constructor(
    { free, used, byBalance, anyMatching, amounts, sharedByDefault, billingDay }: World,
    private readonly always = true,
  ) {
    this.cycles = new BillingCycles(billingDay, ZONE);
    const units = unitsOf({
      allowances: { FREE: { unit: 'seconds', priority: 1, ...scoped(free[0]), ...free[1] } },
      accumulators: {
        USED: { accumulateQuantity: true, unit: 'seconds', ...scoped(used[0]), reset: used[1] },
        PAID: { accumulateQuantity: false, unit: 'EUR', ...scoped(used[0]), reset: used[1] },
      },
      elsewhere: { timeZone: ZONE, sharedByDefault },
    });
    const steps = [{ upTo: '100', price: '1' }, { price: '0.5' }];
    this.price = priceOf(
      {
        currency: 'EUR',
        grants: [{ allowance: 'FREE', quantity: '60', unit: 'seconds' }],
        charges: [
          {
            name: 'c',
            measure: 'seconds',
            tiers: byBalance ? { by: 'BALANCE', accumulator: 'USED', steps } : { by: 'QUANTITY', steps },
            allowances: anyMatching ? 'ANY_MATCHING' : ['FREE'],
            accumulators: amounts ? ['USED', 'PAID'] : ['USED'],
          },
        ],
      },
      units,
    );
  }

  get looksElsewhere(): boolean {
    return this.price.looksElsewhere;
  }

  use({ hour, subscription, serviceId, quantity }: Used): Charged {
    const at = START + hour * 3_600_000;
    const usage = usageOf({ at: new Date(at).toISOString(), serviceId, quantities: { seconds: quantity } });
    const holder = holderOf('A', subscription);
    const cycle = this.cycles.startAt(at);
    const resources = this.always || this.looksElsewhere ? this.price.resources : undefined;
    const service = serviceHolder(holder, serviceId);
    const place = { at, account: accountHolder('A'), service, since: () => START };
    const draft = new DraftedBalances(this.live);
    draft.start(this.live, holder, cycle, this.cycles, resources === undefined ? undefined : { resources, ...place });
    const charges = chargeLine(this.price, usage, draft);
    if ('code' in charges) throw new Error(charges.reason);
    draft.commit();
    const [made] = charges;
    if (made === undefined) throw new Error('No charge');
    const stored = JSON.parse(JSON.stringify({ impacts: made.impacts, before: made.before })) as Charged;
    this.folded.foldImpacts('A', subscription, cycle, stored.impacts, 'MADE', stored.before);
    const { charged } = explainCharge(compilePricing(this.price.pricing), 0, usage, stored.before);
    expect([charged.amountText, charged.impacts]).toStrictEqual([made.amountText, made.impacts]);
    this.rows.push({ subscription, cycle, charged: { ...made, impacts: stored.impacts, before: stored.before } });
    return made;
  }
}

it('the fold of the rows alone is what rating holds; no allowance is below nothing; a snapshot changes nothing', () => {
  fc.assert(
    fc.property(world, records, fc.nat(), (given, usage, cut) => {
      const rating = new Rating(given);
      const other = new Rating(given, false);
      usage.forEach((record, index) => {
        rating.use(record);
        other.use(record);
        if (index === cut % usage.length) other.live = BalanceLedger.fromJSON(JSON.parse(JSON.stringify(other.live)));
      });
      expect(ledgerText(rating.folded)).toStrictEqual(ledgerText(rating.live));
      expect(other.rows).toStrictEqual(rating.rows);
      for (const { key, value } of heldBalances(rating.live)) {
        if (key.startsWith('allowance/')) expect(value).toBeGreaterThanOrEqual(0n);
      }
      // Taken back, every row leaves nothing.
      for (const { subscription, cycle, charged } of rating.rows) {
        rating.folded.foldImpacts('A', subscription, cycle, charged.impacts, 'REVERSED', charged.before);
      }
      expect(ledgerText(rating.folded)).toStrictEqual([]);
    }),
    { numRuns: 150 },
  );
});

it('a price that meets nothing that is kept otherwise rates the same without looking for it', () => {
  const usual: World['free'] = ['SUBSCRIPTION', { validity: { type: 'CYCLE' } }];
  fc.assert(
    fc.property(world, records, (given, usage) => {
      const plain: World = { ...given, free: usual, used: ['SUBSCRIPTION', { type: 'CYCLE' }], anyMatching: false };
      const [rating, other] = [new Rating(plain), new Rating(plain, false)];
      expect(other.looksElsewhere).toBe(false);
      for (const record of usage) expect(other.use(record)).toStrictEqual(rating.use(record));
      expect(ledgerText(other.live)).toStrictEqual(ledgerText(rating.live));
    }),
    { numRuns: 100 },
  );
});

it('what is carried over into a cycle is never more than the cap, and no older than its cycles', () => {
  fc.assert(
    fc.property(world, records, (given, usage) => {
      const { rollover } = given.free[1] as { rollover?: { cap: string; cycles: number } };
      const rating = new Rating(given);
      for (const record of usage) {
        const { impacts } = rating.use(record);
        const carried = impacts.filter(
          ([type, name, , , amount]) => type === 'ALLOWANCE' && amount === null && name.includes('~'),
        );
        const into = carried.filter(([, , quantity]) => !quantity.startsWith('-'));
        const sum = into.reduce((total, [, , quantity]) => total + quantityUnitsOf(quantity), 0n);
        expect(sum <= quantityUnitsOf(rollover?.cap ?? '0')).toBe(true);
        for (const [, name] of into) expect(Number(name.split('~')[1])).toBeLessThanOrEqual(rollover?.cycles ?? 0);
      }
    }),
    { numRuns: 120 },
  );
});

it('shared by three subscriptions is one subscription with all of the usage', () => {
  fc.assert(
    fc.property(world, records, (given, usage) => {
      const shared: World = { ...given, free: ['ACCOUNT', given.free[1]], used: ['ACCOUNT', given.used[1]] };
      const three = new Rating(shared);
      const alone = new Rating(shared);
      for (const record of usage) {
        expect(three.use(record).amountText).toBe(alone.use({ ...record, subscription: 'S1' }).amountText);
      }
      expect(ledgerText(three.live)).toStrictEqual(ledgerText(alone.live));
    }),
    { numRuns: 100 },
  );
});

it('an allowance from its grant ends at midnight of the account’s zone, also when the clocks change', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 364 }),
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 1, max: 40 }),
      (day, hour, days) => {
        const given = {
          free: [undefined, { validity: { type: 'FROM_GRANT', days } }],
          used: [undefined, { type: 'CYCLE' }],
          byBalance: false,
          anyMatching: false,
          amounts: false,
          sharedByDefault: false,
          billingDay: 1,
        } as unknown as World;
        const rating = new Rating(given);
        const record: Used = { subscription: 'S1', serviceId: 'X', quantity: '1', hour: day * 24 + hour };
        const { before } = rating.use(record);
        const [, from, end] = before?.elsewhere?.['allowance/FREE'] ?? ['', 0, 0];
        const clock = new Intl.DateTimeFormat('de', {
          timeZone: ZONE,
          hour: '2-digit',
          minute: '2-digit',
          hourCycle: 'h23',
        });
        expect([clock.format(from), clock.format(end ?? 0)]).toStrictEqual(['00:00', '00:00']);
        expect(Math.round(((end ?? 0) - from) / DAY)).toBe(days);
      },
    ),
    { numRuns: 150 },
  );
});
