import { FeedDirectory } from './feed-directory.js';
import { decideAccountChange, isAccountRefusal, type AccountChange } from './account-change.js';
import type { AccountEvent } from './events.js';

const JAN = Date.UTC(2026, 0, 1);
const FEB = Date.UTC(2026, 1, 1);
const MAR = Date.UTC(2026, 2, 1);

const terms = { name: 'A', status: 'ACTIVE', currency: 'EUR', billingDay: 1, timeZone: 'UTC' } as const;
const account = (id: string, action: 'CREATE' | 'UPDATE' = 'CREATE'): AccountChange => ({
  object: 'ACCOUNT',
  action,
  data: { account: id, ...terms, effectiveFrom: JAN },
});
const subscription = (id: string, action: 'CREATE' | 'UPDATE' = 'CREATE'): AccountChange => ({
  object: 'SUBSCRIPTION',
  action,
  data: { account: id, subscription: `S${id}`, plan: 'P', rateSchedule: 'R', status: 'ACTIVE', effectiveFrom: JAN },
});
const use = (id: string, effectiveFrom: number, effectiveTo?: number, action: 'CREATE' | 'UPDATE' = 'CREATE') =>
  ({
    object: 'SERVICE_ID',
    action,
    data: {
      account: id,
      subscription: `S${id}`,
      serviceId: '49',
      service: action === 'UPDATE' ? 'NEW' : 'X',
      effectiveFrom,
      ...(effectiveTo === undefined ? {} : { effectiveTo }),
    },
  }) satisfies AccountChange;
const end = (id: string, at: number): AccountChange => ({
  object: 'SERVICE_ID',
  action: 'END',
  data: { account: id, subscription: `S${id}`, serviceId: '49', at },
});

/** What the changes lead to, one after the other; the last decision is the answer. */
function after(...changes: readonly AccountChange[]): readonly AccountEvent[] | string {
  const directory = new FeedDirectory();
  let last: readonly AccountEvent[] | string = [];
  for (const change of changes) {
    const decision = decideAccountChange(change, directory);
    last = isAccountRefusal(decision) ? decision.code : decision;
    if (!isAccountRefusal(decision)) for (const event of decision) directory.apply(event);
  }
  return last;
}
const both = [account('a'), subscription('a'), account('b'), subscription('b')];
const periods = (decision: readonly AccountEvent[] | string) =>
  typeof decision === 'string'
    ? decision
    : decision.map(({ type, data }) => [
        type,
        data.effectiveFrom,
        'effectiveTo' in data ? data.effectiveTo : undefined,
      ]);

describe('a message of the account feed', () => {
  it('defines what is not there, and defines it anew when it is', () => {
    expect(after(account('a'))).toEqual([{ type: 'AccountDefined.v1', data: account('a').data }]);
    expect(after(account('a'), account('a', 'UPDATE'))).toHaveLength(1);
    expect(after(account('a'), account('a'))).toBe('ALREADY_EXISTS');
    expect(after(account('a', 'UPDATE'))).toBe('ACCOUNT_NOT_FOUND');
    expect(after(account('a'), subscription('a'), subscription('a'))).toBe('ALREADY_EXISTS');
    expect(after(account('a'), subscription('a', 'UPDATE'))).toBe('SUBSCRIPTION_NOT_FOUND');
  });

  it('waits for what it hangs on', () => {
    expect(after(subscription('a'))).toBe('ACCOUNT_NOT_FOUND');
    expect(after(use('a', JAN))).toBe('ACCOUNT_NOT_FOUND');
    expect(after(account('a'), use('a', JAN))).toBe('SUBSCRIPTION_NOT_FOUND');
    expect(after(...both, end('a', JAN))).toBe('SERVICE_ID_NOT_FOUND');
    expect(after(...both, use('a', JAN, undefined, 'UPDATE'))).toBe('SERVICE_ID_NOT_FOUND');
  });

  it('keeps a service id in one subscription at a time', () => {
    expect(after(...both, use('a', JAN), use('b', MAR))).toBe('SERVICE_ID_IN_USE');
    expect(after(...both, use('a', FEB), use('b', JAN))).toBe('SERVICE_ID_IN_USE');
    expect(after(...both, use('a', FEB), use('b', JAN, FEB))).toHaveLength(1);
    expect(after(...both, use('a', JAN, FEB), use('b', FEB))).toHaveLength(1);
    expect(after(...both, use('a', JAN), use('a', FEB))).toBe('ALREADY_EXISTS');
    expect(after(...both, use('a', JAN), end('a', FEB), use('b', FEB))).toHaveLength(1);
    expect(after(...both, use('a', JAN), end('a', JAN), use('b', JAN))).toHaveLength(1);
  });

  it('ends a period at an instant within it, once', () => {
    expect(periods(after(...both, use('a', JAN), end('a', FEB)))).toEqual([['ServiceIdEnded.v1', JAN, FEB]]);
    expect(after(...both, use('a', JAN), end('a', FEB), end('a', FEB))).toEqual([]);
    expect(after(...both, use('a', JAN), end('a', FEB), end('a', MAR))).toBe('SERVICE_ID_NOT_FOUND');
    expect(after(...both, use('a', FEB), end('a', JAN))).toBe('SERVICE_ID_NOT_FOUND');
    expect(after(...both, use('a', JAN), end('b', FEB))).toBe('SERVICE_ID_NOT_FOUND');
  });

  it('goes on under new terms from the start of an update, keeping its end', () => {
    const updated = after(...both, use('a', JAN, MAR), use('a', FEB, undefined, 'UPDATE'));
    expect(periods(updated)).toEqual([
      ['ServiceIdEnded.v1', JAN, FEB],
      ['ServiceIdAssigned.v1', FEB, MAR],
    ]);
    const same = after(...both, use('a', JAN), use('a', JAN, FEB, 'UPDATE'));
    expect(periods(same)).toEqual([['ServiceIdAssigned.v1', JAN, FEB]]);
    const taken = after(...both, use('a', JAN, FEB), use('b', FEB), use('a', JAN, MAR, 'UPDATE'));
    expect(taken).toBe('SERVICE_ID_IN_USE');
  });

  it('says for people what is in the way and what to do', () => {
    const directory = new FeedDirectory();
    const apply = (change: AccountChange) => {
      const decision = decideAccountChange(change, directory);
      if (!isAccountRefusal(decision)) for (const event of decision) directory.apply(event);
      return decision;
    };
    for (const change of [...both, use('a', JAN)]) apply(change);
    expect(apply(use('b', FEB))).toEqual({
      code: 'SERVICE_ID_IN_USE',
      reason:
        'SERVICE_ID 49 is in subscription Sa of account a, from 2026-01-01T00:00:00.000Z on: its END there must come first; reprocess this message afterwards',
    });
  });
});
