import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { checkQuery } from '../../checked-query.js';
import type { Projection } from '../../projection.js';
import type { CollectionSpec, Query, Row } from '../../read-models.port.js';
import { EmbeddedReadModels } from './embedded-read-models.js';
import { EmbeddedWriter } from './embedded-writer.js';
import { orderSql, rangesAfter, whereSql } from './select.js';
import { openWriter } from './sqlite.js';

const calls: CollectionSpec = {
  name: 'calls',
  fields: { tenant: 'text', id: 'integer', account: 'text', at: 'instant', open: 'boolean', code: 'text' },
  key: ['tenant', 'account', 'id'],
  indexes: [{ fields: ['tenant', 'at'] }, { fields: ['tenant', 'code'], where: { open: true } }],
};
const projection: Projection = { name: 'calls', version: 1, collections: [calls], handles: [], project: () => [] };

describe('EmbeddedReadModels', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retally-embedded-'));
    path = join(folder, 'read-models.db');
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function filled(rows: number): Promise<EmbeddedReadModels> {
    const models = await EmbeddedReadModels.open({ path, mode: 'writer' });
    await models.writer.prepare([projection], 1);
    const puts: Row[] = Array.from({ length: rows }, (_, id) => ({
      tenant: 'main',
      id,
      account: `a${id % 20}`,
      at: (id * 7919) % 100_003,
      open: id % 100 === 0,
      code: `C${id % 3}`,
    }));
    await models.writer.commit({
      writes: [{ projection: 'calls', generation: 'live', from: 0, to: 1, rows: [{ spec: calls, puts, deletes: [] }] }],
      requests: [],
      head: 1,
      now: 1,
    });
    return models;
  }

  /** How the engine would go about it. */
  function planOf(query: Omit<Query, 'tenant' | 'limit'>): string {
    const db = new DatabaseSync(path);
    const checked = checkQuery(calls, { tenant: 'main', limit: 50, ...query });
    const where = whereSql(calls, 'main', checked.where);
    const plans = rangesAfter(checked).map(({ text, values }) => {
      const condition = text === '' ? where.text : `${where.text} AND ${text}`;
      const sql = `EXPLAIN QUERY PLAN SELECT * FROM live_calls WHERE ${condition}${orderSql(checked.terms)} LIMIT 51`;
      return db.prepare(sql).all(...where.values, ...values) as { detail: string }[];
    });
    db.close();
    return plans
      .flat()
      .map(({ detail }) => detail)
      .join('\n');
  }

  it('reads lists along an index, first page and next, without sorting', async () => {
    const models = await filled(5000);
    const byTime: Pick<Query, 'sort'> = { sort: [{ field: 'at', direction: 'desc' }] };
    const { next } = await models.find(calls, { tenant: 'main', limit: 50, ...byTime });
    const ofAccount: Pick<Query, 'where'> = { where: [{ field: 'account', op: 'eq', value: 'a3' }] };
    for (const query of [byTime, { ...byTime, after: next! }, ofAccount]) {
      expect(planOf(query)).toMatch(/^(SEARCH live_calls USING .*\n?)+$/);
    }
    expect(
      planOf({
        where: [
          { field: 'open', op: 'eq', value: true },
          { field: 'code', op: 'eq', value: 'C1' },
        ],
      }),
    ).toMatch(/USING INDEX calls:\w+:1 \(tenant=\? AND code=\?\)/);
    await models.close();
  });

  it('answers a reader that comes before the writer with nothing, and then sees its rows', async () => {
    const reader = await EmbeddedReadModels.open({ path, mode: 'reader' });
    expect(await reader.find(calls, { tenant: 'main', limit: 1 })).toEqual({ items: [] });
    expect(await reader.get(calls, { tenant: 'main', account: 'a', id: 1 })).toBeUndefined();
    expect(await reader.count(calls, { tenant: 'main' })).toBe(0);
    expect(await reader.status()).toEqual([]);
    expect(await reader.waitFor('calls', 1, 5)).toBe(false);
    const models = await filled(10);
    expect(await reader.waitFor('calls', 1, 1000)).toBe(true);
    expect(await reader.count(calls, { tenant: 'main' })).toBe(10);
    expect(await reader.canonicalHash(calls)).toBe(await models.canonicalHash(calls));
    expect(() => reader.writer).toThrow(/reading only/);
    await reader.close();
    await models.close();
  });

  it('moves its write-ahead log into the file at a quiet moment, once that is worth it', async () => {
    const size = async () => (await stat(path)).size;
    const few = await filled(4000);
    const before = await size();
    await few.writer.rest?.();
    expect(await size()).toBe(before);
    await few.close();
    await rm(path);
    const many = await filled(20_000);
    const empty = await size();
    await many.writer.rest?.();
    // A row of six columns and two indexes takes more than 30 bytes.
    expect(await size()).toBeGreaterThan(empty + 20_000 * 30);
    expect(await many.count(calls, { tenant: 'main' })).toBe(20_000);
    await many.close();
  });

  it('is as patient as before with the locks of others when the move fails', async () => {
    await (await filled(1)).close();
    const db = openWriter(path);
    const writer = new EmbeddedWriter(db);
    await writer.prepare([projection], 2);
    const puts = Array.from({ length: 5000 }, (_, id) => ({ tenant: 'main', id, account: 'b' }));
    const rows = [{ spec: calls, puts, deletes: [] }];
    const write = { projection: 'calls', generation: 'live', from: 1, to: 2, rows } as const;
    await writer.commit({ writes: [write], requests: [], head: 2, now: 2 });
    // The engine moves nothing out of the middle of a transaction.
    db.exec('BEGIN; UPDATE projection SET head = 3');
    await expect(writer.rest()).rejects.toThrow(/locked/);
    expect(db.prepare('PRAGMA busy_timeout').get()).toEqual({ timeout: 10_000 });
    db.close();
  });

  it('refuses declarations that no engine could keep', async () => {
    const models = await EmbeddedReadModels.open({ path, mode: 'reader' });
    const spec = (changes: Partial<CollectionSpec>): CollectionSpec => ({ ...calls, ...changes });
    for (const [wrong, message] of [
      [spec({ name: 'x"; DROP' }), /not a collection name/],
      [spec({ key: ['account', 'tenant'] }), /start with tenant/],
      [spec({ key: ['tenant', 'nope'] }), /nope/],
      [spec({ fields: { ...calls.fields, 'a b': 'text' } }), /not a field name/],
      [spec({ indexes: [{ fields: ['nope'] }] }), /undeclared field nope/],
    ] as const) {
      await expect(models.count(wrong, { tenant: 'main' })).rejects.toThrow(message);
    }
    await models.close();
  });
});
