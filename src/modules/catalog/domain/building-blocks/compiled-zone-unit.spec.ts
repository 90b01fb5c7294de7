import fc from 'fast-check';
import { compileZoneUnit } from './compiled-zone-unit.js';
import { PrefixTree } from './prefix-tree.js';
import type { ZoneUnit } from './zone-unit.js';

function prefixUnit(rows: Readonly<Record<string, string>>): ZoneUnit {
  return { kind: 'PREFIX', attribute: 'calledNumber', prefixes: Object.keys(rows), zones: Object.values(rows) };
}

/** The definition read literally: of all rows that fit, the whole number, else the longest prefix. */
function longest(rows: Readonly<Record<string, string>>, value: string): string | undefined {
  const number = value.startsWith('+') ? value.slice(1) : value;
  const prefixes = Object.keys(rows)
    .filter((row) => row.endsWith('*') && number.startsWith(row.slice(0, -1)))
    .sort((a, b) => b.length - a.length);
  return rows[number] ?? rows[prefixes[0] ?? ''];
}

describe('zones by prefix', () => {
  const unit = compileZoneUnit(
    prefixUnit({ '44*': 'UK', '447*': 'UK_MOBILE', '44123*': 'UK_LEEDS', '112': 'EMERGENCY', '1*': 'NANP' }),
  );

  it.each([
    ['441239999', 'UK_LEEDS'],
    ['44129', 'UK'],
    ['+447700900', 'UK_MOBILE'],
    ['44', 'UK'],
    ['112', 'EMERGENCY'],
    ['1123', 'NANP'],
    ['4', undefined],
    ['49', undefined],
    ['', undefined],
    ['x44', undefined],
    ['44é7', 'UK'],
  ])('%s is %s', (number, zone) => {
    expect(unit.zoneOf(number)).toBe(zone);
  });

  it('names the attribute it looks at', () => {
    expect(unit.attributes).toEqual(['calledNumber']);
  });

  it('takes letters too, and a lone star for everything', () => {
    const networks = compileZoneUnit(prefixUnit({ 'DEU*': 'GERMANY', '*': 'WORLD' }));
    expect(['DEUTM', 'DE', '', '26201'].map((network) => networks.zoneOf(network))).toEqual([
      'GERMANY',
      'WORLD',
      'WORLD',
      'WORLD',
    ]);
  });

  it('finds what the definition says, whatever the rows', () => {
    const digits = fc.string({ unit: fc.constantFrom('0', '1', '2', '3'), maxLength: 6 });
    const row = fc.oneof(
      digits.map((prefix) => `${prefix}*`),
      digits.filter((text) => text !== ''),
    );
    fc.assert(
      fc.property(fc.dictionary(row, fc.constantFrom('A', 'B', 'C')), fc.array(digits), (rows, numbers) => {
        const compiled = compileZoneUnit(prefixUnit(rows));
        for (const number of numbers) expect(compiled.zoneOf(number)).toBe(longest(rows, number));
      }),
    );
  });

  it('takes 100,000 prefixes in little memory', () => {
    const prefixes = Array.from({ length: 100_000 }, (_, index) => `${44_000_000 + index * 7}*`);
    const tree = new PrefixTree(
      prefixes,
      prefixes.map((_, index) => `Z${index % 900}`),
    );
    expect(tree.find('447000001234')).toBe(undefined);
    expect(tree.find(`${44_000_000 + 99_999 * 7}55`)).toBe(`Z${99_999 % 900}`);
    expect(tree.bytes).toBeLessThan(16_000_000);
  });
});

describe('zones by distance', () => {
  const unit = compileZoneUnit({
    kind: 'DISTANCE',
    from: 'callingArea',
    to: 'calledArea',
    places: [
      { name: 'BERLIN', latitude: '52.5200', longitude: '13.4050' },
      { name: 'HAMBURG', latitude: '53.5511', longitude: '9.9937' },
      { name: 'POTSDAM', latitude: '52.3906', longitude: '13.0645' },
      { name: 'AUCKLAND', latitude: '-36.8509', longitude: '174.7645' },
      { name: 'SUVA', latitude: '-18.1248', longitude: '-178.4501' },
    ],
    bands: [{ upTo: '50', zone: 'LOCAL' }, { upTo: '300', zone: 'REGION' }, { zone: 'FAR' }],
  });

  it.each([
    ['BERLIN', 'BERLIN', 'LOCAL'],
    ['BERLIN', 'POTSDAM', 'LOCAL'],
    ['BERLIN', 'HAMBURG', 'REGION'],
    ['HAMBURG', 'BERLIN', 'REGION'],
    ['BERLIN', 'AUCKLAND', 'FAR'],
    ['BERLIN', 'ATLANTIS', undefined],
  ])('from %s to %s it is %s', (from, to, zone) => {
    expect(unit.zoneOf(from, to)).toBe(zone);
  });

  it('asks for both places, and measures across the date line', () => {
    expect(unit.attributes).toEqual(['callingArea', 'calledArea']);
    expect(unit.zoneOf('BERLIN')).toBeUndefined();
    const pacific = compileZoneUnit({
      kind: 'DISTANCE',
      from: 'a',
      to: 'b',
      places: [
        { name: 'AUCKLAND', latitude: '-36.8509', longitude: '174.7645' },
        { name: 'SUVA', latitude: '-18.1248', longitude: '-178.4501' },
      ],
      // 2,183 km on the great circle.
      bands: [{ upTo: '2170', zone: 'NEAR' }, { upTo: '2200', zone: 'THERE' }, { zone: 'FAR' }],
    });
    expect(pacific.zoneOf('AUCKLAND', 'SUVA')).toBe('THERE');
  });
});
