import { Decimal } from '../../../../../shared/kernel/decimal.js';
import {
  absent,
  AMOUNT_RULE,
  describe,
  FREE_RULE,
  join,
  present,
  PRICE_RULE,
  QUANTITY_RULE,
  type FieldReader,
  type Members,
} from './field-reader.js';
import {
  BLOCK_COUNTS,
  BLOCK_ROUNDINGS,
  OCCASIONS,
  PRORATIONS,
  UNITS_MEASURE,
  type AmountLimits,
  type Block,
  type Charge,
  type Percent,
} from './pricing.js';
import { readIncrements, readTiers } from './read-tiers.js';
import { readWhen, type UnitDefaults } from './read-when.js';

const CHARGE_MEMBERS = [
  'name',
  'part',
  'usageType',
  'when',
  'on',
  'proration',
  'measure',
  'minimum',
  'increments',
  'block',
  'free',
  'freeEvents',
  'tiers',
  'percent',
  'fixed',
  'amount',
  'allowances',
  'accumulators',
] as const;

/** One charge of a price; undefined when it is so wrong that nothing more can be said of it. */
export function readCharge(reader: FieldReader, value: unknown, path: string, units: UnitDefaults): Charge | undefined {
  const members = reader.members(value, path, CHARGE_MEMBERS);
  if (members === undefined) return undefined;
  const at = (member: string): string => join(path, member);
  if (absent(members['name'])) reader.fail(at('name'), 'is missing: a name for people, such as "peak mobile"');
  const charge = {
    name: reader.label(members['name'], at('name')) ?? '',
    ...present({
      part: reader.name(members['part'], at('part')),
      usageType: reader.name(members['usageType'], at('usageType')),
      when: readWhen(reader, members['when'], at('when'), units),
      on: absent(members['on']) ? undefined : reader.choice(members['on'], at('on'), OCCASIONS),
      proration: absent(members['proration'])
        ? undefined
        : reader.choice(members['proration'], at('proration'), PRORATIONS),
      measure: reader.name(members['measure'], at('measure')),
      minimum: reader.decimal(members['minimum'], at('minimum'), FREE_RULE),
      increments: readIncrements(reader, members['increments'], at('increments')),
      block: readBlock(reader, members['block'], at('block')),
      free: reader.decimal(members['free'], at('free'), FREE_RULE),
      freeEvents: readCount(reader, members['freeEvents'], at('freeEvents')),
      tiers: readTiers(reader, members['tiers'], at('tiers')),
      percent: readPercent(reader, members['percent'], at('percent')),
      fixed: reader.decimal(members['fixed'], at('fixed'), AMOUNT_RULE),
      amount: readAmountLimits(reader, members['amount'], at('amount')),
      allowances:
        members['allowances'] === 'ANY_MATCHING'
          ? ('ANY_MATCHING' as const)
          : reader.names(members['allowances'], at('allowances')),
      accumulators: reader.names(members['accumulators'], at('accumulators')),
    }),
  };
  checkTogether(reader, members, path);
  checkOccasion(reader, charge, path);
  charge.tiers?.steps.forEach(({ increments }, index) => {
    if (increments === undefined || (charge.increments === undefined && charge.block === undefined)) return;
    reader.fail(
      `${path}.tiers.steps[${index}].increments`,
      'cannot stand beside increments or block of the charge: the quantity is rounded already, keep one of them',
    );
  });
  return charge;
}

/** What is charged without usage has no record, so nothing that asks for one. */
const OF_RECORDS = [
  'when',
  'minimum',
  'increments',
  'block',
  'free',
  'freeEvents',
  'percent',
  'allowances',
  'accumulators',
] as const;

function checkOccasion(reader: FieldReader, charge: Charge, path: string): void {
  const { on, proration, measure, tiers } = charge;
  if (on === undefined) {
    if (proration !== undefined)
      reader.fail(join(path, 'proration'), 'has no use for usage: say `on`, or leave it out');
    return;
  }
  for (const member of OF_RECORDS) {
    if (charge[member] !== undefined) {
      reader.fail(join(path, member), `asks something of a usage record, and a charge on ${on} has none: leave it out`);
    }
  }
  if (measure !== undefined && measure !== UNITS_MEASURE) {
    reader.fail(join(path, 'measure'), `must be "${UNITS_MEASURE}" on ${on}: how many the subscription has`);
  }
  if (tiers !== undefined && tiers.by !== 'QUANTITY') {
    reader.fail(join(path, 'tiers.by'), `must be QUANTITY on ${on}: there is no accumulator of usage to start from`);
  }
  if (on === 'ACTIVATION' && proration !== undefined) {
    reader.fail(join(path, 'proration'), 'has no use on ACTIVATION, which is charged once: leave it out');
  }
}

