import type { Resolved } from '../../../accounts/index.js';
import { PRERATED_AMOUNT, PRERATED_CURRENCY, type Prerated } from '../../domain/prerated.js';
import type { Exhausted } from './line-settlement.js';
import type { SuspendedReason } from '../../domain/rated-batch.js';
import type { CommitmentProblem } from './account-terms.js';

const THEN = 'then reprocess.';
type Missing = Extract<Prerated, { missing: string }>['missing'];

/** Why a record could not be rated for what it came with, or for its account's own terms. */
export const suspendOwnTerms = {
  preratedMissing: ({ account }: Resolved, missing: Missing, reason: string): SuspendedReason => ({
    code: 'QUANTITY_NOT_DERIVABLE',
    message:
      `A PRERATED record keeps the price it came with, and this one ${reason}: ` +
      (missing === PRERATED_AMOUNT ? `let the mapping read its price` : 'correct the mapping of that quantity') +
      ' (POST /v1/mappings), and send the record again in a new file.',
    account,
    facts: { measure: missing },
  }),

  preratedCurrency: ({ account, currency: billed }: Resolved, currency: string): SuspendedReason => ({
    code: 'CURRENCY_MISMATCH',
    message:
      `Account ${account} is billed in ${billed}, but the record came with a price in ${currency.slice(0, 40)}: correct ` +
      `the account through the account feed (ACCOUNT), or let the mapping read its currency (attribute ` +
      `"${PRERATED_CURRENCY}") otherwise, ${THEN}`,
    account,
    facts: { account, currency: currency.slice(0, 40) },
  }),

  customRatesUnfit: (owner: Resolved, priceOfferId: string, version: number, reason: string): SuspendedReason => ({
    code: 'PRICING_NOT_CONFIGURED',
    message:
      `The rates agreed with account ${owner.account} do not fit version ${version} of the price of ${priceOfferId}: ` +
      `${reason}. Correct them (UPDATE or END of CUSTOM_RATES through the account feed, effective no later), or put a ` +
      `price they fit, ${THEN}`,
    account: owner.account,
    facts: { account: owner.account, priceOfferId },
  }),

  commitmentUnfit: (owner: Resolved, priceOfferId: string, problem: CommitmentProblem): SuspendedReason => {
    const { account, subscription } = owner;
    const { allowance } = problem;
    const facts = { account, subscription, allowance };
    const which = `Commitment ${allowance} of subscription ${subscription} of account ${account}`;
    const remedy = `send it through the account feed (COMMITMENT, effective no later), ${THEN}`;
    return problem.kind === 'CURRENCY'
      ? {
          code: 'CURRENCY_MISMATCH',
          message: `${which} is in ${problem.currency}, but price offer ${priceOfferId} is in ${owner.currency}: END it and ${remedy}`,
          account,
          facts,
        }
      : {
          code: 'PRICING_NOT_CONFIGURED',
          message: `${which} counts money, but the price of ${priceOfferId} counts quantities under the same name: END it, give it another name and ${remedy}`,
          account,
          facts,
        };
  },

  exhausted: (owner: Resolved, currency: string, { missing, available }: Exhausted): SuspendedReason => {
    const { account, subscription } = owner;
    return {
      code: 'BALANCE_EXHAUSTED',
      message:
        `Prepaid subscription ${subscription} of account ${account} has ${available} ${currency} left, which is ` +
        `${missing} ${currency} too little: send a TOP_UP through the account feed, effective no later than the usage, ` +
        THEN,
      account,
      facts: { account, subscription, resource: currency },
    };
  },
};
