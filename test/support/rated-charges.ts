import type { RatedImpact } from '../../src/modules/rating/domain/events.js';
import type { RecordedEvent } from '../../src/shared/kernel/event.js';

/** Two charges of one line and one of another, in a cycle that begins at 1000. */
export function ratedCharges(position: number, more: { account?: string } = {}): RecordedEvent {
  const account = more.account ?? 'A1';
  const source = {
    position: 5,
    fileId: 'f1',
    sourcePlatform: 'switch',
    serviceType: 'VOICE',
    usageRecordType: 'POSTPAID',
    firstLine: 1,
    lastLine: 9,
    monetizedLines: 2,
    suspendedLines: 1,
    money: { EUR: '5.1' },
    quantities: { seconds: '101' },
  };
  return {
    id: `id-${position}`,
    stream: 'rating-main.3',
    revision: position - 10,
    position,
    metadata: {
      tenant: 'main',
      actor: 'role:rate',
      correlationId: 'c',
      recordedAt: '2026-03-01T00:00:00.000Z',
      previousHash: '',
      hash: '',
    },
    type: 'UsageBatchRated.v1',
    data: {
      head: {
        partition: 3,
        through: 5,
        cause: { kind: 'MEDIATED' },
        sources: [source],
        offers: [{ priceOfferId: 'BASIC.STD.CALLS.EUR', version: 2 }],
        money: { EUR: '5.1' },
      },
      columns: {
        source: [0, 0, 0],
        line: [2, 2, 4],
        ordinal: [1, 1, 3],
        charge: [0, 1, 0],
        account: [account, account, account],
        subscription: ['S1', 'S1', 'S1'],
        serviceId: ['N1', 'N1', 'N1'],
        usageType: ['VOICE', 'TAX', 'VOICE'],
        at: [1500, 1500, 1600],
        cycle: [1000, 1000, 1000],
        offer: [0, 0, 0],
        currency: ['EUR', 'EUR', 'EUR'],
        quantity: ['100', '1', '0'],
        amount: ['5', '0.1', '0'],
        impacts: [
          [
            ['ALLOWANCE', 'FREE', '90', null, null, null],
            ['PRICE', 'EUR', '100', '1', '95', 0],
            ['ALLOWANCE', 'FREE', '-90', '1', '-90', 0],
            ['ACCUMULATOR', 'TOTAL', '100', null, null, null],
          ],
          [['PRICE', 'EUR', '1', '0.1', '0.1', 0]],
          [],
        ],
        before: [{ accumulator: '0', allowances: {} }, null, null],
      },
    },
  };
}

interface Version {
  readonly line: number;
  readonly charge: number;
  readonly version: number;
  readonly withdrawn?: boolean;
  readonly subscription: string;
  readonly cycle: number;
  readonly quantity: string;
  readonly amount: string;
  readonly impacts: readonly RatedImpact[];
}
/** What a version was before, and where it stands. */
type Before = Pick<Version, 'subscription' | 'cycle' | 'quantity' | 'amount' | 'impacts'> & {
  readonly at: readonly [revision: number, row: number];
};

/** An event of a run over lines of the chunk at position 5, in partition 3. */
function rerated(position: number, ...rows: readonly (readonly [Version, Before | undefined])[]): RecordedEvent {
  const of = <T>(pick: (now: Version, old: Before | undefined) => T): T[] => rows.map(([now, old]) => pick(now, old));
  const like = ratedCharges(position);
  const source = {
    position: 5,
    fileId: 'f1',
    sourcePlatform: 'switch',
    serviceType: 'VOICE',
    usageRecordType: 'POSTPAID',
  };
  return {
    ...like,
    type: 'UsageRerated.v1',
    data: {
      head: {
        partition: 3,
        runId: 'run-1',
        position: position - 1,
        through: position - 2,
        partial: { position: position - 1, records: 1 },
        sources: [source],
        offers: [{ priceOfferId: 'BASIC.STD.CALLS.EUR', version: 3 }],
        money: {},
      },
      columns: {
        source: of(() => 0),
        line: of((now) => now.line),
        ordinal: of((now) => now.line - 1),
        charge: of((now) => now.charge),
        version: of((now) => now.version),
        withdrawn: of((now) => now.withdrawn ?? false),
        account: of(() => 'A1'),
        subscription: of((now) => now.subscription),
        serviceId: of(() => 'N1'),
        usageType: of(() => 'VOICE'),
        at: of((now) => (now.line === 2 ? 1500 : 1600)),
        cycle: of((now) => now.cycle),
        offer: of(() => 0),
        currency: of(() => 'EUR'),
        quantity: of((now) => now.quantity),
        amount: of((now) => now.amount),
        impacts: of((now) => now.impacts),
        before: of(() => null),
        'old.revision': of((_, old) => old?.at[0] ?? null),
        'old.row': of((_, old) => old?.at[1] ?? null),
        'old.subscription': of((now, old = { ...now, at: [0, 0] }) => old.subscription),
        'old.usageType': of(() => 'VOICE'),
        'old.cycle': of((now, old = { ...now, at: [0, 0] }) => old.cycle),
        'old.offer': of(() => 0),
        'old.currency': of(() => 'EUR'),
        'old.quantity': of((_, old) => old?.quantity ?? '0'),
        'old.amount': of((_, old) => old?.amount ?? '0'),
        'old.impacts': of((_, old) => old?.impacts ?? []),
        'old.before': of(() => null),
      },
    },
  };
}

const FIRST: Before = {
  at: [10, 0],
  subscription: 'S1',
  cycle: 1000,
  quantity: '100',
  amount: '5',
  impacts: [
    ['ALLOWANCE', 'FREE', '90', null, null, null],
    ['PRICE', 'EUR', '100', '1', '95', 0],
    ['ALLOWANCE', 'FREE', '-90', '1', '-90', 0],
    ['ACCUMULATOR', 'TOTAL', '100', null, null, null],
  ],
};
const SECOND: Version = {
  line: 2,
  charge: 0,
  version: 2,
  subscription: 'S1',
  cycle: 1000,
  quantity: '100',
  amount: '95',
  impacts: [
    ['PRICE', 'EUR', '100', '1', '95', 0],
    ['ACCUMULATOR', 'TOTAL', '100', null, null, null],
  ],
};

/** Line 2 rated again: a charge without its allowance. */
export const RATED_AGAIN = rerated(30, [SECOND, FIRST]);
/** Line 2 once more, of another subscription and with a charge that is new; line 4 withdrawn. */
export const RATED_AND_MOVED = rerated(
  40,
  [
    { ...SECOND, version: 3, subscription: 'S2', amount: '7' },
    { ...SECOND, at: [20, 0] },
  ],
  [{ ...SECOND, charge: 2, version: 1, amount: '1' }, undefined],
  [
    { ...SECOND, line: 4, version: 2, withdrawn: true, quantity: '0', amount: '0', impacts: [] },
    { ...FIRST, at: [10, 2], quantity: '0', amount: '0', impacts: [] },
  ],
);
