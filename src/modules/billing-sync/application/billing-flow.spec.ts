import { ManualClock } from '../../../shared/kernel/clock.js';
import { Decimal } from '../../../shared/kernel/decimal.js';
import { eventId } from '../../../shared/event-store/event-id.js';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import { runCommand } from '../../../shared/event-store/run-command.js';
import { isRefused } from '../../../shared/kernel/refusal.js';
import type { Sandbox } from '../../../sandbox/sandbox-server.js';
import type { Fault } from '../../../sandbox/faults.js';
import { readFault } from '../../../sandbox/faults.js';
import {
  BillingFixture,
  correct,
  DyingStore,
  events,
  Killed,
  MemorySnapshots,
  metadata,
  NOW,
  rate,
  TENANT,
  type RatedRecord,
} from '../../../../test/support/billing-fixture.js';
import { CoreBillingAdapter } from '../adapters/core-billing/core-billing.adapter.js';
import { aggregationRunsDecider } from '../domain/aggregation-runs.decider.js';
import { billingWorkDecider } from '../domain/billing-work.decider.js';
import type { AggregationCompleted, BillingBatchSealed, BillingSendCompleted } from '../domain/events.js';
import { Aggregator } from './aggregator.js';
import { BatchSettler } from './batch-settler.js';
import { BillingQueue } from './billing-queue.js';
import { BillingSender } from './billing-sender.js';
import { aggregationStream, billingBatchStream, billingWorkStream } from './billing-streams.js';
import { InvoiceNotes } from './invoice-notes.js';
import { RatingLog } from './rating-log.js';
import { ResidualBook } from './residual-book.js';

const clock = new ManualClock(NOW);
const never = new AbortController().signal;
const WINDOW = 24 * 3_600_000;

function adapter(url: string, timeoutMs = 2000): CoreBillingAdapter {
  return new CoreBillingAdapter({
    url,
    clientNo: '1001',
    authKey: 'sandbox',
    timeoutMs,
    windowMs: WINDOW,
    maxAnswerBytes: 1024 * 1024,
    retries: 3,
    baseDelayMs: 1,
    maxDelayMs: 2000,
  });
}

/** What one process does from its start: finish the run, then the send, whatever state it finds. */
class Process {
  readonly snapshots = new MemorySnapshots();
  private readonly aggregator: Aggregator;
  private readonly sender: BillingSender;

  constructor(
    readonly store: EventStore,
    url: string,
    timeoutMs?: number,
    at: ManualClock = clock,
  ) {
    this.aggregator = new Aggregator(store, new RatingLog(store), new ResidualBook(store, this.snapshots), at);
    this.sender = new BillingSender(new BatchSettler(store, adapter(url, timeoutMs), at, 1), 2);
  }

  async aggregate(runId: string, batchSize = 3): Promise<void> {
    const standing = await new RatingLog(this.store).standing(TENANT);
    const command = { kind: 'REQUEST', runId, reason: 'test', standing, batchSize } as const;
    const stream = aggregationStream(TENANT);
    const run = { stream, decider: aggregationRunsDecider, command, metadata: metadata(), cause: runId };
    const decided = await runCommand(this.store, run);
    if (isRefused(decided)) throw new Error(decided.refused.message);
    await this.aggregator.finish(TENANT, never);
  }

  async send(
    sendId: string,
    errored?: { batches: readonly string[]; errorCode?: string },
  ): Promise<BillingSendCompleted['data']> {
    const context = { tenant: TENANT, actor: 'key:k1', commandId: sendId, correlationId: sendId, now: NOW };
    await new BillingQueue(this.store).send(context, sendId, 'test', {
      fresh: errored === undefined,
      ...(errored === undefined ? {} : { errored }),
    });
    let state = billingWorkDecider.initialState;
    const stream = billingWorkStream(TENANT);
    for (const event of await events(this.store, stream)) state = billingWorkDecider.evolve(state, event as never);
    const work = state.open.find((open) => open.kind === 'SEND' && open.data.sendId === sendId);
    if (work?.kind !== 'SEND') {
      const done = (await events(this.store, stream)).find(
        (event) => (event.data as { sendId?: string }).sendId === sendId && event.type === 'BillingSendCompleted.v1',
      );
      return done!.data as BillingSendCompleted['data'];
    }
    const data = await this.sender.send(work.data, metadata('role:sync'), never);
    const command = { kind: 'SENT', data: data! } as const;
    await runCommand(this.store, {
      stream,
      decider: billingWorkDecider,
      command,
      metadata: metadata('role:sync'),
      cause: `${sendId}/done`,
    });
    return data!;
  }
}

