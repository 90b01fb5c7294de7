import { Decimal } from '../../../../../shared/kernel/decimal.js';
import {
  absent,
  AMOUNT_RULE,
  FREE_RULE,
  join,
  present,
  PRICE_RULE,
  QUANTITY_RULE,
  type FieldReader,
} from './field-reader.js';
import {
  PROVISIONALS,
  QUANTITY_SCALE,
  TIER_SCOPES,
  TIER_STARTS,
  type Increments,
  type Step,
  type Tiers,
} from './pricing.js';

const MAX_STEPS = 1000;
/** What a percentage is a price per. */
const HUNDRED = '100';

/** `tiers` of a charge: where the quantity starts, and the steps of F. */
export function readTiers(reader: FieldReader, value: unknown, path: string): Tiers | undefined {
  if (absent(value)) return undefined;
  const members = reader.members(value, path, ['by', 'accumulator', 'scope', 'provisional', 'steps']);
  if (members === undefined) return undefined;
  const by = reader.choice(members['by'], join(path, 'by'), TIER_STARTS);
  const accumulator = reader.name(members['accumulator'], join(path, 'accumulator'));
  const scope = readScope(reader, by, members['scope'], join(path, 'scope'));
  const provisional = readProvisional(reader, by, members['provisional'], join(path, 'provisional'));
  if (by === 'QUANTITY' && accumulator !== undefined) {
    reader.fail(join(path, 'accumulator'), 'has no use with by QUANTITY: leave it out, or say by BALANCE');
  }
  if (by !== undefined && by !== 'QUANTITY' && absent(members['accumulator'])) {
    reader.fail(join(path, 'accumulator'), `must name the accumulator that says where the quantity starts (by ${by})`);
  }
  const steps = readSteps(reader, members['steps'], join(path, 'steps'));
  if (by === 'EARLIER_PERIOD') refuseEntries(reader, steps ?? [], join(path, 'steps'));
  if (steps !== undefined) checkStairs(reader, steps, scope === 'WHOLE', join(path, 'steps'));
  if (by === undefined || scope === undefined || steps === undefined) return undefined;
  return { by, ...present({ accumulator }), scope, ...present({ provisional }), steps };
}

function readScope(
  reader: FieldReader,
  by: Tiers['by'] | undefined,
  value: unknown,
  path: string,
): Tiers['scope'] | undefined {
  if (by !== 'EARLIER_PERIOD') return reader.choice(value ?? 'GRADUATED', path, TIER_SCOPES);
  if (value === 'GRADUATED') {
    reader.fail(path, 'cannot be GRADUATED by EARLIER_PERIOD: one tier prices the whole quantity, so leave it out');
  }
  return reader.choice(value ?? 'WHOLE', path, TIER_SCOPES);
}

function readProvisional(
  reader: FieldReader,
  by: Tiers['by'] | undefined,
  value: unknown,
  path: string,
): Tiers['provisional'] {
  if (absent(value)) return undefined;
  if (by !== 'VOLUME') {
    reader.fail(path, 'has no use but by VOLUME, where the period is priced later: leave it out');
    return undefined;
  }
  return reader.choice(value, path, PROVISIONALS);
}

/** The steps of F alone: ascending, the last one open. */
export function readSteps(reader: FieldReader, value: unknown, path: string): Tiers['steps'] | undefined {
  const entries = reader.list(value, path, MAX_STEPS);
  if (entries === undefined) return undefined;
  let bound: Decimal | undefined;
  const steps: Step[] = [];
  entries.forEach((entry, index) => {
    const at = `${path}[${index}]`;
    const step = readStep(reader, entry, at);
    const last = index === entries.length - 1;
    if (step === undefined) return;
    steps.push(step);
    if (step.upTo === undefined) {
      if (!last && !hasMember(entry, 'upTo')) {
        reader.fail(join(at, 'upTo'), 'is missing: only the last step is open, and two open ends leave a step unused');
      }
      return;
    }
    if (last)
      reader.fail(join(at, 'upTo'), 'must be absent: the last step is open, so that every quantity has a price');
    const upTo = Decimal.parse(step.upTo);
    if (bound !== undefined && !upTo.greaterThan(bound)) {
      reader.fail(join(at, 'upTo'), `must be greater than ${bound.toString()}, the bound of the step before it`);
    }
    bound = upTo;
  });
  const [first, ...rest] = steps;
  return first === undefined ? undefined : [first, ...rest];
}

