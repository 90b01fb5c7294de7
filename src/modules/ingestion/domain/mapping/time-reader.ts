import { ZoneClock } from '../../../../shared/kernel/zone-clock.js';

/** Reads a time as epoch milliseconds UTC; NaN for what is no such time. Fractions below a millisecond are cut off. */
export type TimeReader = (text: string) => number;

const DIGITS: Readonly<Record<string, number>> = { y: 4, M: 2, d: 2, H: 2, m: 2, s: 2 };

/** One step of a pattern: digits of a part, or a sign that must stand there. */
type Step =
  { readonly part: 'y' | 'M' | 'd' | 'H' | 'm' | 's' | 'S'; readonly digits: number } | { readonly sign: string };

/** What is wrong with a time format, in words; undefined when it can be read. */
export function timeFormatFault(format: string): string | undefined {
  if (format === 'ISO-8601' || format === 'EPOCH_SECONDS' || format === 'EPOCH_MILLIS') return undefined;
  const steps = patternSteps(format);
  if (typeof steps === 'string') return steps;
  const parts = steps.flatMap((step) => ('part' in step ? [step.part] : []));
  if (new Set(parts).size !== parts.length) return 'each part may stand in the pattern once';
  for (const needed of ['y', 'M', 'd'] as const) {
    if (!parts.includes(needed)) {
      return 'must be ISO-8601, EPOCH_SECONDS, EPOCH_MILLIS, or a pattern with at least yyyy, MM and dd, such as "yyyy-MM-dd HH:mm:ss"';
    }
  }
  return undefined;
}

/** @param zone IANA name of the zone of local times. @throws for a format `timeFormatFault` objects to. */
export function timeReader(format: string, zone: string): TimeReader {
  switch (format) {
    case 'EPOCH_MILLIS':
      return (text) => epoch(text, 1, false);
    case 'EPOCH_SECONDS':
      return (text) => epoch(text, 1000, true);
    case 'ISO-8601':
      return isoReader(localTimes(zone));
    default: {
      const steps = patternSteps(format);
      if (typeof steps === 'string') throw new Error(`Time format "${format}": ${steps}`);
      return patternReader(steps, localTimes(zone));
    }
  }
}

/** From the wall clock, written as if it were UTC milliseconds, to the instant. */
type LocalTimes = (local: number) => number;

function localTimes(zone: string): LocalTimes {
  const clock = ZoneClock.of(zone);
  if (clock === undefined) throw new Error(`${zone} is no time zone`);
  return (local) => clock.instantOf(local);
}

/** A plain number of seconds or milliseconds, with a fraction where `fractions` says so. */
function epoch(text: string, factor: number, fractions: boolean): number {
  if (text.length > 24 || !(fractions ? /^-?\d{1,12}(\.\d+)?$/ : /^-?\d{1,15}$/).test(text)) return NaN;
  if (!fractions) return inRange(Number(text) * factor);
  const point = text.indexOf('.');
  if (point < 0) return inRange(Number(text) * factor);
  const millis = Number(text.slice(point + 1, point + 4).padEnd(3, '0'));
  const seconds = Number(text.slice(0, point));
  return inRange(seconds * factor + (text.startsWith('-') ? -millis : millis));
}

/** Years 0 to 9999: what RFC 3339 can say. */
function inRange(instant: number): number {
  return instant >= -62_167_219_200_000 && instant <= 253_402_300_799_999 ? instant : NaN;
}

/** `2023-11-16T18:17:03.97996Z`, with a space for the T, without seconds, with `+01:00`, `+0100` or `+01`, or local. */
function isoReader(local: LocalTimes): TimeReader {
  return (text) => {
    const length = text.length;
    if (length < 10 || text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return NaN;
    const days = dayNumber(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2));
    if (length === 10) return local(days * 86_400_000);
    const between = text.charCodeAt(10);
    if ((between !== 84 && between !== 32 && between !== 116) || text.charCodeAt(13) !== 58) return NaN;
    let at = 16;
    let seconds = 0;
    let millis = 0;
    if (text.charCodeAt(16) === 58) {
      seconds = digits(text, 17, 2);
      at = 19;
      const point = text.charCodeAt(19);
      if (point === 46 || point === 44) {
        at = 20;
        while (isDigit(text.charCodeAt(at))) at += 1;
        if (at === 20) return NaN;
        millis = fraction(text, 20, at - 20);
      }
    }
    const time = days * 86_400_000 + timeOfDay(digits(text, 11, 2), digits(text, 14, 2), seconds) + millis;
    if (at === length) return local(time);
    return time - offset(text, at);
  };
}