async function completed(store: EventStore): Promise<AggregationCompleted['data'][]> {
  return (await events(store, aggregationStream(TENANT)))
    .filter((event) => event.type === 'AggregationCompleted.v1')
    .map((event) => event.data as AggregationCompleted['data']);
}

/** The lines of all completed runs, by line id. */
async function allLines(store: EventStore): Promise<Map<string, { amount: string; currency: string; exact: string }>> {
  const lines = new Map<string, { amount: string; currency: string; exact: string }>();
  for (const run of await completed(store)) {
    for (const batchId of run.batches) {
      const [first] = await events(store, billingBatchStream(TENANT, batchId));
      const { columns } = (first as unknown as BillingBatchSealed).data;
      columns.lineId.forEach((id, index) =>
        lines.set(id, {
          amount: columns.amount[index]!,
          currency: columns.currency[index]!,
          exact: columns.exact[index]!,
        }),
      );
    }
  }
  return lines;
}

/** The judge: the billing system's own ledger holds every line once, with our amount. */
async function expectLedgerEqual(sandbox: Sandbox, store: EventStore): Promise<void> {
  const lines = await allLines(store);
  expect(sandbox.ledger.duplicates()).toEqual([]);
  expect(sandbox.ledger.records.map((record) => record.clientRecordId).sort()).toEqual([...lines.keys()].sort());
  for (const record of sandbox.ledger.records) {
    expect(Decimal.parse(record.amount).toString()).toBe(lines.get(record.clientRecordId!)?.amount);
  }
}

const RECORDS: readonly RatedRecord[] = [
  { account: 'a', amount: '0.004' },
  { account: 'a', amount: '0.003', usageType: 'SMS' },
  { account: 'b', amount: '1.115', rateSchedule: 'GOLD' },
  { account: 'c', amount: '0', quantity: '60' },
  { account: 'd', amount: '12.3456789012', currency: 'USD' },
];

let fixture: BillingFixture;
beforeEach(async () => {
  fixture = await BillingFixture.open();
  clock.moveTo('2026-02-01T08:00:00Z');
});
afterEach(() => fixture.close());

async function twoPartitions(): Promise<void> {
  await rate(fixture.store, 0, RECORDS);
  await rate(fixture.store, 0, [{ account: 'a', amount: '0.5' }]);
  await rate(fixture.store, 2, [
    { account: 'x', amount: '3.333' },
    { account: 'y', amount: '-0.005' },
  ]);
}

