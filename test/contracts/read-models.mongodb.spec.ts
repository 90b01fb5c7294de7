import { randomUUID } from 'node:crypto';
import { jest } from '@jest/globals';
import { Mongoose, type Connection } from 'mongoose';
import { MongoDbReadModels } from '../../src/shared/read-models/adapters/mongodb/mongodb-read-models.js';
import { ProjectionStates } from '../../src/shared/read-models/adapters/mongodb/projection-states.js';
import type { Projection } from '../../src/shared/read-models/projection.js';
import type { CollectionSpec } from '../../src/shared/read-models/read-models.port.js';
import { CuttableProxy } from '../support/cuttable-proxy.js';
import { item, items, itemsProjection, ownerTotals, type OwnerTotal } from './read-models.fixtures.js';

jest.setTimeout(120_000);

/** Both collections change together: what is in one without the other was never committed. */
const pair: Projection = { ...itemsProjection, name: 'pair', collections: [items, ownerTotals] };

const named = process.env['RETALLY_TEST_READ_MODELS'] ?? '';
if (named.startsWith('mongodb'))
  describe('read models in MongoDB, beyond the contract', () => beyondTheContract(named));
else
  it.skip('read models in MongoDB, beyond the contract (RETALLY_TEST_READ_MODELS names no such server)', () =>
    undefined);

