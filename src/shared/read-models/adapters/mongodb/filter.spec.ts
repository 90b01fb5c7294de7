import { mongo } from 'mongoose';
import { checkQuery, cursorAfter } from '../../checked-query.js';
import type { CollectionSpec, Condition, Query } from '../../read-models.port.js';
import { indexChanges, indexesOf } from './collection-indexes.js';
import { pageFilter, tenantFilter } from './filter.js';
import { RowDocument } from './row-document.js';

const calls: CollectionSpec = {
  name: 'calls',
  fields: {
    tenant: 'text',
    account: 'text',
    at: 'instant',
    line: 'integer',
    code: 'text',
    open: 'boolean',
    cost: 'decimal',
  },
  key: ['tenant', 'account', 'at', 'line'],
  indexes: [{ fields: ['tenant', 'code'] }, { fields: ['tenant', 'at'], where: { open: true } }],
};
const document = new RowDocument(calls);
const LAST = new mongo.MaxKey();

const eq = (field: string, value: string | number | boolean): Condition => ({ field, op: 'eq', value });
const page = (query: Partial<Query>) =>
  pageFilter(document, checkQuery(calls, { tenant: 'main', limit: 10, ...query }));

describe('filters', () => {
  it('turn a prefix of the key into bounds of _id', () => {
    const tenant = 'main';
    expect(page({})).toEqual({
      ranges: [{ $and: [{ _id: { $gte: { tenant } } }, { _id: { $lt: { tenant, account: LAST } } }] }],
      sort: { _id: 1 },
    });
    const key = { tenant, account: 'a' };
    expect(page({ where: [eq('account', 'a')], sort: [{ field: 'at', direction: 'desc' }] })).toEqual({
      ranges: [{ $and: [{ _id: { $gte: key } }, { _id: { $lt: { ...key, at: LAST } } }] }],
      sort: { _id: -1 },
    });
    const from: Condition = { field: 'at', op: 'gt', value: 5 };
    const to: Condition = { field: 'at', op: 'lte', value: 9 };
    expect(tenantFilter(document, tenant, [eq('account', 'a'), from, to, eq('line', 7)])).toEqual({
      $and: [
        { _id: { $gt: { ...key, at: new Date(5), line: LAST } } },
        { _id: { $lte: { ...key, at: new Date(9), line: LAST } } },
        { '_id.line': { $eq: 7 } },
      ],
    });
    expect(tenantFilter(document, tenant, [eq('line', 1), eq('at', 2), eq('account', 'a')])).toEqual({
      _id: { $eq: { tenant, account: 'a', at: new Date(2), line: 1 } },
    });
  });

  it('find nothing when a field is fixed to two values', () => {
    const filter = tenantFilter(document, 'main', [eq('account', 'a'), eq('account', 'b')]);
    expect(JSON.stringify(filter)).toContain('"account":"b"');
    expect(JSON.stringify(filter)).toContain('{"_id.account":{"$eq":"a"}}');
  });

  it('go along a declared index where that narrows more', () => {
    expect(page({ where: [eq('code', 'X')] })).toEqual({
      ranges: [{ $and: [{ '_id.tenant': { $eq: 'main' } }, { code: { $eq: 'X' } }] }],
      sort: { '_id.account': 1, '_id.at': 1, '_id.line': 1 },
    });
    const open = page({ where: [eq('open', true)], sort: [{ field: 'at', direction: 'desc' }] });
    expect(open.sort).toEqual({ '_id.at': -1, '_id.account': -1, '_id.line': -1 });
    expect(open.ranges).toEqual([{ $and: [{ '_id.tenant': { $eq: 'main' } }, { open: { $eq: true } }] }]);
  });

  it('go on after a cursor, range by range, nulls first ascending and last descending', () => {
    const row = { tenant: 'main', account: 'a', at: 5, line: 1, code: 'X', open: true, cost: '1' };
    const after = (query: Partial<Query>, last: object) => {
      const checked = checkQuery(calls, { tenant: 'main', limit: 10, ...query });
      return page({ ...query, after: cursorAfter(checked, { ...row, ...last }) }).ranges.map((range) => {
        return (range['$and'] as readonly unknown[]).slice(1);
      });
    };
    expect(after({}, {}).at(0)?.at(-1)).toEqual({
      _id: { $gt: { tenant: 'main', account: 'a', at: new Date(5), line: 1 } },
    });
    const byCode: Partial<Query> = { sort: [{ field: 'code', direction: 'desc' }] };
    const x = { code: { $eq: 'X' } };
    const a = { '_id.account': { $eq: 'a' } };
    expect(after(byCode, {})).toEqual([
      [x, a, { '_id.at': { $eq: new Date(5) } }, { '_id.line': { $lt: 1 } }],
      [x, a, { '_id.at': { $lt: new Date(5) } }],
      [x, { '_id.account': { $lt: 'a' } }],
      [{ code: { $lt: 'X' } }],
      [{ code: { $eq: null } }],
    ]);
    expect(after(byCode, { code: null })).toHaveLength(3);
    expect(after({ sort: [{ field: 'code', direction: 'asc' }] }, { code: null }).at(-1)).toEqual([
      { code: { $ne: null } },
    ]);
  });

  it('hold every value behind an operator of ours, whatever it looks like', () => {
    const hostile = ['$where', '{"$gt":""}', '$ne', 'a.b', '__proto__'];
    for (const text of hostile) {
      const where: Condition[] = [eq('code', text), { field: 'account', op: 'in', value: [text] }];
      const filter = tenantFilter(document, text, where);
      expect(filter).toEqual({
        $and: [{ '_id.tenant': { $eq: text } }, { code: { $eq: text } }, { '_id.account': { $in: [text] } }],
      });
    }
    const object = { field: 'code', op: 'eq', value: { $gt: '' } } as unknown as Condition;
    expect(() => page({ where: [object] })).toThrow(/code takes a text/);
    expect(() => page({ where: [eq('$where', 'x')] })).toThrow(/not a field/);
    expect(() => page({ where: [eq('_id.tenant', 'other')] })).toThrow(/not a field/);
  });
});

describe('indexes', () => {
  it('begin with the tenant, go on with what is left of the key, and hold the declared rows only', () => {
    const [code, at] = indexesOf(document);
    expect(code).toEqual({
      name: expect.stringMatching(/^retally_tenant_code_[0-9a-f]{8}$/) as string,
      key: { '_id.tenant': 1, code: 1, '_id.account': 1, '_id.at': 1, '_id.line': 1 },
    });
    expect(at?.key).toEqual({ '_id.tenant': 1, '_id.at': 1, '_id.account': 1, '_id.line': 1 });
    expect(at?.partialFilterExpression).toEqual({ open: true });
  });

  it('are made where they are missing, dropped where they are no longer declared, and left alone when they are not ours', () => {
    const declared = indexesOf(document);
    const [first, second] = declared.map(({ name }) => name);
    expect(indexChanges(declared, ['_id_', 'by_hand', first ?? '', 'retally_old_01234567'])).toEqual({
      create: declared.filter(({ name }) => name === second),
      drop: ['retally_old_01234567'],
    });
    expect(indexChanges(declared, [first ?? '', second ?? ''])).toEqual({ create: [], drop: [] });
  });
});
