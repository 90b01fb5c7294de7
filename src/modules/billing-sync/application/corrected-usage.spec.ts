import { eventId } from '../../../shared/event-store/event-id.js';
import {
  BillingFixture,
  correct,
  events,
  metadata,
  rate,
  TENANT,
  type RatedRecord,
} from '../../../../test/support/billing-fixture.js';
import { BillingProcess, completedRuns, expectLedgerEqual } from '../../../../test/support/billing-process.js';
import type { BillingBatchSealed } from '../domain/events.js';
import { aggregationStream, billingBatchStream } from './billing-streams.js';

let fixture: BillingFixture;
beforeEach(async () => {
  fixture = await BillingFixture.open();
});
afterEach(() => fixture.close());

describe('usage that is rated again', () => {
  const record = (amount: string, more: Partial<RatedRecord> = {}): RatedRecord => ({ account: 'a', amount, ...more });
  const linesOf = async (runId: string): Promise<(string | number | undefined)[][]> => {
    const [first] = await events(fixture.store, billingBatchStream(TENANT, `${runId}-1`));
    if (first === undefined) return [];
    const { columns } = (first as unknown as BillingBatchSealed).data;
    return columns.lineId.map((_, line) => [
      columns.subscription[line],
      columns.usageType[line],
      columns.records[line],
      columns.quantity[line],
      columns.exact[line],
      columns.amount[line],
    ]);
  };

  it('before it was billed: one line of what it is now', async () => {
    const sandbox = await fixture.sandbox();
    const process = new BillingProcess(fixture.store, sandbox.url);
    await rate(fixture.store, 0, [record('1.20', { quantity: '60' }), record('0.30', { quantity: '15' })]);
    await correct(fixture.store, 0, [
      { at: [0, 0], old: record('1.20', { quantity: '60' }), now: record('0.90', { quantity: '60' }) },
    ]);
    await process.aggregate('run1');
    expect(await linesOf('run1')).toEqual([['sub-a', 'VOICE', 3, '75', '1.2', '1.2']]);
    await process.send('s1');
    await expectLedgerEqual(sandbox, fixture.store);
  });

  it('after it was billed: a line of the difference, also a second time, and the sums are what it is now', async () => {
    const sandbox = await fixture.sandbox();
    const process = new BillingProcess(fixture.store, sandbox.url);
    await rate(fixture.store, 0, [record('1.20', { quantity: '60' })]);
    await process.aggregate('run1');
    const [first, second, third] = [
      record('1.20', { quantity: '60' }),
      record('0.897', { quantity: '60' }),
      record('2', { quantity: '66' }),
    ];
    await correct(fixture.store, 0, [{ at: [0, 0], old: first, now: second }]);
    await process.aggregate('run2');
    await correct(fixture.store, 0, [{ at: [1, 0], old: second, now: third }]);
    await process.aggregate('run3');
    // 0.897 - 1.20 = -0.303, of which -0.003 is carried; 2 - 0.897 - 0.003 = 1.10.
    expect(await linesOf('run2')).toEqual([['sub-a', 'VOICE', 1, '0', '-0.303', '-0.3']]);
    expect(await linesOf('run3')).toEqual([['sub-a', 'VOICE', 1, '6', '1.103', '1.1']]);
    await process.send('s1');
    await expectLedgerEqual(sandbox, fixture.store);
    expect(sandbox.ledger.totals()['EUR']?.amount).toBe('2');
  });

  it('that belongs to another subscription now is credited there and debited here, in each run of its own', async () => {
    const sandbox = await fixture.sandbox();
    const process = new BillingProcess(fixture.store, sandbox.url);
    await rate(fixture.store, 0, [record('3', { subscription: 'wrong' })]);
    await process.aggregate('run1');
    await correct(fixture.store, 0, [
      {
        at: [0, 0],
        old: record('3', { subscription: 'wrong' }),
        now: record('4', { subscription: 'right', currency: 'USD' }),
      },
    ]);
    await process.aggregate('run2');
    expect(await linesOf('run2')).toEqual([
      ['wrong', 'VOICE', 1, '-1', '-3', '-3'],
      ['right', 'VOICE', 1, '1', '4', '4'],
    ]);
    expect((await completedRuns(fixture.store))[1]?.totals).toMatchObject([
      { currency: 'EUR', monetized: '-3', lines: '-3' },
      { currency: 'USD', monetized: '4', lines: '4' },
    ]);
    await process.send('s1');
    await expectLedgerEqual(sandbox, fixture.store);
  });

  it('makes no line of what came to exactly nothing, and one of what only rounds to it', async () => {
    const sandbox = await fixture.sandbox();
    const process = new BillingProcess(fixture.store, sandbox.url);
    await rate(fixture.store, 0, [record('3', { subscription: 'wrong' }), record('5', { subscription: 'gone' })]);
    await correct(fixture.store, 0, [
      { at: [0, 0], old: record('3', { subscription: 'wrong' }), now: record('3', { subscription: 'right' }) },
      {
        at: [0, 1],
        old: record('5', { subscription: 'gone' }),
        now: record('0.004', { subscription: 'gone', quantity: '0' }),
      },
      { now: record('0', { subscription: 'new', quantity: '0' }) },
    ]);
    await process.aggregate('run1');
    expect(await linesOf('run1')).toEqual([
      ['gone', 'VOICE', 2, '0', '0.004', '0'],
      ['new', 'VOICE', 1, '0', '0', '0'],
      ['right', 'VOICE', 1, '1', '3', '3'],
    ]);
    expect((await completedRuns(fixture.store))[0]).toMatchObject({
      lines: 3,
      totals: [{ currency: 'EUR', monetized: '3.004', lines: '3', residualBefore: '0', residualAfter: '0.004' }],
    });
    await process.send('s1');
    await expectLedgerEqual(sandbox, fixture.store);
  });

  it('closes the gate when what a correction says it adds is not what its rows add', async () => {
    const process = new BillingProcess(fixture.store, 'http://127.0.0.1:9');
    await rate(fixture.store, 0, [record('1')]);
    await correct(fixture.store, 0, [{ at: [0, 0], old: record('1'), now: record('3') }], { EUR: '3' });
    await process.aggregate('run1');
    const log = await events(fixture.store, aggregationStream(TENANT));
    expect(log[1]?.data).toMatchObject({ code: 'OUT_OF_BALANCE', message: expect.stringContaining('4 EUR') as string });
  });

  it('passes by what is no usage, and refuses what it does not know', async () => {
    const process = new BillingProcess(fixture.store, 'http://127.0.0.1:9');
    await rate(fixture.store, 0, [record('1')]);
    const stream = `rating-${TENANT}.0`;
    const put = (revision: number, type: string, data: unknown) =>
      fixture.store.append(stream, revision, [
        { id: eventId(`${stream}/${type}`), type, data, metadata: metadata('role:rate') },
      ]);
    await put(0, 'NonUsageRated.v1', { head: { partition: 0, money: { EUR: '30' } }, columns: { amount: ['30'] } });
    await put(1, 'RatingRunAnswered.v1', { partition: 0, runId: 'r1' });
    await process.aggregate('run1');
    expect(await linesOf('run1')).toEqual([['sub-a', 'VOICE', 1, '1', '1', '1']]);
    await put(2, 'RatingPartitioned.v1', { partitions: 4 });
    await process.aggregate('run2');
    const log = await events(fixture.store, aggregationStream(TENANT));
    expect(log.at(-1)?.data).toMatchObject({ message: expect.stringContaining('RatingPartitioned.v1') as string });
  });
});
