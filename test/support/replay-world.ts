import {
  chargeLine,
  findingsOf,
  type Balances,
  type CompiledPrice,
  type PricedUsage,
} from '../../src/modules/catalog/index.js';
import { BalanceLedger } from '../../src/modules/rating/domain/balance-ledger.js';
import { holderOf, movesOf, type BalanceId } from '../../src/modules/rating/domain/balance-places.js';
import type { RecordFacts } from '../../src/modules/rating/domain/rated-batch.js';
import type {
  AccountReplay,
  CycleTotals,
  RatedAgain,
  ReplayedAccount,
} from '../../src/modules/rating/domain/replay/account-replay.js';
import { replayAccount } from '../../src/modules/rating/domain/replay/replay-account.js';
import type { ChargeRow, StandingRecord, StandingRow } from '../../src/modules/rating/domain/replay/standing-record.js';
import { billingCycleAt } from '../../src/shared/kernel/period.js';

const ACCOUNT = 'A';
const cycleAt = (at: number): number => billingCycleAt(at, 1, 'UTC').start;

/** A usage record of the account; `id` is its ordinal in the one chunk there is. */
export interface WorldUsage extends PricedUsage, RecordFacts {
  readonly subscription: string;
}

export type WorldRecord = StandingRecord<WorldUsage>;

/** Balances of one record on a ledger, as rating has them: moved by whole lines only. */
class LineBalances implements Balances {
  readonly elsewhere = undefined;
  readonly grants = undefined;
  private readonly moved = new Map<string, bigint>();

  constructor(
    private readonly ledger: BalanceLedger,
    private readonly holder: string,
    private readonly cycle: number,
  ) {}

  get(key: string): bigint | undefined {
    return this.moved.get(key) ?? this.ledger.get(this.holder, this.cycle, key);
  }

  set(key: string, value: bigint): void {
    this.moved.set(key, value);
  }

  earlier(key: string): bigint | undefined {
    return this.ledger.get(this.holder, cycleAt(this.cycle - 1), key);
  }

  latest(key: string): bigint | undefined {
    return this.get(key) ?? this.ledger.latestBefore(this.holder, this.cycle, key);
  }

  allowances(): readonly string[] {
    const held = this.ledger.cycleOf(this.holder, this.cycle)?.keys ?? [];
    const keys = new Set([...held, ...this.moved.keys()]);
    return [...keys].flatMap((key) => (key.startsWith('allowance/') ? [key.slice('allowance/'.length)] : []));
  }

  commit(): void {
    for (const [key, value] of this.moved) this.ledger.set(this.holder, this.cycle, key, value);
  }
}

/** Which price a usage record is charged by, and under which version of it. */
export type PriceOf = (usage: WorldUsage) => { readonly price: CompiledPrice; readonly version: number };

/** The usage of one account and what is charged for it: by arrival, and when it is rated again. */
export class ReplayWorld {
  readonly ledger = new BalanceLedger();
  records: readonly WorldRecord[] = [];
  private revision = 0;

  constructor(
    private readonly priceOf: PriceOf,
    private readonly prices: readonly CompiledPrice[],
  ) {}

  /** Rates records as they come; those that cannot be rated are not there. */
  arrive(usage: readonly WorldUsage[]): this {
    this.records = [
      ...this.records,
      ...usage.flatMap((one) => {
        const rated = rate(this.priceOf, one, this.ledger, undefined);
        if (rated.kind === 'SUSPENDED') return [];
        const revision = (this.revision += 1);
        const rows = chargeRows(rated).map((row, index): StandingRow => {
          return { ...row, version: 1, withdrawn: false, address: { revision, row: index } };
        });
        // What is stored is read back as JSON.
        return [{ usage: one, position: 1, rows: JSON.parse(JSON.stringify(rows)) as StandingRow[] }];
      }),
    ];
    return this;
  }

  replay(asked: Partial<AccountReplay<WorldUsage>> & { readonly priceOf?: PriceOf } = {}): ReplayedAccount<WorldUsage> {
    const { priceOf = this.priceOf, ...others } = asked;
    return replayAccount<WorldUsage>({
      account: ACCOUNT,
      records: this.records,
      ledger: this.ledger,
      selected: () => false,
      isWhole: () => false,
      cycleBefore: (_, cycle) => cycleAt(cycle - 1),
      findings: ({ usage }, row) => findingsOf(this.prices[row.offer.version]!, { ...row, serviceId: usage.serviceId }),
      rate: (record, ledger, totals) => rate(priceOf, record.usage, ledger, totals),
      ...others,
    });
  }

