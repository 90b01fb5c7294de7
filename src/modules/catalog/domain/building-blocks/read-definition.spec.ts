import type { BlockKind } from './building-block.js';
import { readDefinition } from './read-definition.js';

const errorsOf = (kind: BlockKind, id: string, value: unknown): Record<string, string> => {
  const read = readDefinition(kind, id, value);
  return 'errors' in read ? Object.fromEntries(read.errors.map(({ path, message }) => [path, message])) : {};
};
const definitionOf = (kind: BlockKind, id: string, value: unknown): unknown => {
  const read = readDefinition(kind, id, value);
  return 'errors' in read ? read.errors : read.definition;
};
const row = (name: string, days: readonly string[], from?: string, to?: string) => ({
  name,
  days,
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
});

describe('definitions, with what is usual filled in', () => {
  it.each([
    ['CURRENCY', 'JPY', {}, { name: 'JPY', symbol: 'JPY', minorUnit: 0, rounding: 'HALF_UP' }],
    ['CURRENCY', 'KWD', { rounding: 'FLOOR' }, { name: 'KWD', symbol: 'KWD', minorUnit: 3, rounding: 'FLOOR' }],
    ['ALLOWANCE', 'A', { unit: 'MB' }, { name: 'A', unit: 'MB', validity: { type: 'CYCLE' }, priority: 100 }],
    [
      'ALLOWANCE',
      'A',
      { unit: 'MB', rollover: { cap: '10.50' } },
      {
        name: 'A',
        unit: 'MB',
        validity: { type: 'CYCLE' },
        priority: 100,
        rollover: { cap: '10.5', cycles: 1 },
      },
    ],
    ['ACCUMULATOR', 'X', { unit: 's' }, { name: 'X', accumulateQuantity: true, unit: 's', reset: { type: 'CYCLE' } }],
    ['SYSTEM_PROPERTY', 'timeZone', { value: 'Asia/Tokyo' }, { name: 'timeZone', value: 'Asia/Tokyo' }],
    [
      'MULTI_RATE_USAGE_TYPE',
      'CALL',
      { children: [{ usageType: 'A' }, { usageType: 'B', percent: { value: '5.0', of: ['A'] } }] },
      {
        name: 'CALL',
        children: [{ usageType: 'A' }, { usageType: 'B', percent: { value: '5', of: ['A'] } }],
        invoiceAt: 'PARENT',
      },
    ],
    [
      'RATE_UNIT',
      'HEAT',
      { kind: 'METER_DIFFERENCE', reading: 'reading', unit: 'kWh' },
      { name: 'HEAT', kind: 'METER_DIFFERENCE', reading: 'reading', unit: 'kWh' },
    ],
    [
      'ZONE_UNIT',
      'Z',
      {
        attribute: 'to',
        rows: [
          { prefix: ['+447*', '44123*'], zone: 'MOBILE' },
          { prefix: '112', zone: 'SOS' },
        ],
      },
      {
        name: 'Z',
        kind: 'PREFIX',
        attribute: 'to',
        prefixes: ['112', '44123*', '447*'],
        zones: ['SOS', 'MOBILE', 'MOBILE'],
      },
    ],
  ] as const)('%s %s of %j', (kind, id, value, definition) => {
    expect(definitionOf(kind, id, value)).toEqual(definition);
  });
});

