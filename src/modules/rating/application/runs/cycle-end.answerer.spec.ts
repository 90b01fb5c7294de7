import fc from 'fast-check';
import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import { sumOfTexts } from '../../../../shared/kernel/decimal-tally.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import type { AccountEvent } from '../../../accounts/index.js';
import { spendKey, type CatalogEvent } from '../../../catalog/index.js';
import { BalanceLedger } from '../../domain/balance-ledger.js';
import { holderOf } from '../../domain/balance-places.js';
import type { NonUsageRatedColumns } from '../../domain/runs/non-usage-events.js';
import { ReferenceData } from '../rater/reference-data.js';
import type { PartitionAnswer, RunPlace } from './answer-run.js';
import { CycleEndAnswerer } from './cycle-end.answerer.js';

type Charge = Record<string, unknown>;
const at = (text: string): number => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text);
const FOREVER = '2020-01-01';

interface Row {
  readonly type: string;
  readonly charge: string;
  /** `2026-03-01 10-31/31`: cycle and days. */
  readonly days: string;
  readonly amount: string;
  readonly corrects: boolean;
}

/** One account A with a subscription S of plan P; what is said later is appended to the log before the next run. */
class Books {
  readonly reference = new ReferenceData();
  readonly ledger = new BalanceLedger();
  private readonly log: RecordedEvent[] = [];
  private closedTo = 0;
  private closedAt = 0;
  said: Extract<PartitionAnswer, { type: 'RatingRunAnswered.v1' }>['data'] | undefined;

  constructor() {
    this.catalog('RateScheduleDefined.v1', { rateSchedule: 'R', plan: 'P', name: 'R', currency: 'EUR' });
    this.offer('P', 'PHONE');
    this.account();
  }

  catalog(type: string, data: Record<string, unknown>, from = FOREVER): this {
    this.reference.applyCatalog(
      this.append('catalog-main.catalog', type, { effectiveFrom: at(from), ...data }) as never,
    );
    return this;
  }

  offer(plan: string, service: string): this {
    const priceOfferId = `${plan}.R.${service}.EUR`;
    const data = { priceOfferId, plan, rateSchedule: 'R', service, currency: 'EUR' };
    return this.catalog('PriceOfferShellMade.v1' satisfies CatalogEvent['type'], data);
  }

  price(
    charges: readonly Charge[],
    from = FOREVER,
    more: Record<string, unknown> = {},
    plan = 'P',
    service = 'PHONE',
  ): this {
    const priceOfferId = `${plan}.R.${service}.EUR`;
    const version = this.reference.catalog.latestVersion(priceOfferId) + 1;
    const pricing = {
      currency: 'EUR',
      charges: charges.map((charge, index) => ({ name: `c${index}`, ...charge })),
      ...more,
    };
    return this.catalog('PricingPut.v1', { priceOfferId, version, pricing, reason: 'test' }, from);
  }

  account(from = FOREVER, more: Record<string, unknown> = {}): this {
    const terms = {
      account: 'A',
      name: 'A',
      status: 'ACTIVE',
      currency: 'EUR',
      billingDay: 1,
      timeZone: 'UTC',
      ...more,
    };
    return this.accounts('AccountDefined.v1', { ...terms, effectiveFrom: at(from) });
  }

  subscribed(from: string, more: Record<string, unknown> = {}): this {
    const terms = { account: 'A', subscription: 'S', plan: 'P', rateSchedule: 'R', status: 'ACTIVE', ...more };
    return this.accounts('SubscriptionDefined.v1', { ...terms, effectiveFrom: at(from) });
  }

  spent(cycle: string, amount: string): this {
    const impact = ['ACCUMULATOR', spendKey('PHONE').slice('accumulator/'.length), amount, null, null, null] as const;
    this.ledger.foldImpacts('A', 'S', at(cycle), [impact]);
    return this;
  }