/** `Z`, `+hh:mm`, `+hhmm` or `+hh` from `at` to the end, in milliseconds. */
function offset(text: string, at: number): number {
  const sign = text.charCodeAt(at);
  const rest = text.length - at;
  if (sign === 90 || sign === 122) return rest === 1 ? 0 : NaN;
  if (sign !== 43 && sign !== 45) return NaN;
  const colon = text.charCodeAt(at + 3) === 58;
  if (rest !== 3 && rest !== (colon ? 6 : 5)) return NaN;
  const hours = digits(text, at + 1, 2);
  const minutes = rest === 3 ? 0 : digits(text, at + (colon ? 4 : 3), 2);
  if (!(hours <= 18 && minutes <= 59)) return NaN;
  return (sign === 45 ? -1 : 1) * (hours * 3_600_000 + minutes * 60_000);
}

function patternReader(steps: readonly Step[], local: LocalTimes): TimeReader {
  const total = steps.reduce((sum, step) => sum + ('part' in step ? step.digits : step.sign.length), 0);
  return (text) => {
    if (text.length !== total) return NaN;
    let [year, month, day, hour, minute, second, millis] = [0, 1, 1, 0, 0, 0, 0];
    let at = 0;
    for (const step of steps) {
      if (!('part' in step)) {
        if (!text.startsWith(step.sign, at)) return NaN;
        at += step.sign.length;
        continue;
      }
      const value = step.part === 'S' ? fraction(text, at, step.digits) : digits(text, at, step.digits);
      at += step.digits;
      if (step.part === 'y') year = value;
      else if (step.part === 'M') month = value;
      else if (step.part === 'd') day = value;
      else if (step.part === 'H') hour = value;
      else if (step.part === 'm') minute = value;
      else if (step.part === 's') second = value;
      else millis = value;
    }
    return local(dayNumber(year, month, day) * 86_400_000 + timeOfDay(hour, minute, second) + millis);
  };
}

function patternSteps(pattern: string): readonly Step[] | string {
  const steps: Step[] = [];
  for (let at = 0; at < pattern.length;) {
    const letter = pattern.charAt(at);
    if (!/[A-Za-z]/.test(letter)) {
      steps.push({ sign: letter });
      at += 1;
      continue;
    }
    let end = at;
    while (pattern.charAt(end) === letter) end += 1;
    const length = end - at;
    if (letter === 'S') {
      if (length > 9) return 'a fraction has at most nine digits';
      steps.push({ part: 'S', digits: length });
    } else if (letter === 'T' && length === 1) {
      steps.push({ sign: 'T' });
    } else if (isPart(letter) && DIGITS[letter] === length) {
      steps.push({ part: letter, digits: length });
    } else {
      return `"${pattern.slice(at, end)}" is no part of a time pattern: use yyyy, MM, dd, HH, mm, ss, S… and signs between them`;
    }
    at = end;
  }
  return steps;
}

function isPart(letter: string): letter is 'y' | 'M' | 'd' | 'H' | 'm' | 's' {
  return letter in DIGITS;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** NaN when a sign is not a digit or the text ends before. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) return NaN;
    value = value * 10 + code - 48;
  }
  return value;
}

/** The first three digits of a fraction as milliseconds; the rest must be digits too. */
function fraction(text: string, from: number, count: number): number {
  let millis = 0;
  for (let index = 0; index < Math.max(count, 3); index += 1) {
    const code = index < count ? text.charCodeAt(from + index) : 48;
    if (!isDigit(code)) return NaN;
    if (index < 3) millis = millis * 10 + code - 48;
  }
  return millis;
}

/** 24:00 is not taken; a leap second counts as the second before it. */
function timeOfDay(hour: number, minute: number, second: number): number {
  if (!(hour <= 23 && minute <= 59 && second <= 60)) return NaN;
  return hour * 3_600_000 + minute * 60_000 + Math.min(second, 59) * 1000;
}

/** Days since 1970-01-01 of a calendar date; NaN for a date that does not exist. */
function dayNumber(year: number, month: number, day: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return NaN;
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
