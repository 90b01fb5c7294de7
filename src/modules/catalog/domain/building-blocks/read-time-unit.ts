import type { FieldReader } from '../../../../shared/kernel/fields.js';
import { isTimeZone } from '../../../../shared/kernel/zone.js';
import type { Named } from './building-block.js';
import { checkCoverage } from './check-coverage.js';
import { BLOCK_ID, isDate, NAME } from './field-rules.js';
import { DAY_NAMES, RECORD_ZONE, TENANT_ZONE, type Holiday, type TimeRow, type TimeUnit } from './time-unit.js';

const TIME = { max: 5, pattern: /^([01]\d|2[0-3]):[0-5]\d$/, says: 'a time of day such as 08:00' } as const;
const END = {
  max: 5,
  pattern: /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/,
  says: 'a time of day such as 20:00, or 24:00',
} as const;
/** Names are kept in a byte per minute. */
const MAX_ROWS = 200;
/** Each day that a holiday touches has a table of its own. */
const MAX_HOLIDAYS = 100;
const MAX_DATES = 500;

export function readTimeUnit(fields: FieldReader, id: string): Named & TimeUnit {
  const name = fields.text('name', { ...NAME, orElse: id });
  const zone = readZone(fields);
  const holidays = readHolidays(fields);
  const rows = fields.list('rows', { min: 0, max: MAX_ROWS }, (row) => readRow(row, holidays));
  const otherwise = fields.has('otherwise') ? fields.text('otherwise', BLOCK_ID) : undefined;
  const unit: TimeUnit = { ...zone, rows, holidays, ...(otherwise === undefined ? {} : { otherwise }) };
  if (fields.errors.length === 0) {
    for (const { path, message } of checkCoverage(unit)) fields.fail(path, message, undefined);
  }
  return { name, ...unit };
}

function readZone(fields: FieldReader): Pick<TimeUnit, 'zone' | 'attribute'> {
  const zone = fields.text('zone', { max: 60, orElse: TENANT_ZONE });
  const attribute = fields.has('attribute') ? fields.text('attribute', BLOCK_ID) : undefined;
  if (zone === RECORD_ZONE) {
    const says = 'must name the attribute of the record that says its zone or offset, as the zone is RECORD';
    return { zone, attribute: attribute ?? fields.fail('attribute', says, '') };
  }
  if (attribute !== undefined) fields.fail('attribute', 'goes with the zone RECORD only', undefined);
  if (zone !== TENANT_ZONE && zone !== '' && !isTimeZone(zone)) {
    fields.fail('zone', `must be TENANT, RECORD or an IANA zone such as Europe/Berlin; it is ${zone}`, undefined);
  }
  return { zone };
}

function readHolidays(fields: FieldReader): readonly Holiday[] {
  const holidayOf = new Map<string, string>();
  const names = new Set<string>();
  return fields.list('holidays', { min: 0, max: MAX_HOLIDAYS }, (holiday): Holiday => {
    const name = holiday.text('name', BLOCK_ID);
    if (DAY_NAMES.includes(name)) holiday.fail('name', `${name} means other days already`, undefined);
    if (names.has(name)) holiday.fail('name', `${name} stands there twice: put all its dates into one`, undefined);
    names.add(name);
    const dates = holiday.texts('dates', { max: 10, maxItems: MAX_DATES }).sort();
    for (const date of dates) {
      const other = holidayOf.get(date);
      if (date !== '' && !isDate(date))
        holiday.fail('dates', `must be dates such as 2026-12-25: ${date} is none`, undefined);
      else if (other !== undefined) holiday.fail('dates', `${date} is ${other} already`, undefined);
      holidayOf.set(date, name);
    }
    return { name, dates };
  });
}

function readRow(fields: FieldReader, holidays: readonly Holiday[]): TimeRow {
  const known = [...DAY_NAMES, ...holidays.map(({ name }) => name)];
  const days = fields.texts('days', { max: 64, maxItems: 20 });
  const unknown = days.find((day) => day !== '' && !known.includes(day));
  if (unknown !== undefined) fields.fail('days', `${unknown} is not known; known are ${known.join(', ')}`, undefined);
  const from = fields.text('from', { ...TIME, orElse: '00:00' });
  const to = fields.text('to', { ...END, orElse: '24:00' });
  if (from !== '' && from === to) {
    fields.fail('to', `must not be ${from} again: a whole day is from 00:00 to 24:00`, undefined);
  }
  return { name: fields.text('name', BLOCK_ID), days, from, to };
}
