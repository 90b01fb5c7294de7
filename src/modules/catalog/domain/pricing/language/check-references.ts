import type { FieldReader } from './field-reader.js';
import { grantUnitOf } from '../compiled/compile-charge.js';
import { ANY_VALUE, partOf, type Charge, type Pricing } from './pricing.js';
import { conditionsOf } from '../compiled/selection-facts.js';

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
    if (
      accumulator !== undefined &&
      charge.tiers?.by === 'VOLUME' &&
      charge.accumulators?.includes(accumulator) !== true
    ) {
      reader.fail(
        `${path}.accumulators`,
        `must name ${accumulator}: what is priced as a whole at the end of the period is what was added to it`,
      );
    }
    checkPercent(reader, pricing, charge, path);
  });
  checkReachable(reader, pricing);
  checkGrants(reader, pricing);
}

/** A percentage is of charges that are charged before it: their parts begin before its own. */
function checkPercent(reader: FieldReader, pricing: Pricing, charge: Charge, path: string): void {
  const of = charge.percent?.of;
  if (of === undefined || typeof of === 'string') return;
  const beginOf = (part: string) => pricing.charges.findIndex((other) => partOf(other) === part);
  const own = partOf(charge);
  of.forEach((name, index) => {
    const at = `${path}.percent.of[${index}]`;
    const other = pricing.charges.find((candidate) => candidate.name === name);
    if (other === undefined || other.on !== undefined) {
      reader.fail(at, `"${name}" is not a charge of this price: name one that stands before "${charge.name}"`);
    } else if (partOf(other) === own) {
      reader.fail(
        at,
        `"${name}" is an alternative to "${charge.name}", so both are never charged for one record: ` +
          'give one of them a `part` of its own',
      );
    } else if (beginOf(partOf(other)) > beginOf(own)) {
      reader.fail(at, `"${name}" is not an earlier charge: put it before the charges of this part`);
    }
  });
}

/** What a charge asks of a record, for comparing many of them. */
interface Asked {
  readonly charge: Charge;
  readonly usageType: string | undefined;
  readonly conditions: ReadonlyMap<string, string>;
}

/** What stands behind a charge that takes everything of it is never used: surely not meant. */
function checkReachable(reader: FieldReader, pricing: Pricing): void {
  const byPart = new Map<string, Asked[]>();
  pricing.charges.forEach((charge, index) => {
    // What is charged without usage is no alternative to anything.
    if (charge.on !== undefined) return;
    const asked = askedBy(charge);
    const earlier = byPart.get(partOf(charge)) ?? [];
    byPart.set(partOf(charge), earlier);
    const hides = earlier.find((other) => takes(other, asked) && (pricing.select === 'FIRST' || takes(asked, other)));
    earlier.push(asked);
    if (hides === undefined) return;
    reader.fail(
      `charges[${index}]`,
      `is never used: "${hides.charge.name}" stands before it and takes every record it could take. ` +
        'Put it first, narrow the other by `when`, or give it a `part` of its own if both are to be charged',
    );
  });
}

function askedBy(charge: Charge): Asked {
  const conditions = conditionsOf(charge.when).map(({ kind, name, wanted }) => [`${kind}/${name}`, wanted] as const);
  return { charge, usageType: charge.when?.usageType, conditions: new Map(conditions) };
}

/** Whether every record that `later` could take is taken by `earlier`. */
function takes(earlier: Asked, later: Asked): boolean {
  if (earlier.usageType !== undefined && earlier.usageType !== later.usageType) return false;
  if (earlier.conditions.size > later.conditions.size) return false;
  for (const [fact, wanted] of earlier.conditions) {
    const other = later.conditions.get(fact);
    if (other === undefined || (wanted !== ANY_VALUE && wanted !== other)) return false;
  }
  return true;
}

function checkGrants(reader: FieldReader, pricing: Pricing): void {
  pricing.grants?.forEach((grant, index) => {
    const path = `grants[${index}]`;
    const users = pricing.charges.filter(({ allowances, ...charge }) => {
      return allowances === 'ANY_MATCHING'
        ? grantUnitOf(charge) === grant.unit
        : allowances?.includes(grant.allowance) === true;
    });
    if (users.length === 0) {
      reader.fail(
        `${path}.allowance`,
        `"${grant.allowance}" is drawn on by no charge: name it in the allowances of one that counts ${grant.unit}`,
      );
    }
    for (const charge of users) {
      const counted = grantUnitOf(charge);
      if (counted !== grant.unit) {
        reader.fail(
          `${path}.unit`,
          `must be ${counted}: charge "${charge.name}" draws on "${grant.allowance}" and counts ${counted}, not ${grant.unit}`,
        );
      }
    }
  });
}
