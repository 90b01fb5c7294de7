import { absent, describe, join, present, type FieldReader } from './field-reader.js';
import { ANY_VALUE, type When } from './pricing.js';

/** The units that a zone or a time without the name of its unit is meant in. */
export interface UnitDefaults {
  readonly zoneUnit: string | undefined;
  readonly timeUnit: string | undefined;
}

/** What a record must be for a charge. */
export function readWhen(
  reader: FieldReader,
  value: unknown,
  path: string,
  { zoneUnit, timeUnit }: UnitDefaults,
): When | undefined {
  if (absent(value)) return undefined;
  const members = reader.members(value, path, ['usageType', 'zone', 'time', 'attributes']);
  if (members === undefined) return undefined;
  return present({
    usageType: reader.name(members['usageType'], join(path, 'usageType')),
    zone: readByUnit(reader, members['zone'], join(path, 'zone'), {
      member: 'zoneUnit',
      name: zoneUnit,
      example: 'DE_MOBILE',
    }),
    time: readByUnit(reader, members['time'], join(path, 'time'), {
      member: 'timeUnit',
      name: timeUnit,
      example: 'PEAK',
    }),
    attributes: readAttributes(reader, members['attributes'], join(path, 'attributes')),
  });
}

interface UnitDefault {
  readonly member: string;
  readonly name: string | undefined;
  readonly example: string;
}

/** `"PEAK"` in the unit of the price, or `{ "WEEK": "PEAK" }`. */
function readByUnit(
  reader: FieldReader,
  value: unknown,
  path: string,
  { member, name, example }: UnitDefault,
): Record<string, string> | undefined {
  if (absent(value)) return undefined;
  if (typeof value === 'string') {
    const wanted = reader.name(value, path);
    if (name === undefined) {
      reader.fail(
        path,
        `is meant in which unit? Say "${member}" beside the charges, or { "<unit>": "${value.slice(0, 64)}" }`,
      );
    }
    return wanted === undefined || name === undefined ? undefined : { [name]: wanted };
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    reader.fail(path, `must be a name such as "${example}", or { "<unit>": "${example}" }; it is ${describe(value)}`);
    return undefined;
  }
  const wanted: Record<string, string> = {};
  for (const [unit, entry] of Object.entries(value as Record<string, unknown>)) {
    const at = join(path, unit);
    if (reader.name(unit, at) === undefined) continue;
    if (absent(entry)) reader.fail(at, `must be a name such as "${example}"; it is missing`);
    const found = entry === ANY_VALUE ? entry : reader.name(entry, at);
    if (found !== undefined) wanted[unit] = found;
  }
  return Object.keys(wanted).length === 0 ? undefined : wanted;
}

function readAttributes(reader: FieldReader, value: unknown, path: string): Record<string, string> | undefined {
  if (absent(value)) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) {
    reader.fail(path, `must be an object such as { "quality": "HD" }; it is ${describe(value)}`);
    return undefined;
  }
  const attributes: Record<string, string> = {};
  for (const [name, wanted] of Object.entries(value)) {
    const at = join(path, name);
    if (reader.name(name, at) === undefined) continue;
    if (typeof wanted === 'string' && wanted !== '' && wanted.length <= 256) attributes[name] = wanted;
    else
      reader.fail(at, `must be the text the attribute is to have ("*" = any), at most 256; it is ${describe(wanted)}`);
  }
  return attributes;
}
