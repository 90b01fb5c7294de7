import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { put, update, type Change, type Projection } from '../../../shared/read-models/projection.js';
import type { RerateProposed, UsageRerated } from '../domain/runs/rerated-events.js';
import type { RatingRunCompleted, RatingRunRequested } from '../domain/runs/run-events.js';
import { ratingRuns, runAccounts, runChanges } from './rating-runs.collections.js';
import { accountSums, withSums } from './run-account-sums.js';

export const RATING_RUNS_PROJECTION = 'rating-runs';

type RunEvent = RecordedEvent & (RatingRunRequested | RatingRunCompleted | RerateProposed | UsageRerated);

const HANDLES: readonly RunEvent['type'][] = [
  'RatingRunRequested.v1',
  'RatingRunCompleted.v1',
  'RerateProposed.v1',
  'UsageRerated.v1',
];

/** Runs, and what each of them makes, or would make, otherwise: charge by charge, and per account. */
export const ratingRunsProjection: Projection = {
  name: RATING_RUNS_PROJECTION,
  version: 2,
  collections: [ratingRuns, runChanges, runAccounts],
  handles: HANDLES,
  project: (event) => changesOf(event as RunEvent),
};

function* changesOf(event: RunEvent): Iterable<Change> {
  const { tenant } = parseStreamName(event.stream);
  switch (event.type) {
    case 'RatingRunRequested.v1':
      yield requested(tenant, event);
      return;
    case 'RatingRunCompleted.v1': {
      const { runId, counts, money, hash = null, problems = [] } = event.data;
      const completedAt = Date.parse(event.metadata.recordedAt);
      yield update(ratingRuns, { tenant, runId }, (row) => {
        return row && { ...row, status: 'COMPLETED' as const, completedAt, counts, money, hash, problems };
      });
      return;
    }
    case 'RerateProposed.v1':
    case 'UsageRerated.v1':
      yield* changedRows(tenant, event);
      for (const sums of accountSums(event.data.columns)) {
        const { runId } = event.data.head;
        const key = { tenant, runId, account: sums.account };
        yield update(runAccounts, key, (row) => {
          // An event that is applied again is in it already.
          if (row !== undefined && row.position >= event.position) return row;
          return { ...key, ...withSums(row, sums), position: event.position };
        });
      }
  }
}

function requested(tenant: string, event: RecordedEvent & RatingRunRequested): Change {
  const { runId, reason, asked, partitions } = event.data;
  const { actor, commandId = null, recordedAt } = event.metadata;
  return put(ratingRuns, {
    tenant,
    runId,
    kind: asked.kind,
    mode: asked.kind === 'RERATE' ? asked.mode : null,
    status: 'REQUESTED',
    reason,
    actor,
    commandId,
    requestedAt: Date.parse(recordedAt),
    completedAt: null,
    asked,
    partitions,
    counts: null,
    money: [],
    problems: [],
    hash: null,
    requestedPosition: event.position,
  });
}

function* changedRows(tenant: string, event: RecordedEvent & (RerateProposed | UsageRerated)): Iterable<Change> {
  const { head, columns } = event.data;
  for (let row = 0; row < columns.line.length; row += 1) {
    const offer = head.offers[columns.offer[row] ?? -1];
    const oldOffer = head.offers[columns['old.offer'][row] ?? -1];
    const was = columns['old.revision'][row] !== null;
    yield put(runChanges, {
      tenant,
      runId: head.runId,
      account: columns.account[row] ?? '',
      at: columns.at[row] ?? 0,
      fileId: head.sources[columns.source[row] ?? -1]?.fileId ?? '',
      line: columns.line[row] ?? 0,
      charge: columns.charge[row] ?? 0,
      subscription: columns.subscription[row] ?? '',
      serviceId: columns.serviceId[row] ?? '',
      usageType: columns.usageType[row] ?? '',
      cycle: columns.cycle[row] ?? 0,
      version: columns.version[row] ?? 0,
      withdrawn: columns.withdrawn[row] ?? false,
      currency: columns.currency[row] ?? '',
      amount: columns.amount[row] ?? '0',
      quantity: columns.quantity[row] ?? '0',
      priceOfferId: offer?.priceOfferId ?? '',
      priceVersion: offer?.version ?? 0,
      oldCurrency: was ? (columns['old.currency'][row] ?? null) : null,
      oldAmount: was ? (columns['old.amount'][row] ?? null) : null,
      oldQuantity: was ? (columns['old.quantity'][row] ?? null) : null,
      oldPriceOfferId: was ? (oldOffer?.priceOfferId ?? null) : null,
      oldPriceVersion: was ? (oldOffer?.version ?? null) : null,
      position: event.position,
    });
  }
}