describe('what is wrong with a definition, all of it at once', () => {
  it.each([
    ['CURRENCY', 'euro', {}, ['id']],
    ['CURRENCY', 'EUR', { minorUnit: 5, rounding: 'NEAREST', colour: 'red' }, ['colour', 'minorUnit', 'rounding']],
    ['ALLOWANCE', 'a/', { unit: '' }, ['unit']],
    ['ALLOWANCE', '/a', { unit: 's' }, ['id']],
    ['ALLOWANCE', 'A', { unit: 's', validity: { type: 'FROM_GRANT' } }, ['validity.days']],
    ['ALLOWANCE', 'A', { unit: 's', validity: { type: 'FROM_GRANT', days: 1, months: 1 } }, ['validity.days']],
    [
      'ALLOWANCE',
      'A',
      { unit: 's', validity: { type: 'DATES', from: '2026-02-30', to: '2026-02-01' } },
      ['validity.from'],
    ],
    [
      'ALLOWANCE',
      'A',
      { unit: 's', validity: { type: 'DATES', from: '2026-02-02', to: '2026-02-02' } },
      ['validity.to'],
    ],
    [
      'ALLOWANCE',
      'A',
      { unit: 's', validity: { type: 'FROM_GRANT', days: 3 }, rollover: { cap: '-1', cycles: 0 } },
      ['rollover', 'rollover.cap', 'rollover.cycles'],
    ],
    ['ACCUMULATOR', 'X', { unit: 'seconds', accumulateQuantity: false }, ['unit']],
    [
      'ACCUMULATOR',
      'X',
      { unit: 's', accumulateQuantity: 'yes', reset: { type: 'PERIOD' } },
      ['accumulateQuantity', 'reset.cycles'],
    ],
    ['USAGE_TYPE', 'U', {}, ['serviceType', 'unit']],
    ['SYSTEM_PROPERTY', 'colour', { value: 'red' }, ['id']],
    ['SYSTEM_PROPERTY', 'timeZone', { value: 'Mars' }, ['value']],
    ['SYSTEM_PROPERTY', 'customRatesFromBilling', { value: 'true' }, ['value']],
    ['MULTI_RATE_USAGE_TYPE', 'M', { children: [{ usageType: 'A' }] }, ['children']],
    ['MULTI_RATE_USAGE_TYPE', 'M', { children: [{ usageType: 'A' }, { usageType: 'A' }] }, ['children[1].usageType']],
    [
      'MULTI_RATE_USAGE_TYPE',
      'M',
      { children: [{ usageType: 'A', percent: { value: '0', of: ['B'] } }, { usageType: 'B' }] },
      ['children[0].percent.of', 'children[0].percent.value'],
    ],
    ['RATE_UNIT', 'R', { kind: 'EXPRESSION', unit: 'GB', reading: 'x' }, ['expression', 'reading']],
    ['RATE_UNIT', 'R', { kind: 'EXPRESSION', unit: 'GB', expression: 'bytes /' }, ['expression']],
    ['RATE_UNIT', 'R', { kind: 'EXPRESSION', unit: 'GB', expression: 'shell(bytes)' }, ['expression']],
    ['RATE_UNIT', 'R', { kind: 'METER_DIFFERENCE', unit: 'GB', rolloverAt: '0' }, ['reading', 'rolloverAt']],
    ['ZONE_UNIT', 'Z', { attribute: 'to', rows: [] }, ['rows']],
    [
      'ZONE_UNIT',
      'Z',
      {
        attribute: 'to',
        rows: [
          { prefix: '44*5', zone: 'A' },
          { prefix: ['1*', '1*'], zone: 'B' },
          { prefix: 7, zone: '' },
        ],
      },
      ['rows[0].prefix', 'rows[1].prefix', 'rows[2].prefix', 'rows[2].zone'],
    ],
    [
      'ZONE_UNIT',
      'Z',
      {
        kind: 'DISTANCE',
        from: 'a',
        to: 'a',
        places: [
          { name: 'P', latitude: '91', longitude: '0' },
          { name: 'P', latitude: '0', longitude: '181' },
        ],
        bands: [
          { upTo: '50', zone: 'L' },
          { upTo: '50', zone: 'M' },
        ],
      },
      ['bands[1].upTo', 'places[0].latitude', 'places[1].longitude', 'places[1].name', 'to'],
    ],
  ] as const)('%s %s %j', (kind, id, value, paths) => {
    expect(Object.keys(errorsOf(kind, id, value)).sort()).toEqual([...paths].sort());
  });

  it('tells a hundred errors of a table at most', () => {
    const rows = Array.from({ length: 5000 }, () => ({ prefix: '', zone: 'A' }));
    const read = readDefinition('ZONE_UNIT', 'Z', { attribute: 'to', rows });
    expect('errors' in read && read.errors).toHaveLength(100);
  });
});

describe('the week of a time unit', () => {
  const wrong = (rows: readonly object[], more: object = { otherwise: 'REST' }) =>
    errorsOf('TIME_UNIT', 'T', { zone: 'UTC', rows, ...more });

  it('has no two names for one minute', () => {
    expect(wrong([row('PEAK', ['WEEKDAY'], '08:00', '20:00'), row('LATE', ['FRIDAY'], '19:30', '02:00')])).toEqual({
      'rows[1]': 'overlaps rows[0] (PEAK): both cover FRIDAY 19:30',
    });
    expect(wrong([row('NIGHT', ['SUNDAY'], '22:00', '06:00'), row('EARLY', ['MONDAY'], '05:00', '07:00')])).toEqual({
      'rows[1]': 'overlaps rows[0] (NIGHT): both cover MONDAY 05:00',
    });
    expect(wrong([row('FEAST', ['ANYHOLIDAY'], '10:00', '12:00'), row('OTHER', ['ANYHOLIDAY'], '11:00')])).toEqual({
      'rows[1]': 'overlaps rows[0] (FEAST): both cover ANYHOLIDAY 11:00',
    });
    expect(wrong([row('ALWAYS', ['ANYDAY'], '08:00', '07:00'), row('DAWN', ['ANYDAY'], '07:00', '08:00')])).toEqual({});
  });

  it('has a name for every minute', () => {
    expect(wrong([row('PEAK', ['WEEKDAY'], '08:00', '20:00')], {})).toEqual({
      otherwise: 'must name what no row covers, such as OFFPEAK: MONDAY 00:00 to MONDAY 08:00 has no name',
    });
    expect(
      wrong([row('PEAK', ['ANYDAY'], '08:00', '20:00'), row('OFFPEAK', ['ANYDAY'], '20:00', '08:00')], {}),
    ).toEqual({});
  });

  it('knows its days, its times, its zone and its holidays', () => {
    expect(wrong([row('A', ['XMAS'], '8:00', '24:01')])).toMatchObject({
      'rows[0].days': expect.stringContaining('XMAS is not known') as string,
      'rows[0].from': expect.stringContaining('such as 08:00') as string,
      'rows[0].to': expect.stringContaining('or 24:00') as string,
    });
    expect(Object.keys(wrong([row('A', ['MONDAY'], '08:00', '08:00')]))).toEqual(['rows[0].to']);
    expect(Object.keys(errorsOf('TIME_UNIT', 'T', { zone: 'Mars', rows: [], otherwise: 'A' }))).toEqual(['zone']);
    expect(Object.keys(errorsOf('TIME_UNIT', 'T', { zone: 'RECORD', rows: [], otherwise: 'A' }))).toEqual([
      'attribute',
    ]);
    const holidays = [
      { name: 'WEEKEND', dates: ['2026-02-30'] },
      { name: 'B', dates: ['2026-12-25'] },
      { name: 'C', dates: ['2026-12-25'] },
    ];
    expect(Object.keys(wrong([], { holidays, otherwise: 'A' }))).toEqual([
      'holidays[0].name',
      'holidays[0].dates',
      'holidays[2].dates',
    ]);
  });
});
