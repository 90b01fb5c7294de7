import { DecimalTally, sumOfTexts } from '../../../shared/kernel/decimal-tally.js';
import { movesOf, ownerOf, type MovingRow } from '../domain/balance-places.js';
import { quantityText } from '../domain/money-units.js';
import type { UsageReratedColumns } from '../domain/runs/rerated-events.js';
import type { MovedBalance, RunAccountRow } from './rating-runs.collections.js';

/** What one event changes of one account. */
export interface AccountSums {
  readonly account: string;
  readonly changes: number;
  readonly money: RunAccountRow['money'];
  readonly balances: readonly MovedBalance[];
}

/** Account by account, in the order of their first row. */
export function accountSums(columns: UsageReratedColumns): readonly AccountSums[] {
  const gathered = new Map<string, Gathered>();
  columns.account.forEach((account, row) => {
    const known = gathered.get(account) ?? new Gathered();
    gathered.set(account, known.add(columns, row));
  });
  return [...gathered].map(([account, sums]) => ({ account, ...sums.said() }));
}

/** What is known of an account, with one event more. */
export function withSums(
  row: Pick<RunAccountRow, 'changes' | 'money' | 'balances'> | undefined,
  sums: AccountSums,
): Pick<RunAccountRow, 'changes' | 'money' | 'balances'> {
  if (row === undefined) return { changes: sums.changes, money: sums.money, balances: sums.balances };
  const money = new Map(row.money.map((known) => [known.currency, known]));
  for (const { currency, before, after } of sums.money) {
    const known = money.get(currency);
    const sum = known && { before: sumOfTexts(known.before, before), after: sumOfTexts(known.after, after) };
    money.set(currency, { currency, before, after, ...sum });
  }
  const balances = new Map(row.balances.map((known) => [balanceKey(known), known]));
  for (const moved of sums.balances) {
    const key = balanceKey(moved);
    balances.set(key, { ...moved, by: sumOfTexts(balances.get(key)?.by ?? '0', moved.by) });
  }
  return {
    changes: row.changes + sums.changes,
    money: ordered(money),
    balances: ordered(balances).filter(({ by }) => by !== '0'),
  };
}

class Gathered {
  private changes = 0;
  private readonly money = new Map<string, { readonly before: DecimalTally; readonly after: DecimalTally }>();
  private readonly balances = new Map<string, { readonly of: Omit<MovedBalance, 'by'>; by: bigint }>();

  add(columns: UsageReratedColumns, row: number): this {
    this.changes += 1;
    this.sums(columns.currency[row] ?? '').after.add(columns.amount[row] ?? '0');
    this.sums(columns['old.currency'][row] ?? '').before.add(columns['old.amount'][row] ?? '0');
    const account = columns.account[row] ?? '';
    this.move(account, 1n, {
      subscription: columns.subscription[row] ?? '',
      cycle: columns.cycle[row] ?? 0,
      impacts: columns.impacts[row] ?? [],
      before: columns.before[row] ?? null,
    });
    this.move(account, -1n, {
      subscription: columns['old.subscription'][row] ?? '',
      cycle: columns['old.cycle'][row] ?? 0,
      impacts: columns['old.impacts'][row] ?? [],
      before: columns['old.before'][row] ?? null,
    });
    return this;
  }

  said(): Omit<AccountSums, 'account'> {
    const money = new Map(
      [...this.money].map(([currency, { before, after }]) => {
        return [currency, { currency, before: before.toString(), after: after.toString() }];
      }),
    );
    const balances = new Map(
      [...this.balances].flatMap(([key, { of, by }]) => (by === 0n ? [] : [[key, { ...of, by: quantityText(by) }]])),
    );
    return { changes: this.changes, money: ordered(money), balances: ordered(balances) };
  }

  private move(account: string, sign: 1n | -1n, row: MovingRow): void {
    for (const { holder, period, change, impact } of movesOf(account, row)) {
      const [kind, resource] = impact;
      if (kind === 'PRICE') continue;
      const of = { ...ownerOf(holder), period, kind, resource };
      const known = this.balances.get(balanceKey(of)) ?? { of, by: 0n };
      known.by += sign * change;
      this.balances.set(balanceKey(of), known);
    }
  }

  private sums(currency: string): { readonly before: DecimalTally; readonly after: DecimalTally } {
    let sums = this.money.get(currency);
    if (sums === undefined) {
      sums = { before: new DecimalTally(), after: new DecimalTally() };
      this.money.set(currency, sums);
    }
    return sums;
  }
}

function balanceKey({ subscription, serviceId, period, kind, resource }: Omit<MovedBalance, 'by'>): string {
  return `${subscription}\n${serviceId}\n${String(period).padStart(15, '0')}\n${kind}\n${resource}`;
}

/** One order, whatever the order of the rows. */
function ordered<Value>(values: ReadonlyMap<string, Value>): Value[] {
  return [...values].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, value]) => value);
}
