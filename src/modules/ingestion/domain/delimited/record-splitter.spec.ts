import fc from 'fast-check';
import { initParser } from 'udsv';
import { DOUBLED, QUOTED, RecordSplitter, type SplitFault } from './record-splitter.js';

interface Split {
  readonly records: string[][];
  readonly lines: number[];
  readonly malformed: number[];
  readonly fault?: SplitFault;
}

/** Splits text that arrives in parts of `size` bytes, as the cursor feeds it: what is left over goes before the next part. */
function split(text: string, { size = Infinity, quote = '"', max = 1000 } = {}): Split {
  const bytes = Buffer.from(text);
  const splitter = new RecordSplitter(';'.charCodeAt(0), quote === '' ? -1 : quote.charCodeAt(0), max);
  const result = { records: [] as string[][], lines: [] as number[], malformed: [] as number[] };
  let line = 1;
  let window = Buffer.alloc(0);
  for (let at = 0; ; at += size) {
    const final = at >= bytes.length;
    window = Buffer.concat([window, bytes.subarray(at, Math.min(at + size, bytes.length))]);
    let from = 0;
    while (!(final && from >= window.length) && splitter.next(window, from, final)) {
      result.records.push(fieldsOf(splitter, window, quote));
      result.lines.push(line);
      if (splitter.malformedField >= 0) result.malformed.push(line);
      line += 1 + splitter.innerLines;
      from = splitter.after;
    }
    if (splitter.fault !== undefined) return { ...result, fault: splitter.fault };
    if (final) return result;
    window = window.subarray(from);
  }
}

function fieldsOf(splitter: RecordSplitter, window: Buffer, quote: string): string[] {
  return Array.from({ length: splitter.count }, (_, index) => {
    const text = window.subarray(splitter.fieldStart[index], splitter.fieldEnd[index]).toString();
    const kind = splitter.fieldKind[index]!;
    expect(kind === 0 || (kind & QUOTED) === QUOTED).toBe(true);
    return (kind & DOUBLED) === 0 ? text : text.replaceAll(quote + quote, quote);
  });
}

describe('RecordSplitter', () => {
  it.each([
    [
      'plain',
      'a;b\n1;2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'no line end at the end',
      'a;b\n1;2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'CRLF',
      'a;b\r\n1;2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a lone CR',
      'a;b\r1;2\r',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['all mixed', 'a\rb\r\nc\nd', [['a'], ['b'], ['c'], ['d']]],
    [
      'empty fields',
      ';;\n;\n',
      [
        ['', '', ''],
        ['', ''],
      ],
    ],
    [
      'quotes',
      '"a;b";"c""d"\n"";x\n',
      [
        ['a;b', 'c"d'],
        ['', 'x'],
      ],
    ],
    [
      'line ends in quotes',
      '"a\nb\r\nc";1\nd;2\n',
      [
        ['a\nb\r\nc', '1'],
        ['d', '2'],
      ],
    ],
    ['a quote inside a plain field', 'a"b;c"\n', [['a"b', 'c"']]],
    [
      'signs of several bytes',
      '\u00fc;\u20ac\n\ud83d\ude00;x\n',
      [
        ['\u00fc', '\u20ac'],
        ['\ud83d\ude00', 'x'],
      ],
    ],
  ])('splits %s, in whatever parts it comes', (_, text, records) => {
    for (const size of [1, 2, 3, 5, Infinity]) expect(split(text, { size }).records).toEqual(records);
  });

  it('counts the lines inside quotes', () => {
    expect(split('a\n"b\nc\r\nd\re"\nf\n').lines).toEqual([1, 2, 6]);
  });

  it('marks text after a closing quote, and goes on with the next line', () => {
    for (const size of [1, 4, Infinity]) {
      const { malformed, records, fault } = split('a;b\n"x"y;z\nc;d\n', { size });
      expect({ malformed, count: records.length, fault }).toEqual({ malformed: [2], count: 3, fault: undefined });
    }
  });

  it('finds the quote that was left open, at the end or where it swallows a line', () => {
    for (const size of [1, 7, Infinity]) {
      expect(split('a;b\n1;"2\n3;4\n', { size })).toMatchObject({ fault: 'UNBALANCED_QUOTE', lines: [1] });
      expect(split('a;b\n1;"2\n3;"4";5\n6;7\n', { size })).toMatchObject({ fault: 'UNBALANCED_QUOTE', lines: [1] });
    }
  });

  it('refuses a record over the limit without waiting for its end', () => {
    const limit = { max: 10, size: 4 };
    expect(split('a;b\n0123456789\n', limit).fault).toBeUndefined();
    expect(split('a;b\n01234567890\n', limit)).toMatchObject({ fault: 'RECORD_TOO_LONG', lines: [1] });
    expect(split(`a;b\n${'x'.repeat(100)}`, limit).fault).toBe('RECORD_TOO_LONG');
  });

  it('reads everything as plain text without a quote', () => {
    expect(split('"a;b"\n', { quote: '' }).records).toEqual([['"a', 'b"']]);
  });

  const field = fc.oneof(
    fc.constantFrom('', 'x', '12', 'a b', '\u00fc'),
    fc.string({ unit: fc.constantFrom('a', '"', ';', '\n', '\u20ac', ' ') }),
  );
  const written = (value: string) => (/[";\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

  it('reads back whatever was written, in whatever parts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('\n', '\r\n'),
        (records, size, end) => {
          const text = records.map((record) => record.map(written).join(';')).join(end) + end;
          expect(split(text, { size, max: 100_000 }).records).toEqual(records);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('agrees with udsv on well-formed text', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.array(
            field.filter((value) => value !== ''),
            { minLength: 3, maxLength: 3 },
          ),
          { minLength: 1, maxLength: 10 },
        ),
        (records) => {
          const text = ['c1;c2;c3', ...records.map((record) => record.map(written).join(';'))].join('\n');
          const schema = { skip: 0, col: ';', row: '\n', encl: '"', esc: '"', cols: [] as never[], trim: false };
          const names = ['c1', 'c2', 'c3'].map((name) => ({ name, type: 's', repl: {} }));
          const parser = initParser({ ...schema, cols: names } as never);
          expect(split(text, { max: 100_000 }).records).toEqual(parser.stringArrs(text));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('ends on any bytes, and every byte belongs to one record', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '"', ';', '\n', '\r'), maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        (text, size) => {
          const whole = split(text);
          const parts = split(text, { size });
          expect(parts).toEqual(whole);
        },
      ),
      { numRuns: 5000 },
    );
  });
});
