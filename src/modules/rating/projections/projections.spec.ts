import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { Change, Projection } from '../../../shared/read-models/projection.js';
import type { CollectionSpec, Row } from '../../../shared/read-models/read-models.port.js';
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
      ratedPosition: 20,
      row: 1,
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
