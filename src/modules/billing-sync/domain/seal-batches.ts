import { Decimal } from '../../../shared/kernel/decimal.js';
import { currencyOf, roundToMinorUnit, type Currency } from '../../../shared/kernel/money.js';
import type { AggregationTotal, BillingBatchSealed } from './events.js';
import { batchIdOf, lineIdOf } from './line-id.js';
import type { Residuals } from './residuals.js';
import type { UsageGroup } from './usage-groups.js';

/** The accounts' money of one partition in one currency, as its lines made it. */
export interface LineTotals {
  exact: Decimal;
  lines: Decimal;
  residualBefore: Decimal;
  residualAfter: Decimal;
}

export interface SealPlan {
  readonly runId: string;
  readonly partition: number;
  /** Number of the first batch: they count through the run. */
  readonly firstBatch: number;
  readonly batchSize: number;
  /** Those that are not rounded as ISO 4217 has it. */
  readonly currencies?: readonly Currency[];
}

interface Line {
  readonly group: UsageGroup;
  readonly exact: Decimal;
  readonly before: Decimal;
  readonly amount: Decimal;
  readonly after: Decimal;
}

/**
 * Turns groups into batches of lines: each line is rounded once, with what its account carried in, and carries on the
 * rest. Changes `residuals`; the same groups and residuals always make the same batches.
 */
export function sealBatches(plan: SealPlan, groups: readonly UsageGroup[], residuals: Residuals): BillingBatchSealed[] {
  const batches: BillingBatchSealed[] = [];
  const rounding = new Map(plan.currencies?.map((currency) => [currency.code, currency]));
  for (let start = 0; start < groups.length; start += plan.batchSize) {
    const lines = groups.slice(start, start + plan.batchSize).map((group) => {
      return lineOf(group, residuals, rounding.get(group.currency) ?? currencyOf(group.currency));
    });
    batches.push(batchOf(plan, batchIdOf(plan.runId, plan.firstBatch + batches.length), lines));
  }
  return batches;
}

function lineOf(group: UsageGroup, residuals: Residuals, currency: Currency): Line {
  const before = residuals.of(group.account, group.currency);
  const exact = group.amount.value();
  const { rounded, residual } = roundToMinorUnit(exact.plus(before), currency);
  residuals.carry(group.account, group.currency, residual);
  return { group, exact, before, amount: rounded, after: residual };
}

function batchOf(plan: SealPlan, batchId: string, lines: readonly Line[]): BillingBatchSealed {
  const money = new Map<string, Decimal>();
  for (const { group, amount } of lines) {
    money.set(group.currency, (money.get(group.currency) ?? Decimal.ZERO).plus(amount));
  }
  const column = <T>(of: (line: Line) => T): T[] => lines.map(of);
  return {
    type: 'BillingBatchSealed.v1',
    data: {
      head: {
        batchId,
        runId: plan.runId,
        partition: plan.partition,
        lines: lines.length,
        records: lines.reduce((sum, line) => sum + line.group.records, 0),
        money: Object.fromEntries([...money].sort().map(([code, sum]) => [code, sum.toString()])),
        firstAt: Math.min(...column((line) => line.group.firstAt)),
        lastAt: Math.max(...column((line) => line.group.lastAt)),
      },
      columns: {
        lineId: lines.map((_, index) => lineIdOf(batchId, index + 1)),
        account: column((line) => line.group.account),
        subscription: column((line) => line.group.subscription),
        usageType: column((line) => line.group.usageType),
        currency: column((line) => line.group.currency),
        rateSchedule: column((line) => line.group.rateSchedule),
        quantity: column((line) => line.group.quantity.toString()),
        records: column((line) => line.group.records),
        exact: column((line) => line.exact.toString()),
        residualBefore: column((line) => line.before.toString()),
        amount: column((line) => line.amount.toString()),
        residualAfter: column((line) => line.after.toString()),
        firstAt: column((line) => line.group.firstAt),
        lastAt: column((line) => line.group.lastAt),
      },
    },
  };
}

/** The totals of a run, by currency, added up from its sealed batches alone: the second side of the gate. */
export class RunTotals {
  private readonly byCurrency = new Map<string, LineTotals>();
  /** The currency and account of the line before: residuals telescope through the lines of one account. */
  private previous = '';
  private previousAfter = Decimal.ZERO;
  lines = 0;
  records = 0;

  /** Batches in the order they were sealed. @throws GateClosed when a residual was not carried on as it was left. */
  add(batch: BillingBatchSealed['data']): void {
    const { columns, head } = batch;
    this.lines += head.lines;
    this.records += head.records;
    columns.account.forEach((account, line) => {
      const currency = columns.currency[line] ?? '';
      const before = Decimal.parse(columns.residualBefore[line] ?? '0');
      const after = Decimal.parse(columns.residualAfter[line] ?? '0');
      const total = this.totalOf(currency);
      const key = `${account}\u0000${currency}`;
      if (key === this.previous) {
        if (!before.equals(this.previousAfter))
          throw new GateClosed(
            `Line ${columns.lineId[line] ?? ''} carries in ${before.toString()} where the line before left ${this.previousAfter.toString()}`,
          );
        total.residualAfter = total.residualAfter.minus(this.previousAfter);
      } else {
        total.residualBefore = total.residualBefore.plus(before);
      }
      total.residualAfter = total.residualAfter.plus(after);
      total.exact = total.exact.plus(Decimal.parse(columns.exact[line] ?? '0'));
      total.lines = total.lines.plus(Decimal.parse(columns.amount[line] ?? '0'));
      this.previous = key;
      this.previousAfter = after;
    });
  }

  /** @param monetized by currency, what the rated events' heads say. @throws GateClosed */
  close(monetized: ReadonlyMap<string, Decimal>): AggregationTotal[] {
    const currencies = [...new Set([...monetized.keys(), ...this.byCurrency.keys()])].sort();
    return currencies.map((currency) => {
      const total = this.totalOf(currency);
      const heads = monetized.get(currency) ?? Decimal.ZERO;
      const sent = total.lines.plus(total.residualAfter).minus(total.residualBefore);
      if (!heads.equals(total.exact) || !heads.equals(sent)) {
        throw new GateClosed(
          `${currency}: monetized ${heads.toString()}, exact sum of the lines ${total.exact.toString()}, lines with residuals ${sent.toString()} must be equal`,
        );
      }
      return {
        currency,
        monetized: heads.toString(),
        lines: total.lines.toString(),
        residualBefore: total.residualBefore.toString(),
        residualAfter: total.residualAfter.toString(),
      };
    });
  }

  private totalOf(currency: string): LineTotals {
    let total = this.byCurrency.get(currency);
    if (total === undefined) {
      total = { exact: Decimal.ZERO, lines: Decimal.ZERO, residualBefore: Decimal.ZERO, residualAfter: Decimal.ZERO };
      this.byCurrency.set(currency, total);
    }
    return total;
  }
}

/** The control totals do not agree: nothing of the run may be sent. */
export class GateClosed extends Error {
  override readonly name = 'GateClosed';
}
