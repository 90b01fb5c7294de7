import type { FieldReader } from '../../../../shared/kernel/fields.js';
import { BALANCE_SCOPES, type BalanceScope } from '../pricing/compiled/price-units.js';

/** Who shares a balance; absent when the definition leaves it to the system property. */
export function readScope(fields: FieldReader): { readonly scope?: BalanceScope } {
  return fields.has('scope') ? { scope: fields.choice('scope', BALANCE_SCOPES) } : {};
}
