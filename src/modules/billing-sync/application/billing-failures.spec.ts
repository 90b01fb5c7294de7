import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import { ManualClock } from '../../../shared/kernel/clock.js';
import { readFault, type Fault } from '../../../sandbox/faults.js';
import { BillingFixture, events, metadata, NOW, rate, TENANT } from '../../../../test/support/billing-fixture.js';
import {
  BillingProcess,
  completedRuns,
  coreBilling,
  expectLedgerEqual,
  FIVE_RECORDS,
  never,
  RECEIPT_WINDOW_MS,
  twoPartitions,
} from '../../../../test/support/billing-process.js';
import { BatchSettler } from './batch-settler.js';
import { billingBatchStream } from './billing-streams.js';

let fixture: BillingFixture;
beforeEach(async () => {
  fixture = await BillingFixture.open();
});
afterEach(() => fixture.close());

describe('every way the billing system can fail', () => {
  const faults: readonly (readonly [string, Partial<Fault>[]])[] = [
    ['records the call, then drops the connection', [{ kind: 'DROP', accepted: true, count: 3 }]],
    ['drops the connection before recording', [{ kind: 'DROP', accepted: false, count: 3 }]],
    ['answers 429 and asks to wait', [{ kind: 'HTTP_STATUS', status: 429, retryAfterSeconds: 0, count: 4 }]],
    ['answers 503 though it recorded', [{ kind: 'HTTP_STATUS', status: 503, accepted: true, count: 3 }]],
    ['answers 503 and recorded nothing', [{ kind: 'HTTP_STATUS', status: 503, count: 3 }]],
    ['answers 500 after recording', [{ kind: 'HTTP_STATUS', status: 500, accepted: true, count: 2 }]],
    ['answers 302', [{ kind: 'HTTP_STATUS', status: 302, count: 1 }]],
    ['answers what is not JSON after recording', [{ kind: 'MALFORMED', accepted: true, count: 3 }]],
    ['cuts its answer off', [{ kind: 'TRUNCATED', accepted: true, count: 2 }]],
    ['answers 1001 in a 200 after recording', [{ kind: 'ERROR_BODY', code: 1001, accepted: true, count: 3 }]],
    ['answers 1001 in a 200 and recorded nothing', [{ kind: 'ERROR_BODY', code: 1001, count: 3 }]],
    ['answers with 32 MB', [{ kind: 'HUGE', accepted: true, count: 1 }]],
    ['is slower than we wait, and records', [{ kind: 'SLOW', accepted: true, delayMs: 400, count: 2 }]],
    ['is slower than we wait, and records after we asked', [{ kind: 'SLOW', accepted: false, delayMs: 400, count: 2 }]],
    [
      'fails the look-up too',
      [
        { kind: 'DROP', accepted: true, count: 1 },
        { kind: 'HTTP_STATUS', status: 500, call: 'get_usage_history_m', count: 1 },
      ],
    ],
    [
      'ignores receipts and drops recorded calls',
      [
        { kind: 'DROP', accepted: true, count: 2 },
        { kind: 'IGNORE_RECEIPTS', count: 100 },
      ],
    ],
  ];

  it.each(faults)('%s: nothing twice, nothing missing', async (_, list) => {
    const sandbox = await fixture.sandbox();
    await twoPartitions(fixture.store);
    const process = new BillingProcess(fixture.store, sandbox.url, 150);
    await process.aggregate('run1');
    sandbox.faults.set(list.map(readFault));
    await process.send('s1');
    sandbox.faults.set([]);
    await process.send('s2');
    const batches = (await completedRuns(fixture.store)).flatMap((run) => run.batches);
    const end = await process.send('s3', { batches });
    expect(end.after).toEqual({ pending: 0, completed: 7, error: 0, inDoubt: 0 });
    expect(end.unsettled).toEqual([]);
    await expectLedgerEqual(sandbox, fixture.store);
  });

  it('tells per line what was refused; only those lines are offered again', async () => {
    const sandbox = await fixture.sandbox();
    await twoPartitions(fixture.store);
    const process = new BillingProcess(fixture.store, sandbox.url);
    await process.aggregate('run1', 1000);
    sandbox.faults.set([readFault({ kind: 'REJECT', accounts: ['a', 'x'], code: 1009, count: 2 })]);
    const first = await process.send('s1');
    expect(first.after).toEqual({ pending: 0, completed: 4, error: 3, inDoubt: 0 });
    expect(sandbox.ledger.records).toHaveLength(4);
    const other = await process.send('s2', { batches: ['run1-1', 'run1-2'], errorCode: '1010' });
    expect(other.after.error).toBe(3);
    const again = await process.send('s3', { batches: ['run1-1', 'run1-2'], errorCode: '1009' });
    expect(again.after).toEqual({ pending: 0, completed: 7, error: 0, inDoubt: 0 });
    expect(sandbox.ledger.calls).toBe(4);
    await expectLedgerEqual(sandbox, fixture.store);
  });

  it('is refused as a whole with a wrong key: certainly nothing recorded, all lines may be offered again', async () => {
    const sandbox = await fixture.sandbox({ authKey: 'other' });
    await rate(fixture.store, 0, FIVE_RECORDS);
    const process = new BillingProcess(fixture.store, sandbox.url);
    await process.aggregate('run1');
    expect((await process.send('s1')).after).toMatchObject({ error: 5, inDoubt: 0 });
    const types = (await events(fixture.store, billingBatchStream(TENANT, 'run1-1'))).map((event) => event.type);
    expect(types).toEqual(['BillingBatchSealed.v1', 'BillingBatchSendAttempted.v1', 'BillingBatchRefused.v1']);
  });

  it('cannot be reached: refused after a few tries, not in doubt', async () => {
    const sandbox = await fixture.sandbox();
    const { url } = sandbox;
    await rate(fixture.store, 0, FIVE_RECORDS);
    const process = new BillingProcess(fixture.store, url);
    await process.aggregate('run1');
    await sandbox.close();
    expect((await process.send('s1')).after).toMatchObject({ error: 5, inDoubt: 0 });
    const log = await events(fixture.store, billingBatchStream(TENANT, 'run1-1'));
    expect(log[2]?.data).toMatchObject({ code: 'UNREACHABLE' });
  });

  it.each([
    ['before the call', []],
    ['while it waits to call again', [{ kind: 'HTTP_STATUS', status: 429, retryAfterSeconds: 1, count: 1 }]],
  ])('is told to stop %s: no line is in error, the next start sends them', async (_when, faults) => {
    const sandbox = await fixture.sandbox();
    await rate(fixture.store, 0, [{ account: 'a', amount: '1' }]);
    await new BillingProcess(fixture.store, sandbox.url).aggregate('run1');
    sandbox.faults.set(faults.map(readFault));
    const stop = new AbortController();
    const stopping = Object.create(fixture.store, {
      append: {
        value: async (...given: Parameters<EventStore['append']>) => {
          const appended = await fixture.store.append(...given);
          if (given[2][0]?.type !== 'BillingBatchSendAttempted.v1') return appended;
          if (faults.length === 0) stop.abort();
          else setTimeout(() => stop.abort(), 100);
          return appended;
        },
      },
    }) as EventStore;
    const settler = (store: EventStore) => new BatchSettler(store, coreBilling(sandbox.url), new ManualClock(NOW), 1);
    const left = await settler(stopping).settle('run1-1', metadata('role:sync'), stop.signal);
    expect(left.counts).toMatchObject({ error: 0, completed: 0 });
    const sent = await settler(fixture.store).settle('run1-1', metadata('role:sync'), never);
    expect(sent.counts).toEqual({ pending: 0, completed: 1, error: 0, inDoubt: 0 });
    await expectLedgerEqual(sandbox, fixture.store);
  });

  it('never sends again by itself once the receipt may be forgotten', async () => {
    const clock = new ManualClock(NOW);
    const sandbox = await fixture.sandbox({ now: () => clock.now() });
    await rate(fixture.store, 0, [{ account: 'a', amount: '1' }]);
    const process = new BillingProcess(fixture.store, sandbox.url, 150, clock);
    await process.aggregate('run1');
    sandbox.faults.set([readFault({ kind: 'HTTP_STATUS', status: 503, call: '*', count: 50 })]);
    expect((await process.send('s1')).after.inDoubt).toBe(1);
    clock.advance(RECEIPT_WINDOW_MS);
    sandbox.faults.set([]);
    const held = await process.send('s2');
    expect(held.after.inDoubt).toBe(1);
    expect(held.problems[0]?.message).toContain('longer ago than the billing system remembers');
    expect(sandbox.ledger.calls).toBe(0);
  });
});