  async run(asOf: string): Promise<readonly Row[]> {
    const position = this.append('ratingRun-main.r', 'RatingRunRequested.v1', {}).position;
    const { reference, ledger, closedTo, closedAt } = this;
    const asked = { kind: 'CYCLE_END', asOf: at(asOf) } as const;
    const place = {
      tenant: 'main',
      partition: 0,
      partitions: 1,
      run: { runId: 'r', reason: 'test', asked, partitions: 1 },
      position,
      through: 0,
      reference,
      ledger,
      closedTo,
      closedAt,
      passed: null,
    } as unknown as RunPlace;
    const log = this.log;
    const store = {
      async *readAll({ after }: { after: number }): AsyncIterable<RecordedEvent> {
        for (const event of log) if (event.position > after) yield await Promise.resolve(event);
      },
    } as unknown as EventStore;
    const chunks: NonUsageRatedColumns[] = [];
    for await (const answer of new CycleEndAnswerer(store).answer(place)) {
      if (answer.type === 'NonUsageRated.v1') chunks.push(answer.columns);
      else if (answer.type === 'RatingRunAnswered.v1') this.said = answer.data;
    }
    // As the plumbing does: a run counts when it is answered to its end.
    for (const { account, subscription, cycle, impacts } of chunks) {
      impacts.forEach((each, row) => {
        ledger.foldImpacts(account[row] ?? '', subscription[row] ?? '', cycle[row] ?? 0, each);
      });
    }
    this.closedTo = this.said?.closedTo ?? 0;
    this.closedAt = position;
    return chunks.flatMap(rowsOf);
  }

  private accounts(type: AccountEvent['type'], data: Record<string, unknown>): this {
    this.reference.applyAccount(this.append('account-main.A', type, data) as never);
    return this;
  }

  private append(stream: string, type: string, data: unknown): RecordedEvent {
    const event = { stream, type, data, position: this.log.length + 1 } as unknown as RecordedEvent;
    this.log.push(event);
    return event;
  }
}

function rowsOf(columns: NonUsageRatedColumns): readonly Row[] {
  return columns.type.map((type, row) => ({
    type,
    charge: columns.charge[row] ?? '',
    days: `${day(columns.cycle[row])} ${columns.firstDay[row]}-${columns.lastDay[row]}/${columns.days[row]}`,
    amount: columns.amount[row] ?? '',
    corrects: columns.corrects[row] ?? false,
  }));
}

const day = (instant = 0): string => new Date(instant).toISOString().slice(0, 10);
/** `F c0 2026-03-01 0-31/31: 31`, with ! when it takes back or corrects. */
const brief = (rows: readonly Row[]): readonly string[] =>
  rows.map(({ type, charge, days, amount, corrects }) => {
    return `${type[0] ?? ''} ${charge} ${days}: ${amount}${corrects ? '!' : ''}`;
  });
const sum = (rows: readonly Row[]): string => rows.reduce((total, { amount }) => sumOfTexts(total, amount), '0');

const FORWARD = { on: 'CYCLE_START', fixed: '31' };
const ARREARS = { on: 'CYCLE_END', fixed: '31' };

