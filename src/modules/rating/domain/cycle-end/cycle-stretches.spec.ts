import type { AccountSays, Life, SubscriptionSays } from './active-spans.js';
import { CycleCalendars } from './cycle-calendar.js';
import { cyclesOf, type CycleOfLife } from './cycle-stretches.js';

const at = (text: string): number => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text);
const ACCOUNT: AccountSays = { status: 'ACTIVE', currency: 'EUR', billingDay: 1, timeZone: 'UTC' };
const PLAN: SubscriptionSays = { status: 'ACTIVE', plan: 'P', rateSchedule: 'R' };

/** Facts, each from its start until the next one begins. */
function spans<Terms>(...facts: readonly (readonly [from: string, terms: Terms])[]) {
  return facts.map(([from, terms], index) => ({
    from: at(from),
    to: at(facts[index + 1]?.[0] ?? '9999-01-01'),
    terms,
  }));
}

function lived(life: Life, until: string, from = '2000-01-01'): readonly CycleOfLife[] {
  return cyclesOf(life, new CycleCalendars(), { from: at(from), until: at(until), wanted: () => true });
}

/** `2026-03-01: 0-31 P x1`, one for each stretch. */
function days(life: Life, until: string, from?: string): readonly string[] {
  return lived(life, until, from).map(({ cycle, stretches }) => {
    const parts = stretches.map(({ firstDay, lastDay, plan, units }) => `${firstDay}-${lastDay} ${plan} x${units}`);
    return `${new Date(cycle.start).toISOString().slice(0, 10)}: ${parts.join(', ')}`;
  });
}

describe('what a subscription was active for', () => {
  it('begins and ends within a cycle, by days', () => {
    const life = {
      accountTerms: spans(['2026-01-01', ACCOUNT]),
      terms: spans(['2026-01-16', PLAN], ['2026-03-10T12:00:00Z', { ...PLAN, status: 'CANCELLED' }]),
    };
    expect(days(life, '2026-04-02')).toEqual([
      '2026-01-01: 15-31 P x1',
      '2026-02-01: 0-28 P x1',
      // The 10th is the day of the cancellation: it is not paid for.
      '2026-03-01: 0-9 P x1',
      '2026-04-01: ',
    ]);
  });

  it('is cut where its terms change, and not where they are said again', () => {
    const life = {
      accountTerms: spans(['2026-01-01', ACCOUNT], ['2026-01-20', ACCOUNT]),
      terms: spans(
        ['2026-01-01', PLAN],
        ['2026-01-05', PLAN],
        ['2026-01-11', { ...PLAN, units: '5' }],
        ['2026-01-21', { ...PLAN, plan: 'Q' }],
      ),
    };
    expect(days(life, '2026-01-31')).toEqual(['2026-01-01: 0-10 P x1, 10-20 P x5, 20-31 Q x1']);
  });

  it('has a gap while it or its account is suspended', () => {
    const life = {
      accountTerms: spans(['2026-01-01', ACCOUNT], ['2026-01-26', { ...ACCOUNT, status: 'SUSPENDED' }]),
      terms: spans(['2026-01-01', PLAN], ['2026-01-11', { ...PLAN, status: 'SUSPENDED' }], ['2026-01-16', PLAN]),
    };
    expect(days(life, '2026-02-01')).toEqual(['2026-01-01: 0-10 P x1, 15-25 P x1', '2026-02-01: ']);
  });

  it('of less than a day is nothing: the day counts for what holds at its end', () => {
    const life = {
      accountTerms: spans(['2026-01-01', ACCOUNT]),
      terms: spans(['2026-01-11T08:00:00Z', PLAN], ['2026-01-11T20:00:00Z', { ...PLAN, plan: 'Q' }]),
    };
    expect(days(life, '2026-01-31')).toEqual(['2026-01-01: 10-31 Q x1']);
  });

  it('goes on in another calendar where the anniversary day changes', () => {
    const life = {
      accountTerms: spans(['2026-03-01', ACCOUNT], ['2026-03-10', { ...ACCOUNT, billingDay: 15 }]),
      terms: spans(['2026-03-01', PLAN]),
    };
    // 9 of 31 days of March; then 5 of the 28 days from 15 February; then whole cycles.
    expect(days(life, '2026-04-20')).toEqual([
      '2026-03-01: 0-9 P x1',
      '2026-02-15: 23-28 P x1',
      '2026-03-15: 0-31 P x1',
      '2026-04-15: 0-30 P x1',
    ]);
    expect(lived(life, '2026-04-20').map(({ over }) => new Date(over).toISOString().slice(0, 10))).toEqual([
      '2026-03-10',
      '2026-03-15',
      '2026-04-15',
      '2026-05-15',
    ]);
  });

  it('is one cycle in parts where the anniversary day is changed and changed back', () => {
    const life = {
      accountTerms: spans(
        ['2026-03-01', ACCOUNT],
        ['2026-03-05', { ...ACCOUNT, billingDay: 15 }],
        ['2026-03-10', ACCOUNT],
      ),
      terms: spans(['2026-03-01', PLAN]),
    };
    expect(days(life, '2026-03-20')).toEqual(['2026-03-01: 0-4 P x1, 9-31 P x1', '2026-02-15: 18-23 P x1']);
  });

  it('is asked from a cycle on, and until one has begun', () => {
    const life = { accountTerms: spans(['2026-01-01', ACCOUNT]), terms: spans(['2026-01-01', PLAN]) };
    expect(days(life, '2026-03-01', '2026-02-10')).toEqual(['2026-02-01: 0-28 P x1', '2026-03-01: 0-31 P x1']);
    expect(days(life, '2026-02-28T23:59:59Z', '2026-02-10')).toEqual(['2026-02-01: 0-28 P x1']);
    expect(days(life, '2025-12-31')).toEqual([]);
  });

  it('is priced by what is in force at the end of the day on which it begins, in the zone of the account', () => {
    const berlin = { ...ACCOUNT, timeZone: 'Europe/Berlin' };
    const life = { accountTerms: spans(['2025-01-01', berlin]), terms: spans(['2026-03-15T10:00:00Z', PLAN]) };
    const [march, april] = lived(life, '2026-04-02');
    expect(new Date(march?.stretches[0]?.pricedAt ?? 0).toISOString()).toBe('2026-03-15T22:59:59.999Z');
    // The day on which summer time begins is in the cycle: it has 31 days all the same.
    expect([march?.cycle.days, march?.stretches[0]?.firstDay]).toEqual([31, 14]);
    expect(new Date(april?.stretches[0]?.pricedAt ?? 0).toISOString()).toBe('2026-04-01T21:59:59.999Z');
  });

  it('is activated once, the first time it and its account are active', () => {
    const life = {
      accountTerms: spans(['2026-02-10', ACCOUNT]),
      terms: spans(
        ['2026-01-01', PLAN],
        ['2026-03-01', { ...PLAN, status: 'SUSPENDED' }],
        ['2026-03-05', { ...PLAN, units: '3' }],
      ),
    };
    expect(lived(life, '2026-04-02').map(({ activation }) => activation?.from)).toEqual([
      at('2026-02-10'),
      undefined,
      undefined,
    ]);
  });
});
