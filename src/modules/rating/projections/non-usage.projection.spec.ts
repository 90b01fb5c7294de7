import { projectRows, recordedEvent, rowsOf } from '../../../../test/support/project-rows.js';
import { NonUsageBatch } from '../domain/cycle-end/non-usage-batch.js';
import type { Movement } from '../domain/cycle-end/due.js';
import { nonUsage, nonUsageSummaries } from './non-usage.collections.js';
import { nonUsageProjection } from './non-usage.projection.js';

const MARCH = Date.UTC(2026, 2, 1);
const APRIL = Date.UTC(2026, 3, 1);
const movement = (amount: bigint, corrects = false): Movement => ({
  amount,
  before: corrects ? -amount : 0n,
  corrects,
  due: {
    type: 'FORWARD_RECURRING',
    subject: 'P.R.S.EUR',
    charge: 'fee',
    units: '2',
    firstDay: 0,
    lastDay: 31,
    days: 31,
    price: { priceOfferId: 'P.R.S.EUR', version: 3 },
    proration: 'PRORATE',
    currency: 'EUR',
    applied: { from: MARCH, to: APRIL },
    amount,
  },
});

function made(position: number, ...movements: readonly Movement[]) {
  const batch = new NonUsageBatch();
  for (const each of movements) {
    batch.add({ account: 'A', subscription: 'S', cycle: { start: MARCH, end: APRIL } }, each);
  }
  const { head, columns } = batch.build();
  const placed = { partition: 0, runId: 'r', position: 1, through: 1, partial: { position: 1, records: 1 } };
  return recordedEvent(position, 'NonUsageRated.v1', { head: { ...placed, ...head }, columns }, 'rating-main.0');
}

const CHARGED = made(7, movement(99_900_000_000n), movement(10_000_000_000n));
const TAKEN_BACK = made(9, movement(-99_900_000_000n, true));

describe('the read model of what is due without usage', () => {
  it('has every record whole, and their sums', () => {
    const rows = projectRows(nonUsageProjection, [CHARGED, TAKEN_BACK]);
    expect(
      rowsOf(nonUsage, rows).map(({ ratedPosition, row, amount, corrects }) => [ratedPosition, row, amount, corrects]),
    ).toEqual([
      [7, 0, '9.99', false],
      [7, 1, '1', false],
      [9, 0, '-9.99', true],
    ]);
    expect(rowsOf(nonUsage, rows)[0]).toMatchObject({
      tenant: 'main',
      account: 'A',
      subscription: 'S',
      service: 'S',
      priceOfferId: 'P.R.S.EUR',
      version: 3,
      quantity: '2',
      scale: '1',
      runId: 'r',
    });
    expect(rowsOf(nonUsageSummaries, rows)).toEqual([
      {
        tenant: 'main',
        account: 'A',
        cycle: MARCH,
        type: 'FORWARD_RECURRING',
        currency: 'EUR',
        records: 3,
        amount: '1',
        position: 9,
      },
    ]);
  });

  it('is the same when events come twice', () => {
    const once = projectRows(nonUsageProjection, [CHARGED, TAKEN_BACK]);
    expect(projectRows(nonUsageProjection, [CHARGED, CHARGED, TAKEN_BACK, TAKEN_BACK])).toEqual(once);
    expect(projectRows(nonUsageProjection, [CHARGED, TAKEN_BACK, CHARGED, TAKEN_BACK])).toEqual(once);
  });
});
