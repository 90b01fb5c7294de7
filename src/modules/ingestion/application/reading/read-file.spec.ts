import type { MappingDefinition } from '../../domain/mapping/definition.js';
import { verifyFile } from './read-file.js';
import { RecordCursor } from './record-cursor.js';

const DEFINITION: MappingDefinition = {
  sourcePlatform: 's',
  serviceType: 'VOICE',
  usageRecordType: 'POSTPAID',
  format: { type: 'DELIMITED', delimiter: ';', quote: '"', header: true },
  fields: {
    serviceId: { column: 'caller' },
    usageType: { constant: 'V' },
    at: { constant: '2024-01-01T00:00:00Z' },
    quantities: { seconds: { column: 'seconds' } },
  },
  identity: { fields: ['$file', '$line'] },
};
const HEADERLESS: MappingDefinition = {
  ...DEFINITION,
  format: { type: 'DELIMITED', delimiter: ';', header: false, columns: ['caller', 'seconds'] },
};

async function* parts(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

async function verdict(text: string | Buffer, definition = DEFINITION, size = 7): Promise<unknown> {
  try {
    const { records } = await verifyFile(parts(Buffer.from(text), size), definition, 1000);
    return records;
  } catch (error) {
    const { facts } = error as { facts: { code: string; line?: number; message: string } };
    return { code: facts.code, line: facts.line, message: facts.message };
  }
}

describe('verifyFile', () => {
  it.each<[string, string | Buffer, number]>([
    ['LF', 'caller;seconds\n1;2\n3;4\n', 2],
    ['CRLF', 'caller;seconds\r\n1;2\r\n3;4\r\n', 2],
    ['a lone CR', 'caller;seconds\r1;2\r3;4', 2],
    ['a byte order mark', '\ufeffcaller;seconds\n1;2\n', 1],
    ['other columns, in another order', 'x;seconds;y;caller\n1;2;3;4\n', 1],
    ['blank lines', '\ncaller;seconds\n\n1;2\n\n\n', 1],
    ['a header and no record', 'caller;seconds\n', 0],
    ['signs of several bytes', 'caller;seconds\nM\u00fcller \u20ac\ud83d\ude00;2\n', 1],
  ])('takes a file with %s', async (_, text, records) => {
    for (const size of [1, 2, 7, 1000]) expect(await verdict(text, DEFINITION, size)).toBe(records);
  });

  it.each<[string, string | Buffer, string, number | undefined, string, MappingDefinition?]>([
    ['blank lines only', '\n\n\n', 'EMPTY_FILE', undefined, 'neither a header nor a record'],
    ['a byte order mark only', '\ufeff', 'EMPTY_FILE', undefined, 'neither a header nor a record'],
    ['another delimiter', 'caller,seconds\n1,2\n', 'WRONG_DELIMITER', 1, 'it has ",", which may be the real delimiter'],
    ['a column missing', 'caller;duration\n1;2\n', 'MISSING_COLUMN', 1, '"seconds"'],
    ['a column twice', 'caller;seconds;caller\n1;2;3\n', 'DUPLICATE_COLUMN', 1, '"caller" twice'],
    ['UTF-16', Buffer.from('\ufeffcaller;seconds\n', 'utf16le'), 'INVALID_ENCODING', 1, 'UTF-16'],
    ['UTF-16 without a mark', Buffer.from('caller;seconds\n1;2\n', 'utf16le'), 'NUL_BYTE', 1, 'UTF-16 without'],
    ['Latin-1', Buffer.from('caller;seconds\nA;1\nM\u00fcller;2\n', 'latin1'), 'INVALID_ENCODING', 3, 'field 1'],
    [
      'a sign cut in half at the end',
      Buffer.from('caller;seconds\nM\u00fc').subarray(0, 17),
      'INVALID_ENCODING',
      2,
      'field 1',
    ],
    ['a NUL byte', 'caller;seconds\n1;2\n3;\0\n', 'NUL_BYTE', 3, 'NUL'],
    ['an open quote', 'caller;seconds\n1;2\n"3;4\n5;6\n', 'UNBALANCED_QUOTE', 3, 'opened and not closed'],
    ['an oversized line', `caller;seconds\n1;2\n${'x'.repeat(2000)};1\n`, 'RECORD_TOO_LONG', 3, 'size limit'],
    ['no line of the right width', '1,2\n3,4\n', 'COLUMN_COUNT_MISMATCH', 1, 'none of the 2 records', HEADERLESS],
    ['no record at all, and no header', '\n', 'EMPTY_FILE', undefined, 'neither', HEADERLESS],
  ])('refuses a file with %s', async (_, text, code, line, words, ...definition) => {
    for (const size of [1, 2, 7, 10_000]) {
      expect(await verdict(text, definition[0] ?? DEFINITION, size)).toEqual({
        code,
        line,
        message: expect.stringContaining(words),
      });
    }
  });

  it('reads no more of an endless line than it needs, and holds none of it', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from('caller;seconds\n'));
      for (; given < 100; given += 1) yield await Promise.resolve(Buffer.alloc(1_048_576, 'x'));
    }
    await expect(verifyFile(endless(), DEFINITION, 65_536)).rejects.toMatchObject({
      facts: { code: 'RECORD_TOO_LONG' },
    });
    expect(given).toBeLessThan(3);
  });
});

describe('RecordCursor', () => {
  it('gives every record its line, its byte offset and its length, from any start', async () => {
    const text = '\ufeffh1;h2\r\n\u00fc;"a\nb"\n\nx;"say ""\u20ac"""\rlast;';
    const bytes = Buffer.from(text);
    const seen = async (size: number, start?: { offset: number; line: number }) => {
      const cursor = new RecordCursor(parts(bytes.subarray(start?.offset ?? 0), size), DEFINITION.format, 1000, start);
      const records: unknown[] = [];
      for (let step = cursor.next(); step !== 'END'; step = cursor.next()) {
        if (step === 'MORE') await cursor.more();
        else {
          const { line, offset, length } = cursor;
          records.push({
            line,
            offset,
            text: bytes.subarray(offset, offset + length).toString(),
            fields: cursor.texts(),
          });
        }
      }
      return records;
    };
    const all = [
      { line: 1, offset: 3, text: 'h1;h2', fields: ['h1', 'h2'] },
      { line: 2, offset: 10, text: '\u00fc;"a\nb"', fields: ['\u00fc', 'a\nb'] },
      { line: 5, offset: 20, text: 'x;"say ""\u20ac"""', fields: ['x', 'say "\u20ac"'] },
      { line: 6, offset: 36, text: 'last;', fields: ['last', ''] },
    ];
    for (const size of [1, 3, 5, 1000]) {
      expect(await seen(size)).toEqual(all);
      expect(await seen(size, { offset: 19, line: 4 })).toEqual(all.slice(2));
    }
  });
});
