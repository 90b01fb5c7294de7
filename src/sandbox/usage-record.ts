import { Decimal } from '../shared/kernel/decimal.js';
import { currencyOf, isCurrencyCode } from '../shared/kernel/money.js';
import type { LedgerRecord } from './ledger.js';

/** Error codes of the reference billing system, as far as the sandbox raises them. */
export const CODES = {
  UNEXPECTED: 1001,
  AUTHENTICATION: 1004,
  ACCOUNT_NOT_FOUND: 1009,
  MISSING_FIELD: 1010,
  UNPARSEABLE: 1012,
  INVALID_VALUE: 1016,
  DATE_FORMAT: 1024,
  DUPLICATE_RECORD: 14090,
} as const;

export interface RecordError {
  readonly code: number;
  readonly message: string;
}

export interface RecordRules {
  /** Absent: every account is known. */
  readonly knownAccounts?: ReadonlySet<string>;
  /** For records that name no currency. */
  readonly defaultCurrency: string;
}

const ACCOUNT_FIELDS = ['acct_no', 'userid', 'client_acct_id', 'plan_instance_no', 'client_plan_instance_id'] as const;
const DATE = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})$/;

/** Checks one record of `usage_recs` as the reference does: the first thing wrong with it is its error. */
export function readUsageRecord(
  raw: unknown,
  rules: RecordRules,
): { readonly record: Omit<LedgerRecord, 'usageRecNo'> } | { readonly error: RecordError } {
  if (typeof raw !== 'object' || raw === null) return wrong(CODES.UNPARSEABLE, 'a usage record must be an object');
  const fields = raw as Readonly<Record<string, unknown>>;
  const text = (name: string): string | undefined => {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
    return typeof value === 'number' ? String(value) : undefined;
  };
  const account = ACCOUNT_FIELDS.map(text).find((value) => value !== undefined);
  if (account === undefined) return wrong(CODES.MISSING_FIELD, `one of ${ACCOUNT_FIELDS.join(', ')} is required`);
  const usageType = text('usage_type_code') ?? text('usage_type');
  if (usageType === undefined) return wrong(CODES.MISSING_FIELD, 'usage_type or usage_type_code is required');
  const units = text('usage_units');
  if (units === undefined) return wrong(CODES.MISSING_FIELD, 'usage_units is required');
  if (Decimal.tryParse(units) === undefined)
    return wrong(CODES.INVALID_VALUE, `usage_units "${units}" is not a number`);
  const usageDate = text('usage_date') ?? '';
  if (!isDate(usageDate)) return wrong(CODES.DATE_FORMAT, `usage_date "${usageDate}" is not yyyy-mm-dd hh24:mi:ss`);
  const currency = text('currency_cd') ?? rules.defaultCurrency;
  if (!isCurrencyCode(currency)) return wrong(CODES.INVALID_VALUE, `currency_cd "${currency}" is not a currency`);
  const amount = text('amt');
  if (amount === undefined) return wrong(CODES.MISSING_FIELD, 'amt is required: this sandbox rates nothing itself');
  const parsed = Decimal.tryParse(amount);
  const decimals = currencyOf(currency).minorUnit;
  if (parsed?.fits(decimals) !== true)
    return wrong(
      CODES.INVALID_VALUE,
      `amt "${amount}" is not an amount of ${currency} with at most ${decimals} decimals`,
    );
  const known = text('client_acct_id') ?? text('acct_no') ?? text('userid');
  if (known !== undefined && rules.knownAccounts?.has(known) === false)
    return wrong(CODES.ACCOUNT_NOT_FOUND, `account not found: ${known}`);
  return {
    record: {
      clientRecordId: text('client_record_id') ?? null,
      account: known ?? account,
      planInstance: text('client_plan_instance_id') ?? text('plan_instance_no') ?? null,
      usageType,
      usageDate,
      units,
      amount: parsed.toString(),
      currency,
    },
  };
}

function isDate(text: string): boolean {
  const match = DATE.exec(text);
  if (match === null) return false;
  const instant = new Date(`${text.replace(' ', 'T')}Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().slice(0, 19).replace('T', ' ') === text;
}

function wrong(code: number, message: string): { readonly error: RecordError } {
  return { error: { code, message } };
}