describe('from rated usage to the ledger of the billing system', () => {
  it('sums, rounds once, carries the rest, sends, and both ledgers agree', async () => {
    const sandbox = await fixture.sandbox();
    await twoPartitions();
    const process = new Process(fixture.store, sandbox.url);
    await process.aggregate('run1');
    const [run] = await completed(fixture.store);
    expect(run).toMatchObject({ lines: 7, records: 8, batches: ['run1-1', 'run1-2', 'run1-3'] });
    expect(run?.partitions).toEqual([
      { partition: 0, batches: 2 },
      { partition: 2, batches: 1 },
    ]);
    // a: 0.003 (SMS) + 0.504 (VOICE), rounded line by line with the rest carried; b 1.115; x 3.333; y -0.005.
    expect(run?.totals).toEqual([
      { currency: 'EUR', monetized: '4.95', lines: '4.95', residualBefore: '0', residualAfter: '0' },
      {
        currency: 'USD',
        monetized: '12.3456789012',
        lines: '12.35',
        residualBefore: '0',
        residualAfter: '-0.0043210988',
      },
    ]);
    const sent = await process.send('send1');
    expect(sent).toMatchObject({
      batches: 3,
      after: { pending: 0, completed: 7, error: 0, inDoubt: 0 },
      unsettled: [],
    });
    await expectLedgerEqual(sandbox, fixture.store);
    expect(sandbox.ledger.totals()['EUR']?.amount).toBe('4.95');
  });

  it('belongs to exactly one run: a second run takes only what came after, and the rest carried', async () => {
    const sandbox = await fixture.sandbox();
    const process = new Process(fixture.store, sandbox.url);
    await rate(fixture.store, 1, [{ account: 'a', amount: '0.004' }]);
    await process.aggregate('run1');
    await rate(fixture.store, 1, [{ account: 'a', amount: '0.003' }]);
    await process.aggregate('run2');
    await process.aggregate('run3');
    const runs = await completed(fixture.store);
    expect(runs.map((run) => run.window)).toEqual([
      [{ partition: 1, from: 0, to: 0 }],
      [{ partition: 1, from: 1, to: 1 }],
      [],
    ]);
    expect(runs[1]?.totals).toEqual([
      { currency: 'EUR', monetized: '0.003', lines: '0.01', residualBefore: '0.004', residualAfter: '-0.003' },
    ]);
    expect((await process.send('s1')).batches).toBe(2);
    expect((await process.send('s2')).batches).toBe(0);
    await expectLedgerEqual(sandbox, fixture.store);
  });

  it('closes the gate when heads and records disagree: nothing is sent, and the next run takes the window again', async () => {
    const sandbox = await fixture.sandbox();
    const process = new Process(fixture.store, sandbox.url);
    await rate(fixture.store, 0, [{ account: 'a', amount: '1' }]);
    await rate(fixture.store, 1, [{ account: 'b', amount: '2' }], { EUR: '2.01' });
    await process.aggregate('run1');
    const log = await events(fixture.store, aggregationStream(TENANT));
    expect(log.map((event) => event.type)).toEqual(['AggregationRequested.v1', 'AggregationFailed.v1']);
    expect(log[1]?.data).toMatchObject({ code: 'OUT_OF_BALANCE', batches: ['run1-1'] });
    expect((log[1]?.data as { message: string }).message).toContain('2.01 EUR');
    expect((await process.send('s1')).batches).toBe(0);
    expect(sandbox.ledger.records).toEqual([]);
    await process.aggregate('run2');
    const again = (await events(fixture.store, aggregationStream(TENANT)))[2];
    expect(again?.data).toMatchObject({
      window: [
        { partition: 0, from: 0, to: 0 },
        { partition: 1, from: 0, to: 0 },
      ],
    });
  });
});

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
    const process = new Process(fixture.store, sandbox.url);
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
    const process = new Process(fixture.store, sandbox.url);
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
    const process = new Process(fixture.store, sandbox.url);
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
    expect((await completed(fixture.store))[1]?.totals).toMatchObject([
      { currency: 'EUR', monetized: '-3', lines: '-3' },
      { currency: 'USD', monetized: '4', lines: '4' },
    ]);
    await process.send('s1');
    await expectLedgerEqual(sandbox, fixture.store);
  });

  it('makes no line of what came to exactly nothing, and one of what only rounds to it', async () => {
    const sandbox = await fixture.sandbox();
    const process = new Process(fixture.store, sandbox.url);
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
    expect((await completed(fixture.store))[0]).toMatchObject({
      lines: 3,
      totals: [{ currency: 'EUR', monetized: '3.004', lines: '3', residualBefore: '0', residualAfter: '0.004' }],
    });
    await process.send('s1');
    await expectLedgerEqual(sandbox, fixture.store);
  });

  it('closes the gate when what a correction says it adds is not what its rows add', async () => {
    const process = new Process(fixture.store, 'http://127.0.0.1:9');
    await rate(fixture.store, 0, [record('1')]);
    await correct(fixture.store, 0, [{ at: [0, 0], old: record('1'), now: record('3') }], { EUR: '3' });
    await process.aggregate('run1');
    const log = await events(fixture.store, aggregationStream(TENANT));
    expect(log[1]?.data).toMatchObject({ code: 'OUT_OF_BALANCE', message: expect.stringContaining('4 EUR') as string });
  });

  it('passes by what is no usage, and refuses what it does not know', async () => {
    const process = new Process(fixture.store, 'http://127.0.0.1:9');
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
    await twoPartitions();
    const process = new Process(fixture.store, sandbox.url, 150);
    await process.aggregate('run1');
    sandbox.faults.set(list.map(readFault));
    await process.send('s1');
    sandbox.faults.set([]);
    await process.send('s2');
    const batches = (await completed(fixture.store)).flatMap((run) => run.batches);
    const end = await process.send('s3', { batches });
    expect(end.after).toEqual({ pending: 0, completed: 7, error: 0, inDoubt: 0 });
    expect(end.unsettled).toEqual([]);
    await expectLedgerEqual(sandbox, fixture.store);
  });

  it('tells per line what was refused; only those lines are offered again', async () => {
    const sandbox = await fixture.sandbox();
    await twoPartitions();
    const process = new Process(fixture.store, sandbox.url);
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
    await rate(fixture.store, 0, RECORDS);
    const process = new Process(fixture.store, sandbox.url);
    await process.aggregate('run1');
    expect((await process.send('s1')).after).toMatchObject({ error: 5, inDoubt: 0 });
    const types = (await events(fixture.store, billingBatchStream(TENANT, 'run1-1'))).map((event) => event.type);
    expect(types).toEqual(['BillingBatchSealed.v1', 'BillingBatchSendAttempted.v1', 'BillingBatchRefused.v1']);
  });

  it('cannot be reached: refused after a few tries, not in doubt', async () => {
    const sandbox = await fixture.sandbox();
    const { url } = sandbox;
    await rate(fixture.store, 0, RECORDS);
    const process = new Process(fixture.store, url);
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
    await new Process(fixture.store, sandbox.url).aggregate('run1');
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
    const settler = (store: EventStore) => new BatchSettler(store, adapter(sandbox.url), clock, 1);
    const left = await settler(stopping).settle('run1-1', metadata('role:sync'), stop.signal);
    expect(left.counts).toMatchObject({ error: 0, completed: 0 });
    const sent = await settler(fixture.store).settle('run1-1', metadata('role:sync'), never);
    expect(sent.counts).toEqual({ pending: 0, completed: 1, error: 0, inDoubt: 0 });
    await expectLedgerEqual(sandbox, fixture.store);
  });

  it('never sends again by itself once the receipt may be forgotten', async () => {
    const sandbox = await fixture.sandbox({ now: () => clock.now() });
    await rate(fixture.store, 0, [{ account: 'a', amount: '1' }]);
    const process = new Process(fixture.store, sandbox.url, 150);
    await process.aggregate('run1');
    sandbox.faults.set([readFault({ kind: 'HTTP_STATUS', status: 503, call: '*', count: 50 })]);
    expect((await process.send('s1')).after.inDoubt).toBe(1);
    clock.advance(WINDOW);
    sandbox.faults.set([]);
    const held = await process.send('s2');
    expect(held.after.inDoubt).toBe(1);
    expect(held.problems[0]?.message).toContain('longer ago than the billing system remembers');
    expect(sandbox.ledger.calls).toBe(0);
  });
});