function beyondTheContract(server: string): void {
  let address: URL;
  let outside: Connection;
  const open: MongoDbReadModels[] = [];

  beforeEach(async () => {
    address = new URL(server);
    address.pathname = `/retally-test-${randomUUID()}`;
    outside = await new Mongoose().createConnection(address.toString()).asPromise();
  });
  afterEach(async () => {
    for (const models of open.splice(0)) await models.close();
    await outside.dropDatabase();
    await outside.close();
  });

  async function opened(mode: 'reader' | 'writer', at = address): Promise<MongoDbReadModels> {
    const models = await MongoDbReadModels.open({ address: at.toString(), mode, waitMs: 10_000 });
    open.push(models);
    return models;
  }

  const total = (count: number): OwnerTotal => ({ tenant: 'main', owner: 'all', items: count, moves: 0 });

  /** Puts `rows` new items and counts them in the other collection. */
  async function commit(models: MongoDbReadModels, from: number, rows = 1, generation: 'live' | 'shadow' = 'live') {
    const puts = Array.from({ length: rows }, (_, index) => item(from * 1000 + index, { owner: 'o' }));
    const [counted] = await models.writer.load(ownerTotals, generation, [{ tenant: 'main', owner: 'all' }]);
    await models.writer.commit({
      writes: [
        {
          projection: 'pair',
          generation,
          from,
          to: from + 1,
          rows: [
            { spec: items, puts, deletes: [] },
            { spec: ownerTotals, puts: [total(((counted?.['items'] as number | undefined) ?? 0) + rows)], deletes: [] },
          ],
        },
      ],
      requests: [],
      head: from + 1,
      now: 1,
    });
  }

  async function indexNames(collection: string): Promise<string[]> {
    const indexes = (await outside.collection(collection).listIndexes().toArray()) as { name: string }[];
    return indexes.map(({ name }) => name).sort();
  }

  it('takes all of a commit or nothing, wherever the connection is cut', async () => {
    const direct = await opened('reader');
    const proxy = await CuttableProxy.start({ host: address.hostname, port: Number(address.port || 27_017) });
    const through = new URL(address);
    through.host = proxy.host;
    through.searchParams.set('directConnection', 'true');
    const models = await opened('writer', through);
    let position = 0;
    await models.writer.prepare([pair], 1);
    const committed: number[] = [];
    let cuts = 0;
    for (let attempt = 0; attempt < 40; attempt += 1) {
      // A commit of 200 rows is about 40 kB and its answers some hundreds of bytes: this cuts before it, in the middle,
      // at its end, and loses answers to what was done.
      if (attempt % 2 === 0) proxy.cutAfter(1 + ((attempt * 2711) % 60_000), 'to-server', 'txnNumber');
      else proxy.cutAfter(1 + ((attempt * 97) % 700), 'to-client', 'txnNumber');
      try {
        await commit(models, position, 200);
      } catch {
        cuts += 1;
        // As the runner does: take over again, and go on from what is stored.
        position = (await models.writer.prepare([pair], 1))[0]?.position ?? -1;
        committed.push(position);
        expect(await direct.position('pair')).toBe(position);
        expect(await direct.count(items, { tenant: 'main' })).toBe(position * 200);
        continue;
      }
      position += 1;
      expect((await direct.get(ownerTotals, { tenant: 'main', owner: 'all' }))?.items).toBe(position * 200);
    }
    expect(await direct.count(items, { tenant: 'main' })).toBe(position * 200);
    expect(position).toBeGreaterThan(10);
    await proxy.stop();
    process.stdout.write(`  ${position} commits, ${cuts} given up by the writer and taken up again\n`);
  });

  it('leaves nothing of a commit that fails in the middle of its rows', async () => {
    const models = await opened('writer');
    await models.writer.prepare([pair], 1);
    // The rows of the first collection are written before the server refuses those of the second.
    await outside.collection('owner-totals.1').insertOne({ _id: 'in the way', moves: 0 } as never);
    await outside.collection('owner-totals.1').createIndexes([{ key: { moves: 1 }, name: 'by_hand', unique: true }]);
    await expect(commit(models, 0, 100)).rejects.toMatchObject({ code: 11_000 });
    expect(await models.count(items, { tenant: 'main' })).toBe(0);
    expect(await models.position('pair')).toBe(0);
    await outside.collection('owner-totals.1').dropIndex('by_hand');
    await commit(models, 0, 100);
    expect(await models.count(items, { tenant: 'main' })).toBe(100);
  });

  it('looks again when the rows it was sent to have just been replaced', async () => {
    const models = await opened('writer');
    await models.writer.prepare([pair], 1);
    await commit(models, 0, 3);
    const hash = await models.canonicalHash(items);
    await models.writer.beginRebuild(pair, 1, 1);
    await commit(models, 0, 3, 'shadow');
    await models.writer.swap(pair, 1);
    const late = () => jest.spyOn(ProjectionStates.prototype, 'liveOf').mockResolvedValueOnce(1);
    const query = { tenant: 'main' };
    for (const [look, expected] of [
      [async () => (await models.find(items, { ...query, limit: 5 })).items.length, 3],
      [() => models.count(items, query), 3],
      [() => models.sum(items, 'amount', query), '3.75'],
      [async () => (await models.get(items, { ...query, owner: 'o', n: 2 }))?.n, 2],
      [() => models.canonicalHash(items), hash],
    ] as const) {
      const spy = late();
      expect(await look()).toBe(expected);
      expect(spy.mock.calls.length).toBeGreaterThan(1);
      spy.mockRestore();
    }
  });

  it('never shows a position before its rows', async () => {
    const models = await opened('writer');
    const reader = await opened('reader');
    await models.writer.prepare([pair], 1);
    const writing = { on: true };
    const reads = (async () => {
      let seen = 0;
      for (; writing.on; seen += 1) {
        const before = await reader.position('pair');
        const [count, sum] = await Promise.all([
          reader.count(items, { tenant: 'main' }),
          reader.get(ownerTotals, { tenant: 'main', owner: 'all' }),
        ]);
        const after = await reader.position('pair');
        for (const rows of [count, sum?.items ?? 0]) {
          expect(rows).toBeGreaterThanOrEqual(before * 50);
          expect(rows).toBeLessThanOrEqual(after * 50);
        }
      }
      return seen;
    })();
    for (let from = 0; from < 60; from += 1) await commit(models, from, 50);
    writing.on = false;
    expect(await reads).toBeGreaterThan(5);
  });

  it('refuses a writer that another one has taken over from, in everything it does', async () => {
    const old = await opened('writer');
    await old.writer.prepare([pair], 1);
    await commit(old, 0);
    await old.writer.beginRebuild(pair, 1, 1);
    const young = await opened('writer');
    expect(await young.writer.prepare([pair], 1)).toEqual([{ projection: 'pair', position: 1 }]);
    const failure = { position: 1, message: 'late', now: 1 };
    for (const late of [
      () => commit(old, 1),
      () => commit(old, 0, 1, 'shadow'),
      () => old.writer.stopped('pair', failure),
      () => old.writer.swap(pair, 1),
      () => old.writer.beginRebuild(pair, 1, 1),
      () => old.writer.abandonRebuild(pair, failure),
    ]) {
      await expect(late()).rejects.toThrow(/another process writes these read models/);
    }
    await commit(young, 1);
    expect(await young.count(items, { tenant: 'main' })).toBe(2);
    expect(await young.status()).toMatchObject([{ projection: 'pair', position: 2, state: 'RUNNING' }]);
  });

  it('serves whole lists while rebuilds take their place again and again', async () => {
    const models = await opened('writer');
    const reader = await opened('reader');
    await models.writer.prepare([pair], 1);
    await commit(models, 0, 300);
    const rebuilding = { on: true };
    const reads = (async () => {
      let seen = 0;
      for (; rebuilding.on; seen += 1) {
        const page = await reader.find(items, { tenant: 'main', limit: 1000 });
        const count = await reader.count(items, { tenant: 'main' });
        const sum = await reader.sum(items, 'amount', { tenant: 'main' });
        expect([page.items.length, count, sum]).toEqual([300, 300, '44925']);
        expect(await reader.get(items, { tenant: 'main', owner: 'o', n: 299 })).toBeDefined();
      }
      return seen;
    })();
    for (let rebuild = 0; rebuild < 6; rebuild += 1) {
      await models.writer.beginRebuild(pair, 1, 1);
      await commit(models, 0, 300, 'shadow');
      await models.writer.swap(pair, 1);
    }
    rebuilding.on = false;
    expect(await reads).toBeGreaterThan(5);
    const names = (await outside.listCollections()).map(({ name }) => name).sort();
    expect(names).toEqual(['items.7', 'owner-totals.7', 'projections']);
  });

  it('answers ReadModelsUnavailable while the server cannot be reached, and goes on when it can', async () => {
    const proxy = await CuttableProxy.start({ host: address.hostname, port: Number(address.port || 27_017) });
    const through = new URL(address);
    through.host = proxy.host;
    through.searchParams.set('directConnection', 'true');
    const models = await opened('writer', through);
    await models.writer.prepare([pair], 1);
    await commit(models, 0);
    proxy.down();
    const list = models.find(items, { tenant: 'main', limit: 10 });
    const late = commit(models, 1);
    const unavailable = { name: 'ReadModelsUnavailable', message: expect.stringMatching(/MongoDB/) as string };
    await Promise.all([
      expect(list).rejects.toMatchObject(unavailable),
      expect(late).rejects.toMatchObject(unavailable),
      expect(models.status()).rejects.toMatchObject(unavailable),
      expect(models.waitFor('pair', 9, 60_000)).rejects.toMatchObject(unavailable),
    ]);
    proxy.up();
    expect((await models.find(items, { tenant: 'main', limit: 10 })).items).toHaveLength(1);
    await commit(models, 1);
    expect(await models.position('pair')).toBe(2);
    await models.close();
    open.splice(open.indexOf(models), 1);
    await proxy.stop();
  });

  it('makes missing indexes beside the running system, drops those no longer declared, and leaves those of others', async () => {
    const first = await opened('writer');
    await first.writer.prepare([pair], 1);
    await commit(first, 0, 50);
    expect(await indexNames('items.1')).toEqual([
      '_id_',
      expect.stringMatching(/^retally_tenant_at_/),
      expect.stringMatching(/^retally_tenant_name_/),
    ]);
    await outside.collection('items.1').createIndexes([{ key: { n: 1 }, name: 'by_hand' }]);
    const indexed: CollectionSpec = { ...items, indexes: [{ fields: ['tenant', 'at'] }, { fields: ['tenant', 'n'] }] };
    const second = await opened('writer');
    await second.writer.prepare([{ ...pair, collections: [indexed, ownerTotals] }], 1);
    await second.indexesBuilt();
    expect(await indexNames('items.1')).toEqual([
      '_id_',
      'by_hand',
      expect.stringMatching(/^retally_tenant_at_/),
      expect.stringMatching(/^retally_tenant_n_/),
    ]);
    expect(await second.count(indexed, { tenant: 'main' })).toBe(50);
  });

  it('drops what an interrupted rebuild left, and nothing that is not its own', async () => {
    const models = await opened('writer');
    await models.writer.prepare([pair], 1);
    await commit(models, 0, 5);
    await models.writer.beginRebuild(pair, 1, 1);
    for (const name of ['items.99', 'items.x', 'other.1', 'items']) await outside.createCollection(name);
    await models.writer.prepare([pair], 1);
    const names = (await outside.listCollections()).map(({ name }) => name).sort();
    expect(names).toEqual(['items', 'items.1', 'items.x', 'other.1', 'owner-totals.1', 'projections']);
  });

  it('writes rows again that were there, texts with a NUL, and documents a shell can read', async () => {
    const models = await opened('writer');
    await models.writer.prepare([pair], 1);
    const put = (from: number, name: string) =>
      models.writer.commit({
        writes: [
          {
            projection: 'pair',
            generation: 'live',
            from,
            to: from + 1,
            rows: [{ spec: items, puts: [item(1, { name: 'first' }), item(2), item(1, { name })], deletes: [] }],
          },
        ],
        requests: [],
        head: from + 1,
        now: 1,
      });
    await put(0, 'a\u0000B');
    await put(1, 'a\u0000Ö');
    for (const value of ['A\u0000ö', '\u0000']) {
      expect(await models.count(items, { tenant: 'main', where: [{ field: 'name', op: 'contains', value }] })).toBe(1);
    }
    const documents = await outside.collection('items.1').find().sort({ _id: 1 }).toArray();
    expect(documents.map((document) => JSON.stringify(document))).toEqual([
      '{"_id":{"tenant":"main","owner":"owner-1","n":1},"name":"a\\u0000Ö","at":"1970-01-01T00:00:01.001Z","open":false,' +
        '"amount":{"$numberDecimal":"1.25"},"detail":"{\\"n\\":1,\\"tags\\":[\\"a\\"]}","_lower":{"name":"a\\u0000ö"}}',
      '{"_id":{"tenant":"main","owner":"owner-2","n":2},"name":"Item 2","at":"1970-01-01T00:00:01.002Z","open":false,' +
        '"amount":{"$numberDecimal":"2.25"},"detail":"{\\"n\\":2,\\"tags\\":[\\"a\\"]}"}',
    ]);
  });
}
