import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { DamagedChunk, decodeChunk, encodeChunk, releaseColumns, UnevenColumns } from './chunk-codec.js';

/** What stands in the bytes for the columns. */
function spelled(columns: Record<string, readonly unknown[]>): unknown {
  const bytes = Buffer.from(encodeChunk({ head: {}, columns }));
  const inflated = inflateRawSync(bytes.subarray(20 + bytes.readUInt32LE(8)));
  let from = 4 + inflated.readUInt32LE(0);
  const directory = JSON.parse(inflated.toString('utf8', 4, from)) as Record<string, number>;
  return Object.fromEntries(
    Object.entries(directory).map(([name, size]) => {
      return [name, JSON.parse(inflated.toString('utf8', from, (from += size)))];
    }),
  );
}

/** A chunk of any format with any bytes for its columns, its checksum right. */
function chunkOf(format: number, columns: Buffer): Buffer {
  const head = Buffer.from('{}');
  const rest = Buffer.concat([head, deflateRawSync(columns)]);
  const header = Buffer.alloc(20);
  header.write('RTLY');
  [format, head.length, columns.length, crc32(rest)].forEach((value, index) =>
    header.writeUInt32LE(value, 4 + 4 * index),
  );
  return Buffer.concat([header, rest]);
}

describe('chunk codec', () => {
  it('takes the shortest spelling of a column', () => {
    const eight = Array.from({ length: 16 }, (_, n) => n);
    expect(spelled({ a: eight.map(() => 'EUR') })).toEqual({ a: { c: 'EUR', n: 16 } });
    expect(spelled({ a: eight.map(() => null) })).toEqual({ a: { c: null, n: 16 } });
    expect(spelled({ a: eight.map((n) => 7 + 2 * n) })).toEqual({ a: { r: [7, 2, 16] } });
    expect(spelled({ a: [1000, 1003, 1001] })).toEqual({ a: { d: [1000, 3, -2] } });
    expect(spelled({ a: eight.map((n) => (n < 9 ? 'MO' : 'MT')) })).toEqual({
      a: { k: ['MO', 'MT'], i: eight.map((n) => (n < 9 ? 0 : 1)) },
    });
    expect(spelled({ a: ['1.50', '2', 'x'] })).toEqual({ a: ['1.50', '2', 'x'] });
    expect(spelled({ a: [0.5, 1] })).toEqual({ a: [0.5, 1] });
    expect(spelled({ a: [] })).toEqual({ a: [] });
    expect(spelled({ ä: ['ö', 'x'], b: [1, 2] })).toEqual({ ä: ['ö', 'x'], b: { r: [1, 1, 2] } });
  });

  it('spells lists of tuples field by field, and reads them back', () => {
    const lists = [[['PRICE', 'EUR', 1, null]], [], [['PRICE', 'EUR', 2, null], ['ALLOWANCE', 'MINUTES', 3, '-1']]]; // prettier-ignore
    expect(spelled({ a: lists })).toEqual({
      a: { l: { d: [1, -1, 2] }, f: [['PRICE', 'PRICE', 'ALLOWANCE'], ['EUR', 'EUR', 'MINUTES'], { r: [1, 1, 3] }, [null, null, '-1']] }, // prettier-ignore
    });
    for (const values of [lists, [[], []], [[['a']], [['a', 1]]], [[['a'], 'b']], [[[{ x: 1 }]]], [[[true]]], [[[]]]]) {
      expect(decodeChunk(encodeChunk({ head: {}, columns: { a: values } })).columns).toEqual({ a: values });
    }
    expect(() => encodeChunk({ head: {}, columns: { a: [[['x', 1]], [['x', NaN]]] } })).toThrow('columns.a[1][0][1]');
  });

  it('reads the format before this one', () => {
    const columns = Buffer.from('{"a":{"r":[7,1,3]},"b":["x","y","ü"]}');
    expect(decodeChunk(chunkOf(1, columns)).columns).toEqual({ a: [7, 8, 9], b: ['x', 'y', 'ü'] });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a directory that ends outside', Buffer.from([9, 0, 0, 0, 0x7b])],
    ['a directory that is no JSON', Buffer.from('\u0001\0\0\0{')],
    ['a column that ends outside', Buffer.from('\u0007\0\0\0{"a":9}[1]')],
    ['bytes nobody owns', Buffer.from('\u0007\0\0\0{"a":3}[1][2]')],
  ])('refuses columns of %s', (_, columns) => {
    expect(() => decodeChunk(chunkOf(2, columns)).columns).toThrow(DamagedChunk);
  });

  it('refuses a column that is no JSON, or spelled in a way of later, when it is looked at', () => {
    expect(() => decodeChunk(chunkOf(2, Buffer.from('\u0007\0\0\0{"a":1}{'))).columns['a']).toThrow(DamagedChunk);
    expect(() => decodeChunk(chunkOf(2, Buffer.from('\u0007\0\0\0{"a":7}{"z":1}'))).columns['a']).toThrow(
      'does not know',
    );
  });

  it('inflates the columns when somebody first looks at them, once', () => {
    const chunk = decodeChunk(encodeChunk({ head: { n: 1 }, columns: { a: [3, 1, 2] } }));
    expect(Object.keys(chunk)).toEqual(['head', 'columns']);
    expect(chunk.columns).toBe(chunk.columns);
    expect(JSON.stringify(chunk)).toBe('{"head":{"n":1},"columns":{"a":[3,1,2]}}');
  });

  it('has its bytes in a buffer of their own, to be handed to another thread', () => {
    const bytes = encodeChunk({ head: {}, columns: {} });
    expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
  });

  it('refuses columns of one group with different lengths; groups may differ', () => {
    expect(() => encodeChunk({ head: {}, columns: { a: [1], b: [] } })).toThrow(UnevenColumns);
    expect(() => encodeChunk({ head: {}, columns: { 'x.a': [1], 'x.b': [1, 2] } })).toThrow('x.b has 2 values');
    expect(() => encodeChunk({ head: {}, columns: { a: [1], 'x.a': [1, 2] } })).not.toThrow();
  });

  it.each([
    ['undefined', undefined],
    ['a bigint', 1n],
    ['NaN', NaN],
    ['infinity', Infinity],
    ['a date', new Date(0)],
    ['bytes', new Uint8Array(1)],
    ['undefined inside', [undefined]],
  ])('refuses %s in a column, saying where', (_, value) => {
    for (const values of [[value], [value, value], ['a', value], [1, value], [null, value], [{}, value]]) {
      expect(() => encodeChunk({ head: {}, columns: { 'q.seconds': values } })).toThrow('columns.q.seconds[');
    }
    expect(() => encodeChunk({ head: { total: [value] }, columns: {} })).toThrow('head.total[0]');
  });

  it('inflates columns once, and anew after they were released', () => {
    const given = { head: { n: 1 }, columns: { at: [5, 9, 2], id: ['a', 'b', 'c'] } };
    const chunk = decodeChunk(encodeChunk(given));
    const { columns } = chunk;
    expect(chunk.columns).toBe(columns);
    releaseColumns(chunk);
    expect(chunk.columns).not.toBe(columns);
    expect(chunk).toEqual(given);
    expect(() => [null, undefined, 'a', {}].forEach(releaseColumns)).not.toThrow();
  });

  it('refuses bytes that are no chunk, or one of a later format', () => {
    expect(() => decodeChunk(Buffer.from('{"json":true,"padding":"................."}'))).toThrow('no chunk');
    expect(() => decodeChunk(new Uint8Array(3))).toThrow('no chunk');
    const later = encodeChunk({ head: {}, columns: {} });
    later[4] = 9;
    expect(() => decodeChunk(later)).toThrow('format 9 is unknown');
  });
});
