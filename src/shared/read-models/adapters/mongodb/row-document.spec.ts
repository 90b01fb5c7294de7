import { mongo } from 'mongoose';
import { InvalidRow } from '../../read-model-writer.port.js';
import type { CollectionSpec } from '../../read-models.port.js';
import { RowDocument } from './row-document.js';
import { containsFilter } from './text-search.js';

const things: CollectionSpec = {
  name: 'things',
  fields: {
    tenant: 'text',
    n: 'integer',
    name: 'text',
    at: 'instant',
    open: 'boolean',
    cost: 'decimal',
    detail: 'json',
  },
  key: ['tenant', 'n'],
  indexes: [],
};
const document = new RowDocument(things);
const row = { tenant: 'main', n: 1, name: 'Straße', at: 1000, open: false, cost: '1.5', detail: { a: [1] } };

describe('RowDocument', () => {
  it('keeps the key in _id alone, values in types a shell can read, and nothing for null', () => {
    expect(document.encode(row)).toEqual({
      _id: { tenant: 'main', n: 1 },
      name: 'Straße',
      at: new Date(1000),
      open: false,
      cost: mongo.Decimal128.fromString('1.5'),
      detail: '{"a":[1]}',
      _lower: { name: 'straße' },
    });
    expect(document.encode({ tenant: 'main', n: 2, name: 'ascii' })).toEqual({
      _id: { tenant: 'main', n: 2 },
      name: 'ascii',
    });
    expect(Object.keys(document.encodeKey({ n: 1, tenant: 'main' }))).toEqual(['tenant', 'n']);
  });

  it('gives the row back from the bytes of the server', () => {
    const bytes = mongo.BSON.serialize(document.encode(row));
    expect(document.decode(mongo.BSON.deserialize(bytes) as never)).toEqual(row);
    const odd = { $set: { 'a.b': [null, { _bsontype: 'ObjectId', $where: '' }] }, ['__proto__']: 1 };
    const stored = mongo.BSON.deserialize(mongo.BSON.serialize(document.encode({ ...row, detail: odd })));
    expect(document.decode(stored as never)['detail']).toEqual(odd);
  });

  it.each([
    ['a key without a part', { n: null }],
    ['a number for a text', { name: 7 }],
    ['a float for a decimal', { cost: 1.5 }],
    ['an operator for a text', { name: { $gt: '' } }],
    ['an instant beyond dates', { at: 8.64e15 + 1 }],
    ['more than a document may hold', { detail: 'x'.repeat(17 * 1024 * 1024) }],
  ])('refuses %s', (_, changes) => {
    expect(() => document.encode({ ...row, ...changes })).toThrow(InvalidRow);
  });

  it('takes what just fits', () => {
    expect(() => document.encode({ ...row, detail: 'x'.repeat(15 * 1024 * 1024) })).not.toThrow();
  });

  it('has another shape when fields or key change, and the same when indexes do', () => {
    const shape = (changes: Partial<CollectionSpec>) => new RowDocument({ ...things, ...changes }).shape;
    expect(shape({ indexes: [{ fields: ['tenant', 'at'] }] })).toBe(document.shape);
    expect(shape({ key: ['tenant'] })).not.toBe(document.shape);
    expect(shape({ fields: { ...things.fields, more: 'text' } })).not.toBe(document.shape);
  });
});

describe('containsFilter', () => {
  const pattern = (text: string) => (containsFilter('name', 'name', text)['name'] as { $regex: string }).$regex;

  it('ignores the case of ASCII letters alone and takes everything else literally', () => {
    expect(pattern('aZ9 _')).toBe('[aA][zZ]9 _');
    for (const text of ['^a.b$', '(x)|[y]{2}', 'a\\b', 'a*b+c?', '$where', '.*']) {
      const found = new RegExp(pattern(text), 'u');
      expect(found.test(`before ${text.toUpperCase()} after`)).toBe(true);
      expect(found.test('anything else: ab xy')).toBe(false);
    }
    expect(new RegExp(pattern('k'), 'u').test('\u212A')).toBe(false);
    expect(pattern('')).toBe('');
  });

  it('looks for other letters in the lower-cased copy', () => {
    expect(containsFilter('name', '_id.name', 'ÄRGER.')).toEqual({ '_lower.name': { $regex: 'ärger\\.' } });
  });

  it('writes a NUL as a regular expression can hold it', () => {
    expect(containsFilter('name', 'name', 'a\u0000')).toEqual({
      $or: [{ '_lower.name': { $regex: 'a\\x00' } }, { name: { $regex: '[aA]\\x00' } }],
    });
  });
});
