import { fold } from '../../../shared/kernel/decider.js';
import { isRefused } from '../../../shared/kernel/refusal.js';
import { billingBatchDecider, type BillingBatchCommand } from './billing-batch.decider.js';
import { countsOf } from './billing-batch.state.js';
import type { BillingBatchEvent, BillingBatchSealed } from './events.js';

const NOW = Date.parse('2026-02-01T08:00:00Z');
const WINDOW = 3_600_000;
const three = <T>(value: T): T[] => [value, value, value];

const sealed: BillingBatchSealed = {
  type: 'BillingBatchSealed.v1',
  data: {
    head: {
      batchId: 'r-1',
      runId: 'r',
      partition: 0,
      lines: 3,
      records: 9,
      money: { EUR: '3' },
      firstAt: 1,
      lastAt: 2,
    },
    columns: {
      lineId: ['r-1-1', 'r-1-2', 'r-1-3'],
      account: ['a', 'b', 'c'],
      subscription: ['sa', 'sb', 'sc'],
      usageType: three('VOICE'),
      currency: three('EUR'),
      rateSchedule: three('STD'),
      quantity: three('1'),
      records: three(3),
      exact: three('1'),
      residualBefore: three('0'),
      amount: three('1'),
      residualAfter: three('0'),
      firstAt: three(1),
      lastAt: three(2),
    },
  },
};

const begin: BillingBatchCommand = { kind: 'BEGIN_CALL', now: NOW, windowMs: WINDOW };

/** Given the commands before, when the command: the events, or the refusal's code. */
function when(command: BillingBatchCommand, ...before: BillingBatchCommand[]): readonly BillingBatchEvent[] | string {
  const events: BillingBatchEvent[] = [sealed];
  for (const earlier of before) {
    const decided = billingBatchDecider.decide(earlier, fold(billingBatchDecider, events));
    if (isRefused(decided)) throw new Error(`given: ${decided.refused.code}`);
    events.push(...decided);
  }
  const decided = billingBatchDecider.decide(command, fold(billingBatchDecider, events));
  return isRefused(decided) ? decided.refused.code : decided;
}

const doubt: BillingBatchCommand = { kind: 'DOUBT', attempt: 1, reason: 'no answer' };
const lookUp = (attempt: number, ...found: string[]): BillingBatchCommand => ({
  kind: 'LOOKED_UP',
  attempt,
  found: new Set(found),
});
const answer = (attempt: number, ...errors: string[]): BillingBatchCommand => ({
  kind: 'ACKNOWLEDGE',
  attempt,
  errors: errors.map((lineId) => ({ lineId, code: '1009', message: 'account not found' })),
});

