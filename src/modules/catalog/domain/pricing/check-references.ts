import type { FieldReader } from './field-reader.js';
import { partOf, type Charge, type Pricing } from './pricing.js';

/** What the parts of a price say of each other must be true; called once every part is right in itself. */
export function checkReferences(reader: FieldReader, pricing: Pricing): void {
  const moved = new Set(pricing.charges.flatMap((charge) => charge.accumulators ?? []));
  pricing.charges.forEach((charge, index) => {
    const path = `charges[${index}]`;
    const accumulator = charge.tiers?.accumulator;
    if (accumulator !== undefined && charge.tiers?.by === 'BALANCE' && !moved.has(accumulator)) {
      reader.fail(
        `${path}.accumulators`,
        `must name ${accumulator}: nothing adds to it, so its tiers would stay at the first step for ever`,
      );
    }
    checkPercent(reader, pricing, charge, path);
    checkReachable(reader, pricing, index);
  });
  checkGrants(reader, pricing);
}

function checkPercent(reader: FieldReader, pricing: Pricing, charge: Charge, path: string): void {
  const of = charge.percent?.of;
  if (of === undefined || typeof of === 'string') return;
  const earlier = pricing.charges.slice(0, pricing.charges.indexOf(charge)).map((other) => other.name);
  of.forEach((name, index) => {
    if (!earlier.includes(name)) reader.fail(`${path}.percent.of[${index}]`, `"${name}" is not an earlier charge`);
  });
}

/** With FIRST, what stands behind a charge that takes everything of its part is never used: surely not meant. */
function checkReachable(reader: FieldReader, pricing: Pricing, index: number): void {
  const charge = pricing.charges[index];
  if (charge === undefined || pricing.select !== 'FIRST') return;
  const before = pricing.charges
    .slice(0, index)
    .find((other) => partOf(other) === partOf(charge) && takes(other, charge));
  if (before !== undefined) {
    reader.fail(
      `charges[${index}]`,
      `is never used: "${before.name}" stands before it and takes every record it could take. ` +
        'Put it first, narrow the other by `when`, or give it a `part` of its own if both are to be charged',
    );
  }
}

/** Whether every record that `later` could take is taken by `earlier`. */
function takes(earlier: Charge, later: Charge): boolean {
  const { usageType, zone, time, attributes = {} } = earlier.when ?? {};
  return (
    (usageType === undefined || usageType === later.when?.usageType) &&
    (zone === undefined || zone === later.when?.zone) &&
    (time === undefined || time === later.when?.time) &&
    Object.entries(attributes).every(([name, value]) => later.when?.attributes?.[name] === value)
  );
}

function checkGrants(reader: FieldReader, pricing: Pricing): void {
  pricing.grants?.forEach((grant, index) => {
    const path = `grants[${index}]`;
    const users = pricing.charges.filter(
      ({ allowances }) => allowances === 'ANY_MATCHING' || allowances?.includes(grant.allowance) === true,
    );
    if (users.length === 0) {
      reader.fail(`${path}.allowance`, `"${grant.allowance}" is drawn on by no charge: name it in its allowances`);
    }
    for (const charge of users) {
      const counted = charge.block?.countIn === 'BLOCKS' ? 'blocks' : charge.measure;
      if (counted !== undefined && counted !== grant.unit) {
        reader.fail(
          `${path}.unit`,
          `must be ${counted}: charge "${charge.name}" draws on "${grant.allowance}" and counts ${counted}, not ${grant.unit}`,
        );
      }
    }
  });
}