describe('the end of a billing cycle', () => {
  it('charges the activation once, the cycle that begins, and the one that ended', async () => {
    const books = new Books().price([{ on: 'ACTIVATION', fixed: '25' }, FORWARD, ARREARS]).subscribed('2026-01-11');
    expect(brief(await books.run('2026-02-01'))).toEqual([
      // Day 11 of 31 on: 21/31 of 31 EUR.
      'O c0 2026-01-01 0-0/0: 25',
      'F c1 2026-01-01 10-31/31: 21',
      'A c2 2026-01-01 10-31/31: 21',
      'F c1 2026-02-01 0-28/28: 31',
    ]);
    expect(books.said).toMatchObject({
      closedTo: at('2026-02-01'),
      counts: { accounts: 1, records: 4, changed: 0, problems: 0, stale: 0 },
      money: [{ currency: 'EUR', before: '0', after: '98' }],
    });
    expect(await books.run('2026-02-01')).toEqual([]);
    expect(await books.run('2026-02-27')).toEqual([]);
    expect(brief(await books.run('2026-03-01'))).toEqual([
      'A c2 2026-02-01 0-28/28: 31',
      'F c1 2026-03-01 0-31/31: 31',
    ]);
  });

  it('never goes back: an earlier date makes nothing and takes nothing back', async () => {
    const books = new Books().price([FORWARD, ARREARS]).subscribed('2026-01-01');
    expect(sum(await books.run('2026-03-01'))).toBe('155');
    expect(await books.run('2026-01-15')).toEqual([]);
    expect(books.said?.closedTo).toBe(at('2026-03-01'));
  });

  it.each([
    ['PRORATE', '2026-03-16', '16', 'F c0 2026-03-01 15-31/31: 16'],
    ['FULL_CHARGE', '2026-03-16', '31', 'F c0 2026-03-01 0-31/31: 31'],
    ['NO_CHARGE', '2026-03-16', '0', 'F c0 2026-03-01 15-15/31: 0'],
    ['NO_CHARGE', '2026-03-01', '31', 'F c0 2026-03-01 0-31/31: 31'],
  ])('by %s, subscribed on %s, costs %s', async (proration, from, amount, row) => {
    const books = new Books().price([{ ...FORWARD, proration }]).subscribed(from);
    const rows = await books.run('2026-03-20');
    expect([sum(rows), ...brief(rows)]).toEqual([amount, row]);
    expect(await books.run('2026-03-21')).toEqual([]);
  });

  it('takes back what was paid ahead of a cancellation, and charges the days until then', async () => {
    const books = new Books().price([FORWARD]).subscribed('2026-03-01');
    await books.run('2026-03-01');
    books.subscribed('2026-03-11', { status: 'CANCELLED' });
    // 10 of 31 days.
    expect(brief(await books.run('2026-03-12'))).toEqual([
      'F c0 2026-03-01 0-10/31: 10',
      'F c0 2026-03-01 0-31/31: -31!',
    ]);
    expect(books.said?.counts).toMatchObject({ records: 2, changed: 1 });
    expect(await books.run('2026-04-01')).toEqual([]);
    // The cancellation is withdrawn: the whole cycle is due again, and the next one too.
    books.subscribed('2026-03-11');
    expect(brief(await books.run('2026-04-01'))).toEqual([
      'F c0 2026-03-01 0-31/31: 31',
      'F c0 2026-03-01 0-10/31: -10!',
      'F c0 2026-04-01 0-30/30: 31',
    ]);
  });

  it('does not charge a suspension, and what was paid ahead of it comes back', async () => {
    const books = new Books().price([FORWARD, { ...ARREARS, proration: 'FULL_CHARGE' }]).subscribed('2026-03-01');
    await books.run('2026-03-01');
    books.subscribed('2026-03-11', { status: 'SUSPENDED' }).subscribed('2026-03-16');
    expect(brief(await books.run('2026-04-01'))).toEqual([
      'F c0 2026-03-01 0-10/31: 10',
      'F c0 2026-03-01 15-31/31: 16',
      // The whole cycle, in two stretches that tile it.
      'A c1 2026-03-01 0-15/31: 15',
      'A c1 2026-03-01 15-31/31: 16',
      'F c0 2026-03-01 0-31/31: -31!',
      'F c0 2026-04-01 0-30/30: 31',
    ]);
  });

  it('counts the units of each stretch, tier by tier', async () => {
    const tiers = { by: 'QUANTITY', steps: [{ upTo: '5', price: '31' }, { price: '15.5' }] };
    const books = new Books()
      .price([{ on: 'CYCLE_END', measure: 'units', tiers }])
      .subscribed('2026-03-01', { units: '5' })
      .subscribed('2026-03-11', { units: '7' });
    // 5 x 31 x 10/31 = 50; (5 x 31 + 2 x 15.5) x 21/31 = 186 x 21/31 = 126.
    expect(brief(await books.run('2026-04-01'))).toEqual([
      'A c0 2026-03-01 0-10/31: 50',
      'A c0 2026-03-01 10-31/31: 126',
    ]);
  });

  it('charges each plan for its days', async () => {
    const books = new Books().offer('Q', 'PHONE').price([ARREARS]);
    books.price([{ on: 'CYCLE_END', fixed: '62' }], FOREVER, {}, 'Q');
    books.subscribed('2026-03-01').subscribed('2026-03-11', { plan: 'Q' });
    // 31 x 10/31 + 62 x 21/31
    expect(sum(await books.run('2026-04-01'))).toBe('52');
  });

  it('takes the price in force on the day a stretch begins; a later one counts from the next cycle', async () => {
    const books = new Books().price([FORWARD]).price([{ on: 'CYCLE_START', fixed: '62' }], '2026-03-15');
    books.subscribed('2026-02-01');
    expect(brief(await books.run('2026-04-01'))).toEqual([
      'F c0 2026-02-01 0-28/28: 31',
      'F c0 2026-03-01 0-31/31: 31',
      'F c0 2026-04-01 0-30/30: 62',
    ]);
  });

  it('reads a price that begins at midnight in UTC as of that day, also where the day began before', async () => {
    const books = new Books().account(FOREVER, { timeZone: 'Europe/Berlin' }).price([FORWARD], '2026-03-01');
    books.subscribed('2026-03-01');
    expect(brief(await books.run('2026-03-05'))).toEqual(['F c0 2026-02-28 0-31/31: 31']);
  });
});

