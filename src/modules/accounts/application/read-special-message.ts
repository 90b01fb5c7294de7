import type { FieldReader } from '../../../shared/kernel/fields.js';
import { CURRENCY_CODE, isCurrencyCode } from '../../../shared/kernel/money.js';
import { parseSteps } from '../../catalog/index.js';
import type { FeedMessage } from '../../feeds/index.js';
import type { SpecialChange } from '../domain/special-change.js';

export const SPECIAL_OBJECTS = ['TOP_UP', 'CUSTOM_RATES', 'COMMITMENT'] as const;

/** Whatever the billing system names its things. */
export const ID = { max: 100 } as const;
/** As names are in the language of prices. */
const NAME = {
  max: 64,
  pattern: /^[A-Za-z0-9][A-Za-z0-9 _.:/-]*$/,
  says: 'a name of letters, digits and " _.:/-"',
} as const;
const OFFER = {
  max: 400,
  pattern: /^[^.]+\.[^.]+\.[^.]+\.[A-Z]{3}$/,
  says: 'the id of a price offer, <plan>.<rateSchedule>.<service>.<currency>',
} as const;
/** Money is kept to ten decimals, quantities to twelve; zero is nothing, and said by END. */
const AMOUNT = { min: '0.0000000001', max: '999999999999999999', scale: 10 } as const;
const QUANTITY = { min: '0.000000000001', max: '999999999999999999', scale: 12 } as const;

/** Reads what an account is given beside the catalog. */
export function readSpecial(
  object: (typeof SPECIAL_OBJECTS)[number],
  { action, effectiveFrom }: FeedMessage,
  fields: FieldReader,
): SpecialChange {
  const account = fields.text('account', ID);
  switch (object) {
    case 'TOP_UP': {
      const subscription = fields.text('subscription', ID);
      const reference = fields.text('reference', ID);
      const resource = fields.text('resource', NAME);
      // Whether it is money is known where it is used: so it keeps to the decimals of money when it could be.
      const quantity = fields.decimal('quantity', isCurrencyCode(resource) ? AMOUNT : QUANTITY);
      const expires = endOf('expires', effectiveFrom, fields);
      const data = { account, subscription, reference, resource, quantity, effectiveFrom, ...expires };
      return { object, action: 'CREATE', data };
    }
    case 'CUSTOM_RATES': {
      const subscription = fields.has('subscription') ? { subscription: fields.text('subscription', ID) } : {};
      const priceOfferId = fields.text('priceOfferId', OFFER);
      const charge = fields.text('charge', ID);
      const key = { account, ...subscription, priceOfferId, charge, effectiveFrom };
      if (action === 'END') return { object, action, data: key };
      return {
        object,
        action,
        data: { ...key, steps: stepsOf(fields), ...endOf('effectiveTo', effectiveFrom, fields) },
      };
    }
    case 'COMMITMENT': {
      const subscription = fields.text('subscription', ID);
      const allowance = fields.text('allowance', NAME);
      const key = { account, subscription, allowance, effectiveFrom };
      if (action === 'END') return { object, action, data: key };
      const amount = fields.decimal('amount', AMOUNT);
      const currency = fields.text('currency', CURRENCY_CODE);
      const per = fields.choice('per', ['CYCLE'], 'CYCLE');
      return {
        object,
        action,
        data: { ...key, amount, currency, per, ...endOf('effectiveTo', effectiveFrom, fields) },
      };
    }
  }
}

/** What is wrong with the steps is said in the words of the language, under the path they have in the message. */
function stepsOf(fields: FieldReader): readonly unknown[] {
  const read = parseSteps(fields.any('steps'));
  if ('steps' in read) return read.steps;
  for (const { path, message } of read.errors) fields.fail(`steps${path}`, message, undefined);
  return [];
}

function endOf<Name extends 'expires' | 'effectiveTo'>(
  name: Name,
  start: number,
  fields: FieldReader,
): { readonly [Member in Name]?: number } {
  const end = fields.optionalInstant(name);
  if (end === undefined) return {};
  if (end <= start) fields.fail(name, 'must be after effectiveFrom', undefined);
  return { [name]: end } as { readonly [Member in Name]?: number };
}
