import { FieldReader } from '../../../../shared/kernel/fields.js';
import { currencyOf, isCurrencyCode } from '../../../../shared/kernel/money.js';
import type { FieldError } from '../../../../shared/kernel/refusal.js';
import { ROUNDING_METHODS } from '../../../../shared/kernel/rounding.js';
import type {
  Accumulator,
  BillableService,
  BlockDefinition,
  BlockKind,
  BuildingBlocks,
  Currency,
  ServiceType,
  SystemProperty,
  UsageType,
} from './building-block.js';
import { BLOCK_ID, NAME } from './field-rules.js';
import { readAllowance } from './read-allowance.js';
import { readMultiRate } from './read-multi-rate.js';
import { readScope } from './read-scope.js';
import { readRateUnit } from './read-rate-unit.js';
import { readTimeUnit } from './read-time-unit.js';
import { readZoneUnit } from './read-zone-unit.js';
import { SYSTEM_PROPERTIES } from './system-properties.js';

/** Errors told at once; a wrong table of 100,000 prefixes would otherwise be answered with as many. */
const MAX_ERRORS = 100;

export type ReadBlock<Kind extends BlockKind> =
  { readonly definition: BlockDefinition<Kind> } | { readonly errors: readonly FieldError[] };

const READERS: { readonly [Kind in BlockKind]: (fields: FieldReader, id: string) => BuildingBlocks[Kind] } = {
  CURRENCY: readCurrency,
  ALLOWANCE: readAllowance,
  ACCUMULATOR: readAccumulator,
  SERVICE_TYPE: readServiceType,
  BILLABLE_SERVICE: readBillableService,
  USAGE_TYPE: readUsageType,
  MULTI_RATE_USAGE_TYPE: readMultiRate,
  RATE_UNIT: readRateUnit,
  TIME_UNIT: readTimeUnit,
  ZONE_UNIT: readZoneUnit,
  SYSTEM_PROPERTY: readSystemProperty,
};

/**
 * Reads the definition of a building block as it came, whole: either the definition, canonical, with its defaults filled
 * in, or every error with its path.
 */
export function readDefinition<Kind extends BlockKind>(kind: Kind, id: string, value: unknown): ReadBlock<Kind> {
  const fields = new FieldReader(value);
  const definition = READERS[kind](fields, id);
  fields.noOthers();
  const errors = [...idErrors(kind, id), ...fields.errors];
  return errors.length > 0 ? { errors: errors.slice(0, MAX_ERRORS) } : { definition };
}

function idErrors(kind: BlockKind, id: string): FieldError[] {
  if (kind === 'CURRENCY') {
    return isCurrencyCode(id) ? [] : [{ path: 'id', message: 'must be an ISO 4217 code such as EUR' }];
  }
  if (kind === 'SYSTEM_PROPERTY') {
    const known = Object.keys(SYSTEM_PROPERTIES);
    return known.includes(id) ? [] : [{ path: 'id', message: `must be one of ${known.join(', ')}` }];
  }
  return BLOCK_ID.pattern.test(id) ? [] : [{ path: 'id', message: `must be ${BLOCK_ID.says}` }];
}

function readCurrency(fields: FieldReader, id: string): Currency {
  return {
    name: fields.text('name', { ...NAME, orElse: id }),
    symbol: fields.text('symbol', { max: 10, orElse: id }),
    minorUnit: fields.integer('minorUnit', 0, 4, currencyOf(id).minorUnit),
    rounding: fields.choice('rounding', ROUNDING_METHODS, 'HALF_UP'),
  };
}

function readAccumulator(fields: FieldReader, id: string): Accumulator {
  const wrong = fields.errors.length;
  const accumulateQuantity = fields.boolean('accumulateQuantity', true);
  const unit = fields.text('unit', { max: 64 });
  if (!accumulateQuantity && fields.errors.length === wrong && !isCurrencyCode(unit)) {
    fields.fail(
      'unit',
      'must be a currency such as EUR: with accumulateQuantity false amounts are added up',
      undefined,
    );
  }
  return {
    name: fields.text('name', { ...NAME, orElse: id }),
    accumulateQuantity,
    unit,
    ...readScope(fields),
    reset: fields.object('reset', readReset) ?? { type: 'CYCLE' },
  };
}

function readReset(fields: FieldReader): Accumulator['reset'] {
  const type = fields.choice('type', ['CYCLE', 'NEVER', 'PERIOD']);
  return type === 'PERIOD' ? { type, cycles: fields.integer('cycles', 2, 120) } : { type };
}

function readServiceType(fields: FieldReader, id: string): ServiceType {
  return {
    name: fields.text('name', { ...NAME, orElse: id }),
    description: fields.text('description', { max: 1000, orElse: '' }),
  };
}

function readBillableService(fields: FieldReader, id: string): BillableService {
  return {
    name: fields.text('name', { ...NAME, orElse: id }),
    serviceType: fields.text('serviceType', { max: 100 }),
    usageTypes: fields.texts('usageTypes', { max: 100, optional: true }),
  };
}

function readUsageType(fields: FieldReader, id: string): UsageType {
  return {
    name: fields.text('name', { ...NAME, orElse: id }),
    unit: fields.text('unit', { max: 40 }),
    serviceType: fields.text('serviceType', { max: 100 }),
  };
}

function readSystemProperty(fields: FieldReader, id: string): SystemProperty {
  const value = fields.any('value');
  const complaint = SYSTEM_PROPERTIES[id]?.complaint(value);
  if (complaint !== undefined) fields.fail('value', complaint, undefined);
  return { name: id, value: value as SystemProperty['value'] };
}
