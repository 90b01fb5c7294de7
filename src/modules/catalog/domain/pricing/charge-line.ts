import { applyCharge } from './apply-charge.js';
import type { Balances, Charged, NotCharged, PricedUsage } from './charged.js';
import type { CompiledCharge, CompiledPrice, Part } from './compile-pricing.js';

/**
 * Charges one usage line: every part of the price that is meant for its usage type, each by its first matching charge.
 * Balances move as it goes, so a line that is not charged must have its balances dropped by the caller: a line is
 * charged whole or not at all.
 */
export function chargeLine(price: CompiledPrice, usage: PricedUsage, balances: Balances): Charged[] | NotCharged {
  const parts = price.partsFor(usage.usageType);
  if (parts.length === 0) {
    return {
      code: 'NO_MATCHING_RATE',
      reason: `it has no charge for usage type ${usage.usageType}`,
      facts: { usageType: usage.usageType },
    };
  }
  const charged: Charged[] = [];
  for (const part of parts) {
    const charge = selectCharge(part, usage);
    if (charge === undefined) return noMatch(part, usage);
    const one = applyCharge(price, charge, usage, balances);
    if ('code' in one) return one;
    charged.push(one);
  }
  return charged;
}

function selectCharge(part: Part, usage: PricedUsage): CompiledCharge | undefined {
  for (const charge of part) {
    let matches = true;
    for (const [name, value] of charge.attributes) {
      if (usage.attribute(name) !== value) {
        matches = false;
        break;
      }
    }
    if (matches) return charge;
  }
  return undefined;
}

function noMatch(part: Part, usage: PricedUsage): NotCharged {
  const names = [...new Set(part.flatMap((charge) => charge.attributes.map(([name]) => name)))];
  const found = Object.fromEntries(names.map((name) => [name, usage.attribute(name) ?? '']));
  const said = names.map((name) => `${name} = "${found[name] ?? ''}"`).join(', ');
  const charges = part.map((charge) => `"${charge.name}"`).join(', ');
  return {
    code: 'NO_MATCHING_RATE',
    reason: `none of its charges ${charges} takes a record of usage type ${usage.usageType} with ${said}`,
    facts: { usageType: usage.usageType, ...found },
  };
}