/** What cannot stand together in one charge, and what cannot stand alone. */
function checkTogether(reader: FieldReader, members: Members, path: string): void {
  const has = (member: string): boolean => !absent(members[member]);
  if (has('increments') && has('block')) {
    reader.fail(join(path, 'block'), 'cannot stand beside increments: both round the quantity, keep one of them');
  }
  if (!has('tiers') && !has('percent') && !has('fixed')) {
    reader.fail(path, 'charges nothing: it needs tiers, fixed or percent (a free one says price "0")');
  }
  if (has('measure')) return;
  for (const member of ['tiers', 'minimum', 'increments', 'block', 'free', 'allowances', 'accumulators']) {
    if (has(member)) {
      reader.fail(
        join(path, 'measure'),
        `is missing: ${member} counts a quantity of the record, such as "seconds" ("records" counts 1 for each record)`,
      );
      return;
    }
  }
}

function readBlock(reader: FieldReader, value: unknown, path: string): Block | undefined {
  if (absent(value)) return undefined;
  const members = reader.members(value, path, ['size', 'round', 'countIn']);
  if (members === undefined) return undefined;
  if (absent(members['size'])) reader.fail(join(path, 'size'), 'is missing: the size of a block, such as "1000"');
  const size = reader.decimal(members['size'], join(path, 'size'), QUANTITY_RULE);
  const round = reader.choice(members['round'] ?? 'UP', join(path, 'round'), BLOCK_ROUNDINGS);
  const countIn = reader.choice(members['countIn'] ?? 'QUANTITY', join(path, 'countIn'), BLOCK_COUNTS);
  return size === undefined || round === undefined || countIn === undefined ? undefined : { size, round, countIn };
}

function readPercent(reader: FieldReader, value: unknown, path: string): Percent | undefined {
  if (absent(value)) return undefined;
  const members = reader.members(value, path, ['value', 'of']);
  if (members === undefined) return undefined;
  if (absent(members['value'])) reader.fail(join(path, 'value'), 'is missing: the percentage, such as "5"');
  if (absent(members['of'])) reader.fail(join(path, 'of'), 'is missing: a quantity, or a list of earlier charges');
  const percentage = reader.decimal(members['value'], join(path, 'value'), PRICE_RULE);
  const of = Array.isArray(members['of'])
    ? reader.labels(members['of'], join(path, 'of'))
    : reader.name(members['of'], join(path, 'of'));
  return percentage === undefined || of === undefined ? undefined : { value: percentage, of };
}

export function readAmountLimits(reader: FieldReader, value: unknown, path: string): AmountLimits | undefined {
  if (absent(value)) return undefined;
  const members = reader.members(value, path, ['minimum', 'maximum']);
  return members === undefined ? undefined : readLimits(reader, members, path);
}

/** `minimum` and `maximum` of money, in order. */
export function readLimits(reader: FieldReader, members: Members, path: string): AmountLimits {
  const minimum = reader.decimal(members['minimum'], join(path, 'minimum'), AMOUNT_RULE);
  const maximum = reader.decimal(members['maximum'], join(path, 'maximum'), AMOUNT_RULE);
  if (absent(members['minimum']) && absent(members['maximum'])) {
    reader.fail(path, 'limits nothing: say minimum, maximum or both, or leave it out');
  }
  if (minimum !== undefined && maximum !== undefined && Decimal.parse(maximum).lessThan(Decimal.parse(minimum))) {
    reader.fail(join(path, 'maximum'), `must not be less than the minimum of ${minimum}`);
  }
  return present({ minimum, maximum });
}

function readCount(reader: FieldReader, value: unknown, path: string): number | undefined {
  if (absent(value)) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  reader.fail(path, `must be a whole number of records above 0; it is ${describe(value)}`);
  return undefined;
}