describe('a billing batch', () => {
  it('notes a call before it is made', () => {
    expect(when(begin)).toEqual([
      {
        type: 'BillingBatchSendAttempted.v1',
        data: { batchId: 'r-1', attempt: 1, receiptId: 'r-1-a1', receiptSince: NOW },
      },
    ]);
  });

  it('is not called twice at a time, nor when nothing is pending', () => {
    expect(when(begin, begin)).toBe('billing-sync/call-open');
    expect(when(begin, begin, doubt)).toBe('billing-sync/call-open');
    expect(when(begin, begin, answer(1))).toEqual([]);
    expect(when(begin, begin, answer(1, 'r-1-2'))).toEqual([]);
  });

  it('takes the answer line by line', () => {
    expect(when(answer(1, 'r-1-2'), begin)).toEqual([
      {
        type: 'BillingBatchAcknowledged.v1',
        data: {
          batchId: 'r-1',
          attempt: 1,
          completed: 2,
          errors: [{ lineId: 'r-1-2', code: '1009', message: 'account not found' }],
          by: 'ANSWER',
          after: { pending: 0, completed: 2, error: 1, inDoubt: 0 },
        },
      },
    ]);
  });

  it('does not take an answer twice, late or of another call', () => {
    expect(when(answer(1), begin, answer(1))).toEqual([]);
    expect(when(answer(2), begin)).toEqual([]);
    expect(when(answer(1), begin, doubt)).toEqual([]);
    expect(when(doubt, begin, answer(1))).toEqual([]);
  });

  it('is at rest after a look-up that finds all its lines', () => {
    const [acknowledged] = when(lookUp(1, 'r-1-1', 'r-1-2', 'r-1-3'), begin, doubt) as BillingBatchEvent[];
    expect(acknowledged).toMatchObject({ type: 'BillingBatchAcknowledged.v1', data: { by: 'LOOK_UP', completed: 3 } });
  });

  it('sends what a look-up did not find again under the same receipt, while it is remembered', () => {
    const before = [begin, doubt, lookUp(1, 'r-1-2')];
    expect(when(lookUp(1, 'r-1-2'), begin, doubt)).toEqual([
      {
        type: 'BillingBatchLookedUp.v1',
        data: {
          batchId: 'r-1',
          attempt: 1,
          foundLineNos: [2],
          missing: 2,
          after: { pending: 0, completed: 1, error: 0, inDoubt: 2 },
        },
      },
    ]);
    expect(when({ ...begin, now: NOW + WINDOW - 1 }, ...before)).toEqual([
      {
        type: 'BillingBatchSendAttempted.v1',
        data: {
          batchId: 'r-1',
          attempt: 2,
          receiptId: 'r-1-a1',
          receiptSince: NOW,
          lineIds: ['r-1-1', 'r-1-3'],
        },
      },
    ]);
    expect(when({ ...begin, now: NOW + WINDOW }, ...before)).toBe('billing-sync/window-passed');
  });

  it('says a look-up that found nothing new only once', () => {
    expect(when(lookUp(1), begin, doubt, lookUp(1))).toEqual([]);
    expect(when(lookUp(1, 'r-1-1', 'r-1-2', 'r-1-3'), begin, doubt, lookUp(1))).toHaveLength(1);
  });

  it('offers only errored lines again, of a code or all, and once per request', () => {
    const reprocess: BillingBatchCommand = { kind: 'REPROCESS', reprocessId: 'x' };
    expect(when(reprocess, begin)).toEqual([]);
    expect(when({ ...reprocess, errorCode: '1010' }, begin, answer(1, 'r-1-2'))).toEqual([]);
    expect(when({ ...reprocess, errorCode: '1009' }, begin, answer(1, 'r-1-2'))).toMatchObject([
      { data: { lineNos: [2], after: { pending: 1, completed: 2, error: 0, inDoubt: 0 } } },
    ]);
    expect(when(reprocess, begin, answer(1, 'r-1-2'), reprocess)).toEqual([]);
    expect(when(begin, begin, answer(1, 'r-1-2'), reprocess)).toMatchObject([
      { data: { attempt: 2, receiptId: 'r-1-a2', lineIds: ['r-1-2'] } },
    ]);
  });

  it('refused as a whole is ERROR as a whole', () => {
    const refused: BillingBatchCommand = { kind: 'REFUSE', attempt: 1, code: '1004', message: 'authentication' };
    expect(when(refused, begin)).toMatchObject([
      { type: 'BillingBatchRefused.v1', data: { after: { pending: 0, completed: 0, error: 3, inDoubt: 0 } } },
    ]);
  });

  it('notes an invoice line once and knows its account', () => {
    const lines = [{ lineId: 'r-1-2', account: '', invoiceNo: 'I1', invoiceLineNo: 1, amount: '1', currency: 'EUR' }];
    const note: BillingBatchCommand = { kind: 'NOTE_INVOICES', lines, by: 'POLL' };
    expect(when(note, begin, answer(1))).toMatchObject([{ data: { invoiced: 1, lines: [{ account: 'b' }] } }]);
    expect(when(note, begin, answer(1), note)).toEqual([]);
    const elsewhere = [{ ...lines[0]!, invoiceNo: 'I2' }];
    expect(when({ ...note, lines: elsewhere }, begin, answer(1), note)).toEqual([]);
  });

  it('says in every event the counts that folding gives', () => {
    const events: BillingBatchEvent[] = [sealed];
    const story = [
      begin,
      doubt,
      lookUp(1, 'r-1-1'),
      begin,
      answer(2, 'r-1-3'),
      { kind: 'REPROCESS', reprocessId: 'x' } as const,
    ];
    for (const command of story) {
      const decided = billingBatchDecider.decide(command, fold(billingBatchDecider, events));
      if (isRefused(decided)) throw new Error(decided.refused.message);
      for (const event of decided) {
        events.push(event);
        if ('after' in event.data) expect(event.data.after).toEqual(countsOf(fold(billingBatchDecider, events)));
      }
    }
    expect(events).toHaveLength(7);
  });

  it('does not exist before it is sealed', () => {
    const decided = billingBatchDecider.decide(begin, billingBatchDecider.initialState);
    expect(isRefused(decided) && decided.refused.code).toBe('billing-sync/batch-not-found');
  });
});
