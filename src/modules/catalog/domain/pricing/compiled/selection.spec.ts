import { amountsOf, chargesOf, explanationOf, priceOf, unitsOf } from '../../../../../../test/support/priced-line.js';

const NUMBERS = {
  kind: 'PREFIX',
  attribute: 'calledNumber',
  prefixes: ['112', '44*', '447*', '49*', '4915*'],
  zones: ['FREE', 'UK', 'UK_MOBILE', 'DE', 'DE_MOBILE'],
} as const;
const PLACES = {
  kind: 'DISTANCE',
  from: 'fromPlace',
  to: 'toPlace',
  places: [
    { name: 'Berlin', latitude: '52.52', longitude: '13.405' },
    { name: 'Potsdam', latitude: '52.39', longitude: '13.065' },
    { name: 'Paris', latitude: '48.8566', longitude: '2.3522' },
  ],
  bands: [{ upTo: '50', zone: 'LOCAL' }, { zone: 'FAR' }],
} as const;
const WEEK = {
  zone: 'Europe/Berlin',
  rows: [
    { name: 'PEAK', days: ['WEEKDAY'], from: '08:00', to: '18:00' },
    { name: 'HOLIDAY', days: ['ANYHOLIDAY'], from: '00:00', to: '24:00' },
  ],
  holidays: [{ name: 'Labour Day', dates: ['2026-05-01'] }],
  otherwise: 'OFFPEAK',
};
const units = unitsOf({ zones: { NUMBERS, PLACES }, times: { WEEK } });
const flat = (price: string) => ({ by: 'QUANTITY', steps: [{ price }] });
const charge = (name: string, when: unknown, price: string) => ({ name, measure: 'units', when, tiers: flat(price) });

function price(charges: readonly unknown[], more: Record<string, unknown> = {}) {
  return priceOf({ currency: 'EUR', zoneUnit: 'NUMBERS', timeUnit: 'WEEK', ...more, charges }, units);
}
const call = (calledNumber: string, at?: string) => ({
  quantities: { units: '1' },
  attributes: { calledNumber },
  ...(at === undefined ? {} : { at }),
});

describe('a zone', () => {
  const zoned = price([
    charge('mobile', { zone: 'DE_MOBILE' }, '0.19'),
    charge('germany', { zone: 'DE' }, '0.05'),
    charge('uk', { zone: 'UK' }, '0.09'),
    charge('emergency', { zone: 'FREE' }, '0'),
  ]);

  it.each([
    ['4915123', ['0.19']],
    ['+493012', ['0.05']],
    ['442079', ['0.09']],
    ['112', ['0']],
    ['447700', 'NO_MATCHING_RATE'],
    ['33140', 'NO_MATCHING_RATE'],
  ])('of %s is by the longest prefix: %j', (number, expected) => {
    expect(amountsOf(zoned, call(number))).toStrictEqual(expected);
  });

  it('that is missing is named, with what the record says', () => {
    expect(chargesOf(zoned, call('33140'))).toMatchObject({
      reason:
        'none of its charges "mobile", "germany", "uk", "emergency" takes a record of usage type VOICE with zone NUMBERS = ""',
      facts: { 'zone NUMBERS': '' },
    });
    expect(amountsOf(zoned, { quantities: { units: '1' } })).toBe('NO_MATCHING_RATE');
  });

  it('by distance, and by two units at once', () => {
    const both = price([
      charge('local mobile', { zone: { PLACES: 'LOCAL', NUMBERS: 'DE_MOBILE' } }, '1'),
      charge('local', { zone: { PLACES: 'LOCAL' } }, '2'),
      charge('known', { zone: { PLACES: '*' } }, '3'),
    ]);
    const from = (toPlace: string, calledNumber = '49') => ({
      quantities: { units: '1' },
      attributes: { fromPlace: 'Berlin', toPlace, calledNumber },
    });
    expect(
      [from('Potsdam', '4915'), from('Potsdam'), from('Paris'), from('Atlantis')].map((line) => amountsOf(both, line)),
    ).toStrictEqual([['1'], ['2'], ['3'], 'NO_MATCHING_RATE']);
  });

  it('of a price list of hundreds is found as by trying one after the other', () => {
    const prefixes = Array.from({ length: 900 }, (_, index) => `${100 + index}*`);
    const list = unitsOf({
      zones: {
        LIST: { kind: 'PREFIX', attribute: 'calledNumber', prefixes, zones: prefixes.map((_, z) => `Z${z % 300}`) },
      },
    });
    const charges = Array.from({ length: 300 }, (_, z) => ({
      ...charge(`zone ${z}`, { zone: { LIST: `Z${z}` } }, String(z)),
    }));
    const listed = priceOf({ currency: 'EUR', charges: [...charges, charge('rest', {}, '999')] }, list);
    for (const index of [0, 7, 299, 300, 500, 899]) {
      expect(amountsOf(listed, call(`${100 + index}5`))).toStrictEqual([String(index % 300)]);
    }
    expect(amountsOf(listed, call('99'))).toStrictEqual(['999']);
  });
});

