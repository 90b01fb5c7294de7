import { FieldReader } from '../../../shared/kernel/fields.js';
import { CURRENCY_CODE } from '../../../shared/kernel/money.js';
import { isTimeZone } from '../../../shared/kernel/zone.js';
import { invalidMessage, type FeedMessage, type FeedRefusal } from '../../feeds/index.js';
import type { AccountChange } from '../domain/account-change.js';
import { LIFECYCLE_STATUSES } from '../domain/events.js';
import { ID, readSpecial, SPECIAL_OBJECTS } from './read-special-message.js';

const OBJECTS = ['ACCOUNT', 'SUBSCRIPTION', 'SERVICE_ID', ...SPECIAL_OBJECTS] as const;
/** What ends by END. */
const ENDING: ReadonlySet<string> = new Set(['SERVICE_ID', 'CUSTOM_RATES', 'COMMITMENT']);
const ONE_UNIT = '1';
/** Of a subscription: none is possible, so that a seat count may go down to 0 without an end. */
const UNITS = { min: '0', max: '1000000000', scale: 6, orElse: ONE_UNIT } as const;

/** Reads the payload of an account feed message; every error at once, with its path. */
export function readAccountMessage(message: FeedMessage): AccountChange | FeedRefusal {
  const envelope = new FieldReader({ object: message.object });
  const object = envelope.choice('object', OBJECTS);
  if (envelope.errors.length > 0) return invalidMessage(envelope.errors);
  const fields = new FieldReader(message.payload, 'payload');
  const change = read(object, message, fields);
  fields.noOthers();
  const errors = [...actionErrors(object, message), ...fields.errors];
  return errors.length > 0 ? invalidMessage(errors) : change;
}

function read(object: (typeof OBJECTS)[number], message: FeedMessage, fields: FieldReader): AccountChange {
  const { effectiveFrom } = message;
  if (object === 'TOP_UP' || object === 'CUSTOM_RATES' || object === 'COMMITMENT') {
    return readSpecial(object, message, fields);
  }
  const action = message.action === 'UPDATE' ? 'UPDATE' : 'CREATE';
  const account = fields.text('account', ID);
  if (object === 'ACCOUNT') {
    const data = {
      account,
      name: fields.text('name'),
      status: fields.choice('status', LIFECYCLE_STATUSES, 'ACTIVE'),
      currency: fields.text('currency', CURRENCY_CODE),
      billingDay: fields.integer('billingDay', 1, 31),
      timeZone: zoneOf(fields),
      effectiveFrom,
    };
    return { object, action, data };
  }
  const subscription = fields.text('subscription', ID);
  if (object === 'SUBSCRIPTION') {
    const plan = fields.text('plan', ID);
    const rateSchedule = fields.text('rateSchedule', ID);
    const status = fields.choice('status', LIFECYCLE_STATUSES, 'ACTIVE');
    const data = { account, subscription, plan, rateSchedule, status, effectiveFrom };
    const units = fields.decimal('units', UNITS);
    return { object, action, data: units === ONE_UNIT ? data : { ...data, units } };
  }
  const serviceId = fields.text('serviceId');
  if (message.action === 'END') {
    return { object, action: 'END', data: { account, subscription, serviceId, at: effectiveFrom } };
  }
  const service = fields.text('service', ID);
  const effectiveTo = fields.optionalInstant('effectiveTo');
  const use = { account, subscription, serviceId, service, effectiveFrom };
  if (effectiveTo === undefined) return { object, action, data: use };
  if (effectiveTo <= effectiveFrom) fields.fail('effectiveTo', 'must be after effectiveFrom', undefined);
  return { object, action, data: { ...use, effectiveTo } };
}

function zoneOf(fields: FieldReader): string {
  const zone = fields.text('timeZone', { max: 60 });
  if (zone !== '' && !isTimeZone(zone))
    return fields.fail('timeZone', 'must be an IANA name such as Europe/Berlin', '');
  return zone;
}

function actionErrors(object: string, { action }: FeedMessage): { path: string; message: string }[] {
  if (object === 'TOP_UP') {
    if (action === 'CREATE') return [];
    return [{ path: 'action', message: 'must be CREATE for TOP_UP: what was paid is never changed' }];
  }
  if (action !== 'END' || ENDING.has(object)) return [];
  return [{ path: 'action', message: `must be CREATE or UPDATE for ${object}: its end is a status CANCELLED` }];
}
