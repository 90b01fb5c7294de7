import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { FeedEvent, FeedMessagesApplied } from './events.js';
import { FeedLedger } from './feed-ledger.js';

const HASH = { a: 'a'.repeat(32), b: 'b'.repeat(32) };

let revision = -1;
const recorded = (event: FeedEvent, position: number) =>
  ({ ...event, position, revision: (revision += 1) }) as RecordedEvent & FeedEvent;

const received = (position: number, batch = `c${position}/0`) =>
  recorded(
    {
      type: 'FeedMessagesReceived.v1',
      data: {
        head: { kind: 'account', batch, messages: 0 },
        columns: { messageId: [], object: [], action: [], effectiveFrom: [], raw: [], hash: [] },
      },
    },
    position,
  );

type Row = readonly [
  activity: string,
  messageId: string | null,
  hash: string,
  status: 'COMPLETE' | 'ERROR' | 'IGNORED',
  code?: string,
];

function applied(position: number, of: number, rows: readonly Row[]) {
  const data: FeedMessagesApplied['data'] = {
    head: { kind: 'account', batch: `c${of}/0`, of, complete: 0, ignored: 0, error: 0, factsPosition: 0 },
    columns: {
      activity: rows.map(([activity]) => activity),
      messageId: rows.map(([, messageId]) => messageId),
      hash: rows.map(([, , hash]) => hash),
      status: rows.map(([, , , status]) => status),
      code: rows.map(([, , , , code]) => code ?? null),
      reason: rows.map(() => null),
      errors: rows.map(() => null),
    },
  };
  return recorded({ type: 'FeedMessagesApplied.v1', data }, position);
}

function ledgerOf(...events: readonly (RecordedEvent & FeedEvent)[]): FeedLedger {
  const ledger = new FeedLedger();
  for (const event of events) ledger.apply(event);
  return ledger;
}

describe('FeedLedger', () => {
  it('knows which batches wait, oldest first, and where the answers stand', () => {
    const ledger = ledgerOf(received(17), received(18));
    expect(ledger.firstPending()?.position).toBe(17);
    expect(ledger.batch('c17/0')).toEqual({ position: 17 });
    ledger.apply(applied(20, 17, []));
    expect(ledger.firstPending()?.position).toBe(18);
    expect(ledger.isPending(17)).toBe(false);
    expect(ledger.batch('c17/0')).toEqual({ position: 17, appliedAt: 20 });
    expect(ledger.batch('other/0')).toBeUndefined();
  });

  it('tells a repetition from another content under the same id', () => {
    const ledger = ledgerOf(received(17), applied(18, 17, [['17-0', 'm', HASH.a, 'COMPLETE']]));
    expect(ledger.seen('m', HASH.a)).toBe('APPLIED');
    expect(ledger.seen('m', HASH.b)).toBe('REUSED');
    expect(ledger.seen('n', HASH.a)).toBe('NEW');
  });

  it('lets a message that failed be tried again, but only with its first content', () => {
    const ledger = ledgerOf(received(17), applied(18, 17, [['17-0', 'm', HASH.a, 'ERROR', 'PLAN_NOT_FOUND']]));
    expect(ledger.seen('m', HASH.a)).toBe('NEW');
    expect(ledger.seen('m', HASH.b)).toBe('REUSED');
    ledger.note('m', HASH.b, 'ERROR');
    expect(ledger.seen('m', HASH.a)).toBe('NEW');
    ledger.note('m', HASH.a, 'COMPLETE');
    ledger.note('m', HASH.a, 'ERROR');
    expect(ledger.seen('m', HASH.a)).toBe('APPLIED');
  });

  it('lists what is in error until it is applied or ignored', () => {
    const ledger = ledgerOf(
      received(17),
      applied(18, 17, [
        ['17-0', 'm', HASH.a, 'ERROR', 'PLAN_NOT_FOUND'],
        ['17-1', null, HASH.b, 'ERROR', 'INVALID_MESSAGE'],
      ]),
    );
    expect([...ledger.errors()]).toEqual([
      ['17-0', 'PLAN_NOT_FOUND'],
      ['17-1', 'INVALID_MESSAGE'],
    ]);
    ledger.apply(applied(20, 19, [['17-0', 'm', HASH.a, 'IGNORED']]));
    expect([...ledger.errors().keys()]).toEqual(['17-1']);
  });
});