function readStep(reader: FieldReader, value: unknown, path: string): Step | undefined {
  const members = reader.members(value, path, ['upTo', 'price', 'percent', 'per', 'entry', 'increments']);
  if (members === undefined) return undefined;
  const upTo = reader.decimal(members['upTo'], join(path, 'upTo'), QUANTITY_RULE);
  const price = reader.decimal(members['price'], join(path, 'price'), PRICE_RULE);
  const percent = reader.decimal(members['percent'], join(path, 'percent'), PRICE_RULE);
  const per =
    reader.decimal(members['per'], join(path, 'per'), QUANTITY_RULE) ?? (percent === undefined ? '1' : HUNDRED);
  if (percent !== undefined && per !== HUNDRED) {
    reader.fail(join(path, 'per'), 'has no use beside percent, which is of a hundred: leave it out');
  }
  const entry = reader.decimal(members['entry'], join(path, 'entry'), AMOUNT_RULE);
  const increments = readIncrements(reader, members['increments'], join(path, 'increments'));
  if (!absent(members['price']) && !absent(members['percent'])) {
    reader.fail(join(path, 'percent'), 'cannot stand beside price in one step: keep one of them');
  }
  if (absent(members['price']) && absent(members['percent'])) {
    reader.fail(join(path, 'price'), 'is missing: a step has a price such as "0.12" ("0" when it is free)');
  }
  return { ...present({ upTo, price, percent }), per, ...present({ entry, increments }) };
}

/** A tier that an earlier period chose is not entered by anything in this one. */
function refuseEntries(reader: FieldReader, steps: readonly Step[], path: string): void {
  steps.forEach(({ entry }, index) => {
    if (entry === undefined) return;
    reader.fail(
      `${path}[${index}].entry`,
      'has no meaning by EARLIER_PERIOD, where no record enters a tier: leave it out, or say `fixed` for each record',
    );
  });
}

/** A step whose bound is inside an increment would sell a part of it: which part, nobody said. */
function checkStairs(reader: FieldReader, steps: readonly Step[], whole: boolean, path: string): void {
  let from = Decimal.ZERO;
  steps.forEach(({ upTo, increments }, index) => {
    if (upTo === undefined) return;
    const to = Decimal.parse(upTo);
    if (increments !== undefined && !isOnStair(to.minus(whole ? Decimal.ZERO : from), increments)) {
      const { first, next } = increments;
      const origin = whole ? '0' : from.toString();
      const rule = first === '0' ? `a multiple of ${next}` : `${first} and a multiple of ${next}`;
      reader.fail(`${path}[${index}].upTo`, `must be a whole number of increments: ${origin} and ${rule}, not ${upTo}`);
    }
    from = to;
  });
}

function isOnStair(length: Decimal, { first, next }: Increments): boolean {
  const rest = length.minus(Decimal.parse(first)).unitsAt(QUANTITY_SCALE);
  return rest >= 0n && rest % Decimal.parse(next).unitsAt(QUANTITY_SCALE) === 0n;
}

export function readIncrements(reader: FieldReader, value: unknown, path: string): Increments | undefined {
  if (absent(value)) return undefined;
  const members = reader.members(value, path, ['first', 'next']);
  if (members === undefined) return undefined;
  if (absent(members['next']))
    reader.fail(join(path, 'next'), 'is missing: the increment after the first, such as "6"');
  const first = reader.decimal(members['first'] ?? '0', join(path, 'first'), FREE_RULE);
  const next = reader.decimal(members['next'], join(path, 'next'), QUANTITY_RULE);
  return first === undefined || next === undefined ? undefined : { first, next };
}

function hasMember(value: unknown, member: string): boolean {
  return typeof value === 'object' && value !== null && !absent((value as Record<string, unknown>)[member]);
}
