import type { FieldReader } from '../../../../shared/kernel/fields.js';
import { Decimal } from '../../../../shared/kernel/decimal.js';
import type { Named } from './building-block.js';
import { BLOCK_ID, NAME } from './field-rules.js';
import type { DistanceBand, DistanceZoneUnit, Place, PrefixZoneUnit, ZoneUnit } from './zone-unit.js';

export const MAX_PREFIXES = 100_000;
const MAX_PLACES = 10_000;
const MAX_BANDS = 100;
const PREFIX = /^(?:[0-9A-Za-z]{1,20}\*?|\*)$/;
const DISTANCE = { min: '0', max: '20100', scale: 3 };
const LATITUDE = { min: '-90', max: '90', scale: 8 };
const LONGITUDE = { min: '-180', max: '180', scale: 8 };

export function readZoneUnit(fields: FieldReader, id: string): Named & ZoneUnit {
  const name = fields.text('name', { ...NAME, orElse: id });
  return fields.choice('kind', ['PREFIX', 'DISTANCE'], 'PREFIX') === 'PREFIX'
    ? { name, ...readPrefixes(fields) }
    : { name, ...readDistances(fields) };
}

/** Rows as people give them, one prefix or many to a zone; kept as two columns in the order of the prefixes. */
function readPrefixes(fields: FieldReader): PrefixZoneUnit {
  const attribute = fields.text('attribute', BLOCK_ID);
  const zoneOf = new Map<string, string>();
  fields.list('rows', { min: 1, max: MAX_PREFIXES }, (row) => {
    const zone = row.text('zone', BLOCK_ID);
    const given = row.any('prefix');
    for (const prefix of Array.isArray(given) ? (given as unknown[]) : [given]) addPrefix(row, zoneOf, prefix, zone);
  });
  if (zoneOf.size > MAX_PREFIXES) {
    fields.fail('rows', `may have ${MAX_PREFIXES} prefixes at most; there are ${zoneOf.size}`, undefined);
  }
  const prefixes = [...zoneOf.keys()].sort();
  return { kind: 'PREFIX', attribute, prefixes, zones: prefixes.map((prefix) => zoneOf.get(prefix) ?? '') };
}

function addPrefix(row: FieldReader, zoneOf: Map<string, string>, given: unknown, zone: string): void {
  const prefix = typeof given === 'string' && given.startsWith('+') ? given.slice(1) : given;
  if (typeof prefix !== 'string' || !PREFIX.test(prefix)) {
    const says =
      'must be the start of a number with a star (44123*), a whole number (112), or * for all; letters and digits, 20 at most';
    row.fail('prefix', says, undefined);
    return;
  }
  const other = zoneOf.get(prefix);
  if (other !== undefined) row.fail('prefix', `${prefix} stands there twice: it is ${other} already`, undefined);
  zoneOf.set(prefix, zone);
}

function readDistances(fields: FieldReader): DistanceZoneUnit {
  const from = fields.text('from', BLOCK_ID);
  const to = fields.text('to', BLOCK_ID);
  if (from !== '' && from === to) fields.fail('to', 'must be another attribute than `from`', undefined);
  const names = new Set<string>();
  const places = fields.list('places', { min: 2, max: MAX_PLACES }, (place): Place => {
    const name = place.text('name', { max: 64 });
    if (names.has(name)) place.fail('name', `${name} stands there twice`, undefined);
    names.add(name);
    const latitude = place.decimal('latitude', LATITUDE);
    return { name, latitude, longitude: place.decimal('longitude', LONGITUDE) };
  });
  const bands = fields.list('bands', { min: 1, max: MAX_BANDS }, (band): DistanceBand => {
    const zone = band.text('zone', BLOCK_ID);
    return band.has('upTo') ? { upTo: band.decimal('upTo', DISTANCE), zone } : { zone };
  });
  checkBands(fields, bands);
  return { kind: 'DISTANCE', from, to, places, bands };
}

/** Ascending, and the last one open: no distance is without a zone. */
function checkBands(fields: FieldReader, bands: readonly DistanceBand[]): void {
  bands.forEach(({ upTo }, index) => {
    const before = bands[index - 1]?.upTo;
    const last = index === bands.length - 1;
    if (last && upTo !== undefined) {
      fields.fail(
        `bands[${index}].upTo`,
        'must be absent: the last band has no end, so that every distance is in one',
        undefined,
      );
    }
    if (!last && upTo === undefined) {
      fields.fail(`bands[${index}].upTo`, 'is missing: only the last band has no end', undefined);
    }
    if (upTo !== undefined && before !== undefined && !Decimal.parse(upTo).greaterThan(Decimal.parse(before))) {
      fields.fail(`bands[${index}].upTo`, `must be greater than ${before} km, the end of the band before`, undefined);
    }
  });
}