describe('a time', () => {
  const timed = price([
    charge('peak', { time: 'PEAK' }, '3'),
    charge('holiday', { time: 'HOLIDAY' }, '1'),
    charge('off-peak', {}, '2'),
  ]);

  it.each([
    ['2026-03-02T06:59:59Z', '2'],
    ['2026-03-02T07:00:00Z', '3'],
    ['2026-03-02T16:59:59Z', '3'],
    ['2026-03-02T17:00:00Z', '2'],
    ['2026-03-07T12:00:00Z', '2'],
    ['2026-05-01T10:00:00Z', '1'],
    ['2026-07-01T06:00:00Z', '3'],
  ])('at %s (Berlin) is the charge of %s', (at, expected) => {
    expect(amountsOf(timed, call('1', at))).toStrictEqual([expected]);
  });

  it('of the record itself, by the zone it says', () => {
    const own = unitsOf({ times: { OWN: { ...WEEK, zone: 'RECORD', attribute: 'zone' } } });
    const byRecord = priceOf(
      {
        currency: 'EUR',
        timeUnit: 'OWN',
        charges: [charge('peak', { time: 'PEAK' }, '3'), charge('off', { time: 'OFFPEAK' }, '2')],
      },
      own,
    );
    const at = '2026-03-02T13:00:00Z';
    const line = (zone?: string) => ({
      at,
      quantities: { units: '1' },
      attributes: zone === undefined ? {} : { zone },
    });
    expect(
      [line('America/New_York'), line('Asia/Tokyo'), line('+05:30'), line('Atlantis'), line()].map((l) =>
        amountsOf(byRecord, l),
      ),
    ).toStrictEqual([['3'], ['2'], ['2'], 'NO_MATCHING_RATE', 'NO_MATCHING_RATE']);
  });

  it('is explained', () => {
    const charged = chargesOf(timed, call('1', '2026-03-02T09:00:00Z'));
    if ('code' in charged) throw new Error(charged.reason);
    expect(explanationOf(timed, call('1', '2026-03-02T09:00:00Z'), charged[0]!).steps[0]).toBe(
      'Charge "peak" is used, billed as VOICE: the record has time by WEEK = "PEAK".',
    );
  });

  it('that the catalog does not know is a defect, and no silent other price', () => {
    expect(() =>
      chargesOf(priceOf({ currency: 'EUR', timeUnit: 'X', charges: [charge('a', { time: 'P' }, '1')] }), call('1')),
    ).toThrow('Time unit X, which the price selects by, is not in the catalog');
  });
});

describe('BEST', () => {
  const best = price(
    [
      charge('any', {}, '1'),
      charge('any quality', { attributes: { quality: '*' } }, '2'),
      charge('hd', { attributes: { quality: 'HD' } }, '3'),
      charge('hd abroad', { attributes: { quality: 'HD', roaming: '*' } }, '4'),
      charge('hd in france', { attributes: { quality: 'HD', roaming: 'FR' } }, '5'),
      charge('france', { attributes: { roaming: 'FR' }, usageType: 'VOICE' }, '6'),
    ],
    { select: 'BEST' },
  );
  const line = (attributes: Record<string, string>, usageType = 'VOICE') => ({
    usageType,
    quantities: { units: '1' },
    attributes,
  });

  it.each([
    [line({}), '1'],
    [line({ quality: 'SD' }), '2'],
    [line({ quality: '' }), '1'],
    [line({ quality: 'HD' }), '3'],
    [line({ quality: 'HD', roaming: 'ES' }), '4'],
    [line({ quality: 'HD', roaming: 'FR' }), '5'],
    [line({ quality: 'SD', roaming: 'FR' }), '6'],
    [line({ quality: 'SD', roaming: 'FR' }, 'SMS'), '2'],
  ])('of %j is the charge of %s, whatever the order', (record, expected) => {
    expect(amountsOf(best, record)).toStrictEqual([expected]);
  });
});
