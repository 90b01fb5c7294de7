import { FieldReader } from '../../../shared/kernel/fields.js';
import { CURRENCY_CODE } from '../../../shared/kernel/money.js';
import { invalidMessage, type FeedMessage, type FeedRefusal } from '../../feeds/index.js';
import type { CatalogChange } from '../domain/catalog-change.js';

const OBJECTS = ['USAGE_TYPE', 'SERVICE', 'PLAN', 'RATE_SCHEDULE', 'PLAN_SERVICE'] as const;
/** The parts of a price offer's id, which are joined by dots. */
const PART = {
  max: 60,
  pattern: /^[A-Za-z0-9_-]+$/,
  says: 'letters, digits, - and _ only (no dots: it is part of price offer ids)',
} as const;
const CODE = { max: 100 } as const;

/** Reads the payload of a catalog feed message; every error at once, with its path. */
export function readCatalogMessage(message: FeedMessage): CatalogChange | FeedRefusal {
  const envelope = new FieldReader({ object: message.object, action: message.action });
  const object = envelope.choice('object', OBJECTS);
  const action = envelope.choice('action', ['CREATE', 'UPDATE']);
  if (envelope.errors.length > 0) return invalidMessage(envelope.errors);
  const fields = new FieldReader(message.payload, 'payload');
  const { effectiveFrom } = message;
  const change: CatalogChange = { action, effectiveFrom, ...read(object, fields) };
  fields.noOthers();
  return fields.errors.length > 0 ? invalidMessage(fields.errors) : change;
}

type Content = CatalogChange extends infer Change
  ? Change extends CatalogChange
    ? Omit<Change, 'action' | 'effectiveFrom'>
    : never
  : never;

function read(object: (typeof OBJECTS)[number], fields: FieldReader): Content {
  switch (object) {
    case 'USAGE_TYPE':
      return {
        object,
        usageType: fields.text('usageType', CODE),
        name: fields.text('name'),
        unit: fields.text('unit', { max: 40 }),
        serviceType: fields.text('serviceType', CODE),
      };
    case 'SERVICE':
      return {
        object,
        service: fields.text('service', PART),
        name: fields.text('name'),
        serviceType: fields.text('serviceType', CODE),
        usageTypes: fields.texts('usageTypes', CODE),
      };
    case 'PLAN':
      return { object, plan: fields.text('plan', PART), name: fields.text('name') };
    case 'RATE_SCHEDULE':
      return {
        object,
        plan: fields.text('plan', PART),
        rateSchedule: fields.text('rateSchedule', PART),
        name: fields.text('name'),
        currency: fields.text('currency', CURRENCY_CODE),
      };
    case 'PLAN_SERVICE':
      return {
        object,
        plan: fields.text('plan', PART),
        service: fields.text('service', PART),
        rateSchedules: fields.texts('rateSchedules', { ...PART, optional: true }),
      };
  }
}
