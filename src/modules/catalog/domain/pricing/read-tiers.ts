import { Decimal } from '../../../../shared/kernel/decimal.js';
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
import { TIER_SCOPES, TIER_STARTS, type Increments, type Step, type Tiers } from './pricing.js';

const MAX_STEPS = 1000;

/** `tiers` of a charge: where the quantity starts, and the steps of F. */
export function readTiers(reader: FieldReader, value: unknown, path: string): Tiers | undefined {
  if (absent(value)) return undefined;
  const members = reader.members(value, path, ['by', 'accumulator', 'scope', 'steps']);
  if (members === undefined) return undefined;
  const by = reader.choice(members['by'], join(path, 'by'), TIER_STARTS);
  const accumulator = reader.name(members['accumulator'], join(path, 'accumulator'));
  const scope = reader.choice(members['scope'] ?? 'GRADUATED', join(path, 'scope'), TIER_SCOPES);
  if (by === 'QUANTITY' && accumulator !== undefined) {
    reader.fail(join(path, 'accumulator'), 'has no use with by QUANTITY: leave it out, or say by BALANCE');
  }
  if (by !== undefined && by !== 'QUANTITY' && absent(members['accumulator'])) {
    reader.fail(join(path, 'accumulator'), `must name the accumulator that says where the quantity starts (by ${by})`);
  }
  const steps = readSteps(reader, members['steps'], join(path, 'steps'));
  if (by === undefined || scope === undefined || steps === undefined) return undefined;
  return { by, ...present({ accumulator }), scope, steps };
}

function readSteps(reader: FieldReader, value: unknown, path: string): Tiers['steps'] | undefined {
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
  const per = reader.decimal(members['per'], join(path, 'per'), QUANTITY_RULE) ?? '1';
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