describe('what becomes known late', () => {
  it('is caught up: a subscription of closed cycles, a price for them', async () => {
    const books = new Books().price([ARREARS]);
    expect(await books.run('2026-03-01')).toEqual([]);
    books.subscribed('2026-01-01');
    expect(brief(await books.run('2026-03-02'))).toEqual([
      'A c0 2026-01-01 0-31/31: 31',
      'A c0 2026-02-01 0-28/28: 31',
    ]);
    books.price([ARREARS, { on: 'CYCLE_END', fixed: '28' }], '2026-02-01');
    expect(brief(await books.run('2026-03-03'))).toEqual(['A c1 2026-02-01 0-28/28: 28']);
  });

  it('does not touch what was made at another version of the price', async () => {
    const books = new Books().price([ARREARS]).subscribed('2026-02-01');
    await books.run('2026-03-01');
    books.price([{ on: 'CYCLE_END', fixed: '99' }], '2026-01-01');
    expect(await books.run('2026-03-02')).toEqual([]);
  });

  it('takes back a subscription that began later than it was said to', async () => {
    const books = new Books().price([FORWARD]).subscribed('2026-02-01');
    await books.run('2026-02-01');
    books.subscribed('2026-02-01', { status: 'CANCELLED' }).subscribed('2026-03-01');
    expect(brief(await books.run('2026-03-01'))).toEqual([
      'F c0 2026-03-01 0-31/31: 31',
      'F c0 2026-02-01 0-28/28: -31!',
    ]);
  });

  it('moves with the anniversary day, to the day', async () => {
    const books = new Books().price([FORWARD]).subscribed('2026-03-01');
    await books.run('2026-03-01');
    books.account('2026-03-10', { billingDay: 15 });
    // 9 of the 31 days; 5 of the 28 from 15 February; all from 15 March; and the cycle paid for comes back.
    const rows = await books.run('2026-03-20');
    expect(brief(rows)).toEqual([
      'F c0 2026-03-01 0-9/31: 9',
      'F c0 2026-03-01 0-31/31: -31!',
      'F c0 2026-02-15 23-28/28: 5.5357142857',
      'F c0 2026-03-15 0-31/31: 31',
    ]);
  });
});

describe('a minimum spend', () => {
  const MINIMUM = { spend: { minimum: '100' } };
  const CALL = { fixed: '0.1' };

  it('is trued up when its cycle is over, and follows what is spent in it afterwards', async () => {
    const books = new Books().price([CALL], FOREVER, MINIMUM).subscribed('2026-02-01').spent('2026-02-01', '60');
    expect(await books.run('2026-02-28')).toEqual([]);
    expect(brief(await books.run('2026-03-01'))).toEqual(['T  2026-02-01 0-28/28: 40']);
    expect(await books.run('2026-03-02')).toEqual([]);
    // A call comes late, and counts in its own cycle; then more than the minimum.
    books.spent('2026-02-01', '15');
    expect(brief(await books.run('2026-03-03'))).toEqual(['T  2026-02-01 0-28/28: -15!']);
    books.spent('2026-02-01', '50');
    expect(brief(await books.run('2026-04-01'))).toEqual(['T  2026-02-01 0-28/28: -25!', 'T  2026-03-01 0-31/31: 100']);
    expect(await books.run('2026-04-02')).toEqual([]);
  });

  it('is asked for the days of the subscription, at its start and at its end', async () => {
    const books = new Books().price([CALL], FOREVER, { spend: { minimum: '31' } }).subscribed('2026-03-11');
    books.subscribed('2026-03-21', { status: 'CANCELLED' }).spent('2026-03-01', '4');
    // 31 x 10/31 - 4
    expect(brief(await books.run('2026-04-01'))).toEqual(['T  2026-03-01 0-31/31: 6']);
  });

  it('is nothing when enough was spent', async () => {
    const books = new Books()
      .price([CALL], FOREVER, MINIMUM)
      .subscribed('2026-03-01')
      .spent('2026-03-01', '100.0000000001');
    expect(await books.run('2026-04-01')).toEqual([]);
  });

  it('of two plans for one service is the sum of their days, against what was spent under both', async () => {
    const books = new Books().offer('Q', 'PHONE').price([CALL], FOREVER, { spend: { minimum: '31' } });
    books.price([CALL], FOREVER, { spend: { minimum: '62' } }, 'Q');
    books.subscribed('2026-03-01').subscribed('2026-03-11', { plan: 'Q' }).spent('2026-03-01', '12');
    // 31 x 10/31 + 62 x 21/31 - 12
    expect(brief(await books.run('2026-04-01'))).toEqual(['T  2026-03-01 0-31/31: 40']);
  });
});

