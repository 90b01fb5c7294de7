import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import { LONGEST_CYCLE_MS } from '../../../../shared/kernel/period.js';
import { partitionOfAccount } from '../../domain/partition-of.js';
import type { RerateProposed } from '../../domain/runs/rerated-events.js';
import type { RerateSelection } from '../../domain/runs/run-events.js';
import { rerateStream } from '../../domain/streams.js';
import { AccountReplays } from './account-replays.js';
import type { PartitionAnswer, RowEvent, RunAnswerer, RunPlace } from './answer-run.js';
import { HashOfAll } from './change-hash.js';
import { ReratedChunks } from './rerated-chunks.js';
import { RunTally } from './run-tally.js';
import type { KeptRecord } from './standing-account.js';

/** Rates again what a person chose: as a proposal, or for good what was proposed and has not moved since. */
export class RerateAnswerer implements RunAnswerer {
  private readonly replays: AccountReplays;

  constructor(private readonly store: EventStore) {
    this.replays = new AccountReplays(store);
  }

  async *answer(place: RunPlace): AsyncIterable<PartitionAnswer> {
    const { asked } = place.run;
    if (asked.kind !== 'RERATE') throw new Error(`${place.run.runId} is no rerate`);
    const { selection } = asked;
    const proposed = asked.mode === 'COMMIT' ? await this.proposed(place, asked.preview.runId) : undefined;
    const chunks = new ReratedChunks(proposed === undefined ? 'RerateProposed.v1' : 'UsageRerated.v1');
    const tally = new RunTally();
    const hash = new HashOfAll();
    const selected = (_: string, record: KeptRecord): boolean => isSelected(record, selection);
    const candidates = await candidatesFor(place, selection);
    for await (const answer of this.replays.replay(place, { candidates, selected })) {
      if (answer.kind === 'DEFECT') {
        // It is named as such, not as moved as well.
        proposed?.delete(answer.account);
        tally.addDefect(answer.account, answer.error);
        continue;
      }
      const { account, changed } = answer.replayed;
      const expected = proposed?.get(account);
      proposed?.delete(account);
      if (proposed !== undefined && expected !== (changed.length === 0 ? undefined : answer.hash)) {
        tally.addStale(account);
        continue;
      }
      tally.add(answer.replayed);
      if (changed.length === 0) continue;
      hash.add(account, answer.hash);
      yield* chunks.add({ account, hash: answer.hash, changed });
    }
    yield* chunks.rest();
    // What was proposed for an account of which nothing is chosen any more has moved as well.
    for (const account of proposed?.keys() ?? []) tally.addStale(account);
    const data = { ...tally.said(), ...(proposed === undefined ? { hash: hash.digest() } : {}) };
    yield { type: 'RatingRunAnswered.v1', data };
  }

  /** The hash of every account a preview proposed to change. */
  private async proposed({ tenant, partition }: RunPlace, previewId: string): Promise<Map<string, string>> {
    const hashes = new Map<string, string>();
    for await (const event of this.store.readStream(rerateStream(tenant, previewId, partition))) {
      const { accounts = [] } = (event as RecordedEvent & RerateProposed).data.head;
      for (const { account, hash } of accounts) hashes.set(account, hash);
    }
    return hashes;
  }
}

/** A superseded version may choose an account of which nothing is chosen now: its records are asked again. */
async function candidatesFor(
  { history, partition, partitions }: RunPlace,
  selection: RerateSelection,
): Promise<ReadonlyMap<string, number>> {
  const { accountIds, from, to } = selection;
  const own = accountIds?.filter((account) => partitionOfAccount(account, partitions) === partition);
  const found = new Map<string, number>();
  if (own?.length === 0) return found;
  const accounts = own === undefined ? undefined : new Set(own);
  const cycles = {
    from: from === undefined ? 0 : from - LONGEST_CYCLE_MS,
    to: to ?? Number.MAX_SAFE_INTEGER,
  };
  for await (const event of history.events(cycles)) {
    const matches = rowMatcher(event, selection);
    const { account, cycle } = event.data.columns;
    for (let row = 0; row < account.length; row += 1) {
      const name = account[row] ?? '';
      if (accounts?.has(name) === false || !matches(row)) continue;
      found.set(name, Math.min(found.get(name) ?? Infinity, cycle[row] ?? 0));
    }
  }
  return found;
}

function rowMatcher({ data: { head, columns } }: RowEvent, selection: RerateSelection): (row: number) => boolean {
  const { priceOfferId, usageType, fileId, from = 0, to = Infinity } = selection;
  const isFile = head.sources.map((source) => fileId === undefined || source.fileId === fileId);
  const isOffer = head.offers.map((offer) => priceOfferId === undefined || offer.priceOfferId === priceOfferId);
  return (row) => {
    const at = columns.at[row] ?? 0;
    if (at < from || at >= to || isFile[columns.source[row] ?? -1] !== true) return false;
    return (
      isOffer[columns.offer[row] ?? -1] === true && (usageType === undefined || columns.usageType[row] === usageType)
    );
  };
}

/** By what stands: a record is chosen with all its charges when one of them is. */
function isSelected({ usage, rows }: KeptRecord, selection: RerateSelection): boolean {
  const { priceOfferId, usageType, fileId, from = 0, to = Infinity } = selection;
  if (usage.at < from || usage.at >= to) return false;
  if (fileId !== undefined && usage.source.fileId !== fileId) return false;
  return rows.some(
    (row) =>
      (priceOfferId === undefined || row.offer.priceOfferId === priceOfferId) &&
      (usageType === undefined || row.usageType === usageType),
  );
}
