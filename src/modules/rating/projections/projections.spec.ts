import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { Change, Projection } from '../../../shared/read-models/projection.js';
import type { CollectionSpec, Row } from '../../../shared/read-models/read-models.port.js';
import type { RatedImpact } from '../domain/events.js';
import { accountUsageProjection } from './account-usage.projection.js';
import { monetizedUsageProjection } from './monetized-usage.projection.js';
import { ratedSourcesProjection } from './rated-sources.projection.js';

/** Two charges of one line and one of another, in a cycle that begins at 1000. */
function rated(position: number, more: { account?: string } = {}): RecordedEvent {
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
  const like = rated(position);
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

/** Applies events as an adapter does: by key, in order. */
function apply(projection: Projection, ...events: readonly RecordedEvent[]): Record<string, Row[]> {
  return applied(
    projection,
    (function* () {
      for (const event of events) yield projection.project(event);
    })(),
  );
}

/** As the runner does with a projection that gathers: a gathering for each batch. */
function gathered(projection: Projection, ...batches: readonly (readonly RecordedEvent[])[]): Record<string, Row[]> {
  return applied(
    projection,
    batches.map((events) => {
      const gathering = projection.gather!();
      for (const event of events) gathering.add(event);
      return gathering.changes();
    }),
  );
}

function applied(projection: Projection, batches: Iterable<Iterable<Change>>): Record<string, Row[]> {
  const rows = new Map<string, Map<string, Row>>();
  const specOf = (name: string): CollectionSpec => projection.collections.find((spec) => spec.name === name)!;
  for (const changes of batches) {
    for (const change of changes) {
      const table = rows.get(change.collection) ?? new Map<string, Row>();
      rows.set(change.collection, table);
      const key = change.op === 'put' ? change.row : change.key;
      const id = JSON.stringify(specOf(change.collection).key.map((field) => key[field]));
      if (change.op === 'put') table.set(id, change.row);
      else if (change.op === 'delete') table.delete(id);
      else {
        const row = change.change(table.get(id));
        if (row === undefined) table.delete(id);
        else table.set(id, row);
      }
    }
  }
  return Object.fromEntries([...rows].map(([name, table]) => [name, [...table.values()]]));
}

describe('monetized usage', () => {
  it('has a thin row per charge, with its address in the log', () => {
    const { 'monetized-usage': rows } = apply(monetizedUsageProjection, rated(20));
    expect(rows).toHaveLength(3);
    expect(rows![1]).toStrictEqual({
      tenant: 'main',
      account: 'A1',
      at: 1500,
      revision: 10,
      row: 1,
      version: 1,
      withdrawn: false,
      prepaid: false,
      subscription: 'S1',
      serviceId: 'N1',
      serviceType: 'VOICE',
      usageType: 'TAX',
      rateSchedule: 'STD',
      currency: 'EUR',
      quantity: '1',
      amount: '0.1',
      fileId: 'f1',
      line: 2,
      charge: 1,
    });
  });

  it('comes out the same when an event is applied twice', () => {
    expect(apply(monetizedUsageProjection, rated(20), rated(20))).toStrictEqual(
      apply(monetizedUsageProjection, rated(20)),
    );
  });
});

describe('usage that is rated again', () => {
  const again = rerated(30, [SECOND, FIRST]);
  const moved = rerated(
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

  it('is one row, as it counts now; what it was is kept beside, with what took its place', () => {
    const rows = apply(monetizedUsageProjection, rated(20), again, moved);
    const short = ({ line, charge, version, withdrawn, subscription, amount, revision, row }: Row): unknown[] => [
      line,
      charge,
      version,
      withdrawn,
      subscription,
      amount,
      revision,
      row,
    ];
    expect(rows['monetized-usage']!.map(short).sort()).toStrictEqual([
      [2, 0, 3, false, 'S2', '7', 30, 0],
      [2, 1, 1, false, 'S1', '0.1', 10, 1],
      [2, 2, 1, false, 'S1', '1', 30, 1],
      [4, 0, 2, true, 'S1', '0', 30, 2],
    ]);
    expect(rows['replaced-usage']).toStrictEqual([
      {
        tenant: 'main',
        partition: 3,
        revision: 10,
        row: 0,
        version: 1,
        byRevision: 20,
        byRow: 0,
        moved: false,
        prepaid: false,
        account: 'A1',
        at: 1500,
        subscription: 'S1',
        usageType: 'VOICE',
        rateSchedule: 'STD',
        currency: 'EUR',
        quantity: '100',
        amount: '5',
        fileId: 'f1',
        line: 2,
        charge: 0,
      },
      expect.objectContaining({
        revision: 20,
        row: 0,
        version: 2,
        byRevision: 30,
        byRow: 0,
        moved: true,
        prepaid: false,
        amount: '95',
      }),
      expect.objectContaining({ revision: 10, row: 2, version: 1, byRevision: 30, byRow: 2, moved: false, line: 4 }),
    ]);
  });

  it('comes out the same when its events are applied again from any of them on', () => {
    const events = [rated(20), again, moved];
    const once = apply(monetizedUsageProjection, ...events);
    const sorted = (rows: Record<string, Row[]>): unknown =>
      Object.values(rows).map((list) => list.map((row) => JSON.stringify(row)).sort());
    for (let from = 0; from < events.length; from += 1) {
      const twice = apply(monetizedUsageProjection, ...events.slice(0, from + 1), ...events);
      expect(sorted(twice)).toStrictEqual(sorted(once));
    }
  });

  it('is found by the chunk it is of, and by its run', () => {
    const { 'rated-sources': rows } = apply(ratedSourcesProjection, rated(20), moved);
    expect(rows).toHaveLength(2);
    expect(rows![1]).toMatchObject({
      mediatedPosition: 5,
      ratedPosition: 40,
      ratedRevision: 30,
      firstLine: null,
      lastLine: null,
      monetizedLines: 2,
      suspendedLines: 0,
      runId: 'run-1',
    });
  });

  it('moves the sums and the balances by the difference, gathered or not', () => {
    const events = [rated(20), again, moved];
    const rows = apply(accountUsageProjection, ...events);
    // VOICE: 5 + 0 of first ratings; 95 for 5; 7 for 95; 1 new; 0 withdrawn for 0.
    expect(rows['usage-summaries']).toStrictEqual([
      expect.objectContaining({ usageType: 'VOICE', records: 3, quantity: '200', amount: '8', position: 40 }),
      expect.objectContaining({ usageType: 'TAX', records: 1, amount: '0.1' }),
    ]);
    expect(rows['balances']).toStrictEqual([
      expect.objectContaining({ subscription: 'S1', resource: 'FREE', balance: '0', granted: '0' }),
      expect.objectContaining({ subscription: 'S1', resource: 'TOTAL', balance: '100' }),
      expect.objectContaining({ subscription: 'S2', resource: 'TOTAL', balance: '100' }),
    ]);
    expect(gathered(accountUsageProjection, events)).toStrictEqual(rows);
    expect(gathered(accountUsageProjection, events, events)).toStrictEqual(rows);
    expect(apply(accountUsageProjection, ...events, again, moved)).toStrictEqual(rows);
  });
});

describe('rated sources', () => {
  it('come from the head alone', () => {
    const event = rated(20);
    Object.defineProperty(event.data, 'columns', {
      get: () => {
        throw new Error('the columns were opened');
      },
    });
    expect(apply(ratedSourcesProjection, event, event)).toStrictEqual({
      'rated-sources': [
        {
          tenant: 'main',
          mediatedPosition: 5,
          partition: 3,
          ratedPosition: 20,
          ratedRevision: 10,
          fileId: 'f1',
          firstLine: 1,
          lastLine: 9,
          serviceType: 'VOICE',
          monetizedLines: 2,
          suspendedLines: 1,
          reprocessId: null,
          runId: null,
        },
      ],
    });
  });
});

describe('account usage', () => {
  it('sums up per cycle, usage type and currency, and keeps balances', () => {
    const rows = apply(accountUsageProjection, rated(20), rated(21));
    expect(rows['usage-summaries']).toStrictEqual([
      expect.objectContaining({ usageType: 'VOICE', records: 4, quantity: '200', amount: '10', position: 21 }),
      expect.objectContaining({ usageType: 'TAX', records: 2, quantity: '2', amount: '0.2', position: 21 }),
    ]);
    expect(rows['balances']).toStrictEqual([
      expect.objectContaining({ kind: 'ALLOWANCE', resource: 'FREE', balance: '0', granted: '180' }),
      expect.objectContaining({ kind: 'ACCUMULATOR', resource: 'TOTAL', balance: '200', granted: '0' }),
    ]);
  });

  it('keeps a balance where its row says it is: of the account, of a service id, over cycles, carried over', () => {
    const plain = rated(20);
    const [march, february] = [Date.parse('2026-03-01'), Date.parse('2026-02-01')];
    const year = [Date.parse('2026-01-01'), Date.parse('2027-01-01')] as const;
    const before = {
      accumulator: null,
      allowances: {},
      elsewhere: {
        'allowance/POOL': ['A1\n', year[0], year[1]],
        'accumulator/EVER': ['A1\nS1\n4915', 0, null],
      },
      carried: [['FREE', 1, february, null, [[0, '30']]]],
    } as const;
    const moved = [
      ['ALLOWANCE', 'FREE', '-30', null, null, 1],
      ['ALLOWANCE', 'FREE~1', '30', null, null, null],
      ['ALLOWANCE', 'FREE', '100', null, null, null],
      ['ALLOWANCE', 'FREE~1', '-12', '1', '-12', 0],
      ['ALLOWANCE', 'POOL', '500', null, null, null],
      ['ACCUMULATOR', 'EVER', '12', null, null, null],
    ] as const;
    const { columns } = plain.data as { readonly columns: Readonly<Record<string, readonly unknown[]>> };
    const only = { impacts: [moved], before: [before], cycle: [march] } as const;
    const one = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.slice(0, 1)]));
    const { head } = plain.data as { readonly head: object };
    const data = { head: { ...head, elsewhere: true }, columns: { ...one, ...only } };
    const event = { ...plain, data };
    const rows = apply(accountUsageProjection, event)['balances'] as readonly Record<string, unknown>[];
    const shown = rows.map(({ subscription, serviceId, cycle, periodEnd, resource, granted, carried, balance }) => {
      return [subscription, serviceId, cycle, periodEnd, resource, granted, carried, balance];
    });
    expect(shown.sort()).toStrictEqual(
      [
        ['S1', '', february, null, 'FREE', '0', '-30', '-30'],
        ['S1', '', march, null, 'FREE', '100', '30', '118'],
        ['', '', ...year, 'POOL', '500', '0', '500'],
        ['S1', '4915', 0, null, 'EVER', '0', '0', '12'],
      ].sort(),
    );
  });

  it('counts an event once, however often it is applied', () => {
    const once = apply(accountUsageProjection, rated(20), rated(21), rated(22, { account: 'A2' }));
    const again = apply(
      accountUsageProjection,
      rated(20),
      rated(21),
      rated(20),
      rated(21),
      rated(22, { account: 'A2' }),
      rated(22, { account: 'A2' }),
    );
    expect(again).toStrictEqual(once);
  });

  it('comes to the same rows however the events are gathered, and refuses to count a part of them twice', () => {
    const acme = { ...rated(23), stream: 'rating-acme.3' };
    const events = [rated(20), rated(21, { account: 'A2' }), rated(22), acme, rated(24, { account: 'A2' })];
    const one = apply(accountUsageProjection, ...events);
    expect(gathered(accountUsageProjection, events)).toStrictEqual(one);
    expect(gathered(accountUsageProjection, events.slice(0, 2), events.slice(2))).toStrictEqual(one);
    expect(gathered(accountUsageProjection, events, events)).toStrictEqual(one);
    expect(() => gathered(accountUsageProjection, events.slice(0, 2), events)).toThrow('a part of the events');
  });
});
