import fc from 'fast-check';
import { ByteReader, ByteWriter } from './byte-stream.js';
import { IdTable } from './id-table.js';

/** Short ones of few letters, so that many are prefixes of each other and come again; and any text at all. */
const id = fc.oneof(
  fc.string({ unit: fc.constantFrom('0', '1', '\u007f', '\u0080', '\ud800', '\uffff'), maxLength: 5 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const entry = fc.tuple(id, fc.constantFrom(0, 1, 127, 128, 70_000, 2 ** 31 - 1));

function again(table: IdTable): IdTable {
  const writer = new ByteWriter();
  table.write(writer);
  const reader = new ByteReader(writer.written());
  const read = IdTable.read(reader);
  expect(reader.ended).toBe(true);
  return read;
}

describe('IdTable', () => {
  it('numbers ids as a Map does, finds each and no other, and comes back from its bytes', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 200 }), fc.array(entry, { maxLength: 20 }), (entries, others) => {
        const table = new IdTable();
        const plain = new Map<string, number>();
        for (const [text, within] of entries) {
          const key = `${within}/${text}`;
          if (!plain.has(key)) plain.set(key, plain.size);
          expect(table.add(text, within)).toBe(plain.get(key));
        }
        for (const each of [table, again(table)]) {
          expect(each.size).toBe(plain.size);
          for (const [text, within] of [...entries, ...others]) {
            expect(each.find(text, within)).toBe(plain.get(`${within}/${text}`) ?? -1);
          }
          for (const [text, within] of entries) {
            const number = each.find(text, within);
            expect([each.idOf(number), each.withinOf(number)]).toEqual([text, within]);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('holds a hundred thousand, also read back and gone on with', () => {
    const table = new IdTable();
    const name = (index: number) => `4915100${index}`;
    for (let index = 0; index < 50_000; index += 1) table.add(name(index));
    const read = again(table);
    for (let index = 0; index < 100_000; index += 1) expect(read.add(name(index))).toBe(index);
    for (let index = 0; index < 100_000; index += 7) expect(read.idOf(index)).toBe(name(index));
    expect(read.find(name(100_000))).toBe(-1);
  });
});

describe('a stream of bytes', () => {
  const instant = fc.oneof(
    fc.integer({ min: -8.64e15, max: 8.64e15 }),
    fc.double({ noNaN: true, min: -1e300, max: 1e300 }).map((value) => value + 0),
    fc.constantFrom(Infinity, 0, 8.64e15, -8.64e15, 0.5),
  );

  it('says again what was written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })),
        fc.array(fc.integer({ min: -(2 ** 51), max: 2 ** 51 })),
        fc.array(instant),
        fc.string({ unit: 'binary' }),
        (wholes, signed, instants, text) => {
          const writer = new ByteWriter();
          for (const value of wholes) writer.varint(value);
          for (const value of signed) writer.signed(value);
          writer.text(text);
          let before = 0;
          for (const value of instants) {
            writer.instant(value, before);
            before = value === Infinity ? 0 : value;
          }
          const reader = new ByteReader(writer.written());
          expect(wholes.map(() => reader.varint())).toEqual(wholes);
          expect(signed.map(() => reader.signed())).toEqual(signed.map((value) => value + 0));
          expect(reader.text()).toBe(text);
          before = 0;
          for (const value of instants) {
            const read = reader.instant(before);
            expect(read).toBe(value);
            before = value === Infinity ? 0 : value;
          }
          expect(reader.ended).toBe(true);
          expect(() => reader.varint()).toThrow('The bytes end before');
        },
      ),
    );
  });
});
