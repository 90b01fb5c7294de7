import Big from 'big.js';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { DecimalReader, DecimalSum } from './decimal-reader.js';
import { timeFormatFault, timeReader } from './time-reader.js';

describe('DecimalReader', () => {
  const read = (text: string, separator: '.' | ',' = '.') => {
    const reader = new DecimalReader(separator);
    return reader.read(text) ? reader.text : undefined;
  };

  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['007', '7'],
    ['+5', '5'],
    ['60.50', '60.5'],
    ['1.000', '1'],
    ['0.10', '0.1'],
    ['-3.20', '-3.2'],
    ['999999999999999', '999999999999999'],
    ['9007199254740993', '9007199254740993'],
    ['12345678901234567890.1234567890', '12345678901234567890.123456789'],
  ])('reads %s as %s', (text, canonical) => expect(read(text)).toBe(canonical));

  it.each(['', '-', '.', '1.', '.5', '1e3', '1,5', '1.2.3', '0x10', ' 1', '1 ', '\u0661', 'NaN', '1-', '--1'])(
    'refuses "%s"',
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );

  it('takes a comma only where it is the separator', () => {
    expect(read('12,50', ',')).toBe('12.5');
    expect(read('1.000,5', ',')).toBeUndefined();
    expect(read('12345678901234567890,5', ',')).toBe('12345678901234567890.5');
  });

  it('sums exactly what it reads, however long', () => {
    const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(6)).map(([units, scale]) => {
      const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
      const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
      return units < 0n ? `-${text}` : text;
    });
    fc.assert(
      fc.property(fc.array(decimal, { maxLength: 30 }), (texts) => {
        const sum = new DecimalSum();
        const reader = new DecimalReader();
        let expected = new Big(0);
        for (const text of texts) {
          expect(reader.read(text)).toBe(true);
          sum.add(reader);
          expected = expected.plus(text);
        }
        expect(sum.toString()).toBe(expected.eq(0) ? '0' : expected.toFixed());
      }),
      { numRuns: 500 },
    );
  });

  it('keeps its sum exact past what a double can hold', () => {
    const sum = new DecimalSum();
    const reader = new DecimalReader();
    reader.read('999999999999999');
    for (let index = 0; index < 5000; index += 1) sum.add(reader);
    expect(sum.toString()).toBe((999999999999999n * 5000n).toString());
  });
});

describe('timeReader', () => {
  const instant = (iso: string) => Date.parse(iso);

  it.each([
    ['ISO-8601', 'UTC', '2023-11-16 18:17:03.9799600', '2023-11-16T18:17:03.979Z'],
    ['ISO-8601', 'UTC', '2023-11-16T18:17:03Z', '2023-11-16T18:17:03Z'],
    ['ISO-8601', 'Europe/Berlin', '2023-11-16T18:17:03', '2023-11-16T17:17:03Z'],
    ['ISO-8601', 'Europe/Berlin', '2023-11-16T18:17:03+05:30', '2023-11-16T12:47:03Z'],
    ['ISO-8601', 'UTC', '2023-11-16T18:17:03-0800', '2023-11-17T02:17:03Z'],
    ['ISO-8601', 'UTC', '2023-11-16T18:17+01', '2023-11-16T17:17:00Z'],
    ['ISO-8601', 'Europe/Berlin', '2024-07-01', '2024-06-30T22:00:00Z'],
    ['EPOCH_SECONDS', 'UTC', '1700000000', '2023-11-14T22:13:20Z'],
    ['EPOCH_SECONDS', 'UTC', '1700000000.1234', '2023-11-14T22:13:20.123Z'],
    ['EPOCH_MILLIS', 'UTC', '1700000000123', '2023-11-14T22:13:20.123Z'],
    ['yyyyMMddHHmmss', 'UTC', '20240229235959', '2024-02-29T23:59:59Z'],
    ['dd.MM.yyyy HH:mm', 'Europe/Berlin', '31.07.2024 12:30', '2024-07-31T10:30:00Z'],
    ['yyyy-MM-ddTHH:mm:ss.SSSSSSS', 'UTC', '2023-11-16T18:17:03.9799600', '2023-11-16T18:17:03.979Z'],
    ['yyyy/MM/dd HH:mm:ss,S', 'UTC', '2023/11/16 18:17:03,9', '2023-11-16T18:17:03.900Z'],
  ])('%s in %s reads %s', (format, zone, text, expected) => {
    expect(timeReader(format, zone)(text)).toBe(instant(expected));
  });

  it.each([
    [
      'ISO-8601',
      [
        '',
        'now',
        '2023-02-29',
        '2023-13-01',
        '2023-11-16T24:00:00',
        '2023-11-16T18:60',
        '2023-11-16T18:17:03.',
        '2023-11-16T18:17:03+25:00',
        '2023-11-16T18:17:03Zx',
        '2023-11-16 18',
        '16.11.2023 18:17',
        '2023-11-16T18:17:0x',
      ],
    ],
    ['EPOCH_SECONDS', ['', 'abc', '1.', '1e9', '99999999999999', ' 1']],
    ['EPOCH_MILLIS', ['', '1.5', '1e9']],
    [
      'yyyy-MM-dd HH:mm:ss',
      [
        '2023-1-16 18:17:03',
        '2023-11-16T18:17:03',
        '2023-11-16 18:17:03 ',
        '2023-11-31 00:00:00',
        'yyyy-MM-dd HH:mm:ss',
      ],
    ],
  ])('%s refuses what is no such time', (format, texts) => {
    for (const text of texts) expect([text, timeReader(format, 'UTC')(text)]).toEqual([text, NaN]);
    for (const text of texts) expect([text, timeReader(format, 'Europe/Berlin')(text)]).toEqual([text, NaN]);
  });

  it('agrees with luxon on local times, gaps and overlaps included', () => {
    for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Pacific/Apia']) {
      const read = timeReader('yyyy-MM-dd HH:mm:ss', zone);
      fc.assert(
        fc.property(fc.integer({ min: Date.UTC(2015, 0), max: Date.UTC(2030, 0) }), (at) => {
          const text = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
          const local = DateTime.fromFormat(text, 'yyyy-MM-dd HH:mm:ss', { zone });
          // In a gap or an overlap there are two readings; zone.ts says which one is taken and is tested there.
          if (local.toFormat('yyyy-MM-dd HH:mm:ss') !== text || local.getPossibleOffsets().length > 1) return;
          expect(read(text)).toBe(local.toMillis());
        }),
        { numRuns: 300 },
      );
    }
  });

  it('says what is wrong with a format', () => {
    expect(timeFormatFault('yyyy-MM-dd')).toBeUndefined();
    expect(timeFormatFault('dd.MM.yy')).toContain('"yy" is no part');
    expect(timeFormatFault('HH:mm')).toContain('yyyy, MM and dd');
    expect(timeFormatFault('yyyy-MM-dd yyyy')).toContain('once');
  });
});