describe('what cannot be charged', () => {
  it('is a problem with its remedy, and is caught up once it is mended', async () => {
    const books = new Books().account('2026-03-01', { currency: 'USD' }).price([ARREARS]).subscribed('2026-03-01');
    expect(await books.run('2026-04-01')).toEqual([]);
    expect(books.said?.counts.problems).toBe(1);
    expect(books.said?.problems).toEqual([
      {
        account: 'A',
        code: 'CURRENCY_MISMATCH',
        message:
          'Subscription S of account A: The account is billed in USD, but price offer P.R.PHONE.EUR is in EUR: move the ' +
          'subscription to a rate schedule in USD, or correct the account; the next run catches up.',
      },
    ]);
    books.account('2026-03-01', { currency: 'EUR' });
    expect(brief(await books.run('2026-04-02'))).toEqual(['A c0 2026-03-01 0-31/31: 31']);
  });

  it('does not make what was charged undue', async () => {
    const books = new Books().price([FORWARD]).subscribed('2026-03-01');
    await books.run('2026-03-01');
    books.catalog(
      'PricingPut.v1',
      { priceOfferId: 'P.R.PHONE.EUR', version: 2, pricing: { currency: 'EUR', charges: 'none' }, reason: 'broken' },
      '2026-02-01',
    );
    expect(await books.run('2026-03-02')).toEqual([]);
    expect(books.said?.problems?.[0]).toMatchObject({ code: 'PRICING_NOT_READABLE' });
  });
});

describe('however a subscription lives and whenever the runs come', () => {
  const status = fc.constantFrom('ACTIVE', 'ACTIVE', 'SUSPENDED', 'CANCELLED');
  const fact = fc.record({ from: fc.integer({ min: 0, max: 150 }), status, units: fc.constantFrom('1', '2', '5') });
  const facts = fc.array(fact, { minLength: 1, maxLength: 6 });
  const dayOf = (number: number): string => day(at('2026-01-01') + number * 86_400_000);
  const CHARGES = [
    { on: 'ACTIVATION', fixed: '7' },
    { on: 'CYCLE_START', measure: 'units', tiers: { by: 'QUANTITY', steps: [{ price: '9.99' }] } },
    { on: 'CYCLE_END', fixed: '3.33', proration: 'FULL_CHARGE' },
    { on: 'CYCLE_END', fixed: '5.01', proration: 'NO_CHARGE' },
  ];

  it('comes to the same as one run that knew everything', async () => {
    await fc.assert(
      fc.asyncProperty(facts, fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 5 }), async (said, runs) => {
        const step = new Books().account(FOREVER, { billingDay: 31, timeZone: 'America/New_York' }).price(CHARGES);
        const whole = new Books().account(FOREVER, { billingDay: 31, timeZone: 'America/New_York' }).price(CHARGES);
        const rows: Row[] = [];
        for (const [index, { from, ...more }] of said.entries()) {
          step.subscribed(dayOf(from), more);
          whole.subscribed(dayOf(from), more);
          const run = runs[index];
          if (run !== undefined) rows.push(...(await step.run(dayOf(run))));
        }
        rows.push(...(await step.run(dayOf(200))));
        expect(sum(rows)).toBe(sum(await whole.run(dayOf(200))));
        expect(await step.run(dayOf(200))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('of one price and one count of units costs the full charge for each cycle it was active for whole', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }), async (changes) => {
        const books = new Books().offer('Q', 'PHONE').price([ARREARS]).price([ARREARS], FOREVER, {}, 'Q');
        books.subscribed('2026-03-01');
        for (const change of changes)
          books.subscribed(`2026-03-${String(change).padStart(2, '0')}`, { plan: change % 2 ? 'P' : 'Q' });
        expect(sum(await books.run('2026-04-01'))).toBe('31');
      }),
      { numRuns: 60 },
    );
  });

  it('keeps in the ledger what it made', async () => {
    const books = new Books().price([FORWARD]).subscribed('2026-03-01');
    await books.run('2026-03-01');
    const [balances] = [...books.ledger.periodsOf(holderOf('A', 'S'))];
    expect(balances?.keys).toEqual([
      'accumulator/$due ["FORWARD_RECURRING","P.R.PHONE.EUR","P.R.PHONE.EUR",1,"c0","1",31]',
    ]);
    expect(balances?.values).toEqual([31n * 10n ** 12n]);
  });
});