  /** Takes what a replay answered for good, as the partition does: what was is reversed, what is now holds. */
  take({ changed }: ReplayedAccount<WorldUsage>): this {
    const rows = new Map(this.records.map((record) => [record.usage.ordinal, [...record.rows]]));
    const takenBack = changed.flatMap(({ old }) => (old === undefined ? [] : [...movesOf(ACCOUNT, old)]));
    const made = new Set(changed.flatMap(({ row }) => [...movesOf(ACCOUNT, row)].map(nameOf)));
    for (const { record, row, version, withdrawn, old } of changed) {
      if (old !== undefined) {
        const { subscription, cycle, impacts, before } = old;
        this.ledger.foldImpacts(ACCOUNT, subscription, cycle, impacts, 'REVERSED', before);
      }
      this.ledger.foldImpacts(ACCOUNT, row.subscription, row.cycle, row.impacts, 'MADE', row.before);
      const own = rows.get(record.usage.ordinal)!;
      const at = own.findIndex(({ charge }) => charge === row.charge);
      const address = { revision: (this.revision += 1), row: 0 };
      own.splice(at < 0 ? own.length : at, 1, { ...row, version, withdrawn, address });
    }
    for (const move of takenBack) {
      const { holder, period, key } = move;
      const isGone = !made.has(nameOf(move)) && this.ledger.get(holder, period, key) === 0n;
      if (isGone) this.ledger.drop(holder, period, key);
    }
    this.records = this.records.map((record) => ({ ...record, rows: rows.get(record.usage.ordinal)! }));
    return this;
  }

  /** What stands, record by record in event order; without versions and addresses. */
  standing(): readonly unknown[] {
    return [...this.records]
      .sort((a, b) => a.usage.at - b.usage.at || a.usage.ordinal - b.usage.ordinal)
      .map(({ usage, rows }) => {
        const live = rows.filter(({ withdrawn }) => !withdrawn).sort((a, b) => a.charge - b.charge);
        return [usage.ordinal, live.map(sayingOf)];
      });
  }

  /** Every balance that is not 0, as the sum of what stands and as the ledger says. */
  balances(): readonly [summed: readonly string[], kept: readonly string[]] {
    const sums = new Map<string, bigint>();
    const keys = new Map<string, readonly [string, number, string]>();
    for (const { rows } of this.records) {
      for (const row of rows) {
        for (const { holder, period, key, change } of movesOf(ACCOUNT, row)) {
          const name = nameOf({ holder, period, key });
          sums.set(name, (sums.get(name) ?? 0n) + change);
          keys.set(name, [holder, period, key]);
        }
      }
    }
    const kept = [...keys].map(([name, key]) => `${name} ${this.ledger.get(...key) ?? 0n}`);
    return [[...sums].map(([name, sum]) => `${name} ${sum}`), kept];
  }
}

function rate(priceOf: PriceOf, usage: WorldUsage, ledger: BalanceLedger, totals: CycleTotals | undefined): RatedAgain {
  const { price, version } = priceOf(usage);
  const { subscription } = usage;
  const cycle = cycleAt(usage.at);
  const balances = new LineBalances(ledger, holderOf(ACCOUNT, subscription), cycle);
  const charges = chargeLine(price, usage, balances, totals);
  if ('code' in charges) {
    return { kind: 'SUSPENDED', reason: { code: charges.code, message: charges.reason, account: ACCOUNT, facts: {} } };
  }
  balances.commit();
  const { currency } = price;
  return {
    kind: 'MONETIZED',
    rated: { account: ACCOUNT, subscription, cycle, priceOfferId: 'OFFER', version, currency },
    charges,
  };
}

function chargeRows({ rated, charges }: RatedAgain & { kind: 'MONETIZED' }): readonly ChargeRow[] {
  const { subscription, cycle, currency, priceOfferId, version } = rated;
  return charges.map(({ charge, usageType, quantityText, amountText, impacts, before }) => ({
    charge: charge.index,
    subscription,
    usageType,
    cycle,
    offer: { priceOfferId, version },
    currency,
    quantity: quantityText,
    amount: amountText,
    impacts,
    before,
  }));
}

function nameOf({ holder, period, key }: BalanceId): string {
  return `${holder} ${period} ${key}`;
}

/** What says nothing is left out: the spend a row adds nothing to, an allowance that is used up. */
function sayingOf({ charge, subscription, usageType, cycle, offer, currency, quantity, amount, ...row }: StandingRow) {
  const { impacts, before } = row;
  const found = Object.entries(before?.balances ?? {}).filter(([key]) => {
    return !key.startsWith('accumulator/$spend') || impacts.some(([, resource]) => `accumulator/${resource}` === key);
  });
  const used = new Set(
    Object.entries(before?.allowances ?? {}).flatMap(([name, left]) => (left === '0' ? [name] : [])),
  );
  const allowances = Object.entries(before?.allowances ?? {}).filter(([name]) => !used.has(name));
  const order = before?.order?.filter((name) => !used.has(name));
  const grounds =
    before === null
      ? null
      : { ...before, order, allowances: Object.fromEntries(allowances), balances: Object.fromEntries(found) };
  return { charge, subscription, usageType, cycle, offer, currency, quantity, amount, impacts, grounds };
}
