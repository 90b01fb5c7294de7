import type { DecimalRule, TextRule } from '../../../../shared/kernel/fields.js';

/** Ids are what a price may name: the same letters as the names of the language of prices. */
export const BLOCK_ID = {
  max: 64,
  pattern: /^[A-Za-z0-9][A-Za-z0-9 _.:/-]{0,63}$/,
  says: 'a name of letters, digits and " _.:/-", at most 64',
} as const satisfies TextRule;

/** For people. */
export const NAME = { max: 200 } as const satisfies TextRule;

export const DATE = {
  max: 10,
  pattern: /^\d{4}-\d{2}-\d{2}$/,
  says: 'a date such as 2026-12-25',
} as const satisfies TextRule;

export const QUANTITY: DecimalRule = { min: '0', max: '999999999999999999', scale: 12 };

/** Whether a date in the right form is one: 30 February is not. */
export function isDate(text: string): boolean {
  const instant = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(instant) && new Date(instant).toISOString().slice(0, 10) === text;
}
