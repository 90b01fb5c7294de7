import { projectRows, recordedEvent, rowsOf } from '../../../../test/support/project-rows.js';
import { accountsProjection } from './accounts.projection.js';
import { accountsCollection, serviceIdsCollection, subscriptionsCollection } from './accounts.collections.js';

const account = (position: number, effectiveFrom: number, name: string) =>
  recordedEvent(position, 'AccountDefined.v1', {
    account: 'a',
    name,
    status: 'ACTIVE',
    currency: 'EUR',
    billingDay: 1,
    timeZone: 'UTC',
    effectiveFrom,
  });
const ID = { account: 'a', subscription: 's', serviceId: '49' };
const LIFE = [
  account(1, 10, 'First'),
  account(2, 30, 'Third'),
  account(3, 20, 'Second'),
  recordedEvent(4, 'SubscriptionDefined.v1', {
    account: 'a',
    subscription: 's',
    plan: 'P',
    rateSchedule: 'R',
    status: 'ACTIVE',
    effectiveFrom: 10,
  }),
  recordedEvent(5, 'ServiceIdAssigned.v1', { ...ID, service: 'X', effectiveFrom: 10 }),
  recordedEvent(6, 'ServiceIdEnded.v1', { ...ID, effectiveFrom: 10, effectiveTo: 20 }),
  recordedEvent(7, 'ServiceIdAssigned.v1', { ...ID, service: 'Y', effectiveFrom: 20, effectiveTo: 90 }),
];

describe('the accounts read model', () => {
  it('shows the terms with the latest start, and all of them', () => {
    const rows = projectRows(accountsProjection, LIFE);
    const [row] = rowsOf(accountsCollection, rows);
    expect(row).toMatchObject({ tenant: 'main', account: 'a', name: 'Third', effectiveFrom: 30 });
    expect(row?.versions.map(({ name }) => name)).toEqual(['First', 'Second', 'Third']);
    expect(rowsOf(subscriptionsCollection, rows)).toMatchObject([{ subscription: 's', plan: 'P' }]);
  });

  it('shows every period of a service id', () => {
    const rows = rowsOf(serviceIdsCollection, projectRows(accountsProjection, LIFE));
    expect(rows.map(({ service, effectiveFrom, effectiveTo }) => [service, effectiveFrom, effectiveTo])).toEqual([
      ['X', 10, 20],
      ['Y', 20, 90],
    ]);
  });

  it('is the same when events come twice', () => {
    const once = projectRows(accountsProjection, LIFE);
    expect(
      projectRows(
        accountsProjection,
        LIFE.flatMap((event) => [event, event]),
      ),
    ).toEqual(once);
    expect(projectRows(accountsProjection, [...LIFE, ...LIFE])).toEqual(once);
  });
});
