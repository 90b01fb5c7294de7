import { BillingFixture, events, metadata, rate, TENANT } from '../../../../test/support/billing-fixture.js';
import {
  billedLines,
  BillingProcess,
  completedRuns,
  coreBilling,
  expectLedgerEqual,
  never,
  twoPartitions,
} from '../../../../test/support/billing-process.js';
import { aggregationStream, billingWorkStream } from './billing-streams.js';
import { InvoiceNotes } from './invoice-notes.js';

let fixture: BillingFixture;
beforeEach(async () => {
  fixture = await BillingFixture.open();
});
afterEach(() => fixture.close());

describe('from rated usage to the ledger of the billing system', () => {
  it('sums, rounds once, carries the rest, sends, and both ledgers agree', async () => {
    const sandbox = await fixture.sandbox();
    await twoPartitions(fixture.store);
    const process = new BillingProcess(fixture.store, sandbox.url);
    await process.aggregate('run1');
    const [run] = await completedRuns(fixture.store);
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
    const process = new BillingProcess(fixture.store, sandbox.url);
    await rate(fixture.store, 1, [{ account: 'a', amount: '0.004' }]);
    await process.aggregate('run1');
    await rate(fixture.store, 1, [{ account: 'a', amount: '0.003' }]);
    await process.aggregate('run2');
    await process.aggregate('run3');
    const runs = await completedRuns(fixture.store);
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
    const process = new BillingProcess(fixture.store, sandbox.url);
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

describe('invoices', () => {
  it('are noted once, by whoever tells first; what fits none of our lines is kept', async () => {
    const sandbox = await fixture.sandbox();
    await twoPartitions(fixture.store);
    const process = new BillingProcess(fixture.store, sandbox.url);
    await process.aggregate('run1');
    await process.send('s1');
    const response = await fetch(`${sandbox.url}/sandbox/invoice-run`, { method: 'POST', body: '{}' });
    expect(response.ok).toBe(true);
    const ids = [...(await billedLines(fixture.store)).keys()];
    const answer = await coreBilling(sandbox.url).lookUp(ids, never);
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
