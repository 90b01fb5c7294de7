import { ANY_VALUE, type Pricing } from '../pricing/language/pricing.js';
import type { BlockDefinition, BlockKind, BuildingBlocks } from './building-block.js';
import { TIME_ZONE_PROPERTY } from './system-properties.js';
import { TENANT_ZONE } from './time-unit.js';

/** That something names a building block. */
export interface BlockReference {
  readonly kind: BlockKind;
  readonly id: string;
  /** Of a zone unit the zone, of a time unit the time that is named; absent: any, or the whole. */
  readonly member?: string;
  /** Where, as a path in what names it. */
  readonly path: string;
  /** Whether it must be there: a price may draw on an allowance that nobody defined, with the usual rules. */
  readonly required: boolean;
}

type Referring = {
  readonly [Kind in BlockKind]?: (definition: BuildingBlocks[Kind], id: string) => readonly BlockReference[];
};

const OF_KIND: Referring = {
  ALLOWANCE: ({ validity }) => (validity.type === 'DATES' ? [tenantZone('validity')] : []),
  BILLABLE_SERVICE: ({ serviceType, usageTypes }) => [
    required('SERVICE_TYPE', serviceType, 'serviceType'),
    ...usageTypes.map((usageType, index) => required('USAGE_TYPE', usageType, `usageTypes[${index}]`)),
  ],
  USAGE_TYPE: ({ serviceType }) => [required('SERVICE_TYPE', serviceType, 'serviceType')],
  MULTI_RATE_USAGE_TYPE: ({ children }, id) => [
    required('USAGE_TYPE', id, 'id'),
    ...children.map(({ usageType }, index) => required('USAGE_TYPE', usageType, `children[${index}].usageType`)),
  ],
  TIME_UNIT: ({ zone }) => (zone === TENANT_ZONE ? [tenantZone('zone')] : []),
};

/** What a building block names. */
export function referencesOfBlock<Kind extends BlockKind>(
  kind: Kind,
  id: string,
  definition: BlockDefinition<Kind>,
): readonly BlockReference[] {
  return OF_KIND[kind]?.(definition, id) ?? [];
}

/** What a price names. */
export function referencesOfPrice(pricing: Pricing): readonly BlockReference[] {
  const optional = (kind: BlockKind, id: string, path: string) => ({ kind, id, path, required: false });
  const references: BlockReference[] = [optional('CURRENCY', pricing.currency, 'currency')];
  pricing.charges.forEach((charge, index) => {
    const path = `charges[${index}]`;
    const { usageType, zone, time } = charge.when ?? {};
    references.push(...members('ZONE_UNIT', zone, `${path}.when.zone`));
    references.push(...members('TIME_UNIT', time, `${path}.when.time`));
    if (usageType !== undefined) references.push(optional('USAGE_TYPE', usageType, `${path}.when.usageType`));
    if (charge.usageType !== undefined) references.push(optional('USAGE_TYPE', charge.usageType, `${path}.usageType`));
    if (charge.measure !== undefined) references.push(optional('RATE_UNIT', charge.measure, `${path}.measure`));
    const { allowances = [], accumulators = [], tiers } = charge;
    if (allowances !== 'ANY_MATCHING') {
      references.push(...allowances.map((id, at) => optional('ALLOWANCE', id, `${path}.allowances[${at}]`)));
    }
    references.push(...accumulators.map((id, at) => optional('ACCUMULATOR', id, `${path}.accumulators[${at}]`)));
    if (tiers?.accumulator !== undefined) {
      references.push(optional('ACCUMULATOR', tiers.accumulator, `${path}.tiers.accumulator`));
    }
  });
  pricing.grants?.forEach(({ allowance }, index) => {
    references.push(optional('ALLOWANCE', allowance, `grants[${index}].allowance`));
  });
  return references;
}

function members(kind: BlockKind, wanted: Readonly<Record<string, string>> = {}, path: string): BlockReference[] {
  // Any value names the unit, and no member of it.
  return Object.entries(wanted).map(([id, member]) => ({
    ...required(kind, id, `${path}.${id}`),
    ...(member === ANY_VALUE ? {} : { member }),
  }));
}

function required(kind: BlockKind, id: string, path: string): BlockReference {
  return { kind, id, path, required: true };
}

function tenantZone(path: string): BlockReference {
  return required('SYSTEM_PROPERTY', TIME_ZONE_PROPERTY, path);
}
