import { instantToString } from '../../../shared/kernel/clock.js';
import { monetizedId } from '../../../shared/kernel/record-id.js';
import type { RerateSelection } from '../domain/runs/run-events.js';
import type { RatingRunRow, RunAccountRow, RunChangeRow } from '../projections/rating-runs.collections.js';
import type { RatingRunDto, RunDto } from './rating-runs.dto.js';
import { balanceOwnerView } from './rating.views.js';
import type { RerateDto, RerateSelectionDto } from './rerates.dto.js';
import type { RunAccountDto, RunChangeDto } from './run-changes.dto.js';

/** @throws when the row is a rerate's. */
export function ratingRunView(row: RatingRunRow): RatingRunDto {
  const { asked } = row;
  if (asked.kind === 'RERATE') throw new Error(`Run ${row.runId} is a rerate`);
  return { ...runView(row), kind: asked.kind, asOf: instantToString(asked.asOf) };
}

/** @throws when the row is not a rerate's. */
export function rerateView(row: RatingRunRow): RerateDto {
  const { asked, hash } = row;
  if (asked.kind !== 'RERATE') throw new Error(`Run ${row.runId} is no rerate`);
  const previewId = asked.mode === 'COMMIT' ? asked.preview.runId : null;
  return { ...runView(row), mode: asked.mode, selection: selectionView(asked.selection), previewId, hash };
}

export function changeView(row: RunChangeRow): RunChangeDto {
  const { oldAmount, oldCurrency, oldQuantity, oldPriceOfferId, oldPriceVersion } = row;
  const old =
    oldAmount === null
      ? null
      : {
          amount: oldAmount,
          currency: oldCurrency ?? '',
          quantity: oldQuantity ?? '0',
          priceOfferId: oldPriceOfferId ?? '',
          priceVersion: oldPriceVersion ?? 0,
        };
  const { amount, currency, quantity, priceOfferId, priceVersion } = row;
  return {
    id: monetizedId(row.fileId, row.line, row.charge),
    account: row.account,
    subscription: row.subscription,
    serviceId: row.serviceId,
    usageType: row.usageType,
    at: instantToString(row.at),
    cycleStart: instantToString(row.cycle),
    version: row.version,
    withdrawn: row.withdrawn,
    old,
    new: { amount, currency, quantity, priceOfferId, priceVersion },
  };
}

export function accountView({ account, changes, money, balances }: RunAccountRow): RunAccountDto {
  return {
    account,
    changes,
    money: [...money],
    balances: balances.map(({ subscription, serviceId, period, ...moved }) => {
      return { ...balanceOwnerView({ subscription, serviceId }), ...moved, periodStart: instantToString(period) };
    }),
  };
}

function runView(row: RatingRunRow): Pick<RunDto, keyof RunDto> {
  const { runId, status, reason, actor, commandId, requestedAt, completedAt, requestedPosition } = row;
  return {
    runId,
    status,
    reason,
    actor,
    commandId,
    requestedAt: instantToString(requestedAt),
    completedAt: completedAt === null ? null : instantToString(completedAt),
    position: requestedPosition,
    counts: row.counts,
    money: [...row.money],
    problems: [...row.problems],
  };
}

function selectionView({ accountIds, from, to, ...rest }: RerateSelection): RerateSelectionDto {
  return {
    ...rest,
    ...(accountIds === undefined ? {} : { accountIds: [...accountIds] }),
    ...(from === undefined ? {} : { from: instantToString(from) }),
    ...(to === undefined ? {} : { to: instantToString(to) }),
  };
}