describe('a process that dies at any append', () => {
  const CASES = (['BEFORE', 'AFTER'] as const).flatMap((when) =>
    Array.from({ length: 13 }, (_, n) => [n + 1, when] as const),
  );

  it.each(CASES)('append %i, %s it is written: the same lines, each billed once', async (dieAt, when) => {
    const sandbox = await fixture.sandbox();
    await twoPartitions();
    const dying = new Process(new DyingStore(fixture.store, dieAt, when), sandbox.url);
    await expect(
      (async () => {
        await dying.aggregate('run1');
        await dying.send('s1');
      })(),
    ).rejects.toThrow(Killed);
    const next = new Process(fixture.store, sandbox.url);
    await next.aggregate('run1');
    const sent = await next.send('s1');
    expect(sent.after).toEqual({ pending: 0, completed: 7, error: 0, inDoubt: 0 });
    expect(await completed(fixture.store)).toHaveLength(1);
    await expectLedgerEqual(sandbox, fixture.store);
  });
});

describe('invoices', () => {
  it('are noted once, by whoever tells first; what fits none of our lines is kept', async () => {
    const sandbox = await fixture.sandbox();
    await twoPartitions();
    const process = new Process(fixture.store, sandbox.url);
    await process.aggregate('run1');
    await process.send('s1');
    const response = await fetch(`${sandbox.url}/sandbox/invoice-run`, { method: 'POST', body: '{}' });
    expect(response.ok).toBe(true);
    const ids = [...(await allLines(fixture.store)).keys()];
    const answer = await adapter(sandbox.url).lookUp(ids, never);
    if (answer.kind !== 'FOUND') throw new Error(answer.reason);
    const lines = answer.records.map(({ lineId, amount, currency, invoice }) => ({
      lineId,
      account: '',
      amount,
      currency,
      ...invoice!,
    }));
    const notes = new InvoiceNotes(fixture.store);
    expect(await notes.noteAll(lines, 'WEBHOOK', metadata())).toMatchObject({ noted: 7, repeated: 0, unmatched: [] });
    expect(await notes.noteAll(lines, 'POLL', metadata())).toMatchObject({ noted: 0, repeated: 7, unmatched: [] });
    const strange = [
      { ...lines[0]!, lineId: 'not-ours' },
      { ...lines[0]!, lineId: 'run1-1-99' },
      { ...lines[0]!, invoiceNo: 'INV-X' },
    ];
    const told = await notes.noteAll(strange, 'WEBHOOK', metadata());
    expect(told.unmatched.map((line) => line.why)).toEqual(['UNKNOWN_LINE', 'UNKNOWN_LINE', 'OTHER_INVOICE']);
    const kept = (await events(fixture.store, billingWorkStream(TENANT))).filter(
      (event) => event.type === 'InvoiceLinesUnmatched.v1',
    );
    expect(kept).toHaveLength(2);
  });
});
