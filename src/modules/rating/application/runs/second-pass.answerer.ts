import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import { LONGEST_CYCLE_MS } from '../../../../shared/kernel/period.js';
import { AccountReplays } from './account-replays.js';
import type { PartitionAnswer, RowEvent, RunAnswerer, RunPlace } from './answer-run.js';
import type { PriceBook } from './price-book.js';
import { ReratedChunks } from './rerated-chunks.js';
import { RunTally } from './run-tally.js';
import type { KeptRecord } from './standing-account.js';

/** By account: the billing cycles that are to be priced as a whole now. */
type CyclesToPass = Map<string, Set<number>>;

/**
 * Prices what is charged by VOLUME at what its billing cycle came to, once the cycle has ended. Looked at is what could
 * have changed since the second pass before: rows that came after it, and cycles that have ended since.
 */
export class SecondPassAnswerer implements RunAnswerer {
  private readonly replays: AccountReplays;

  constructor(store: EventStore) {
    this.replays = new AccountReplays(store);
  }

  async *answer(place: RunPlace): AsyncIterable<PartitionAnswer> {
    const { asked } = place.run;
    if (asked.kind !== 'SECOND_PASS') throw new Error(`${place.run.runId} is no second pass`);
    // With an earlier date than the last pass, what came since would be passed over, and then count as looked at.
    const asOf = Math.max(asked.asOf, place.passed?.asOf ?? 0);
    const prices = this.replays.pricesOf(place.tenant);
    const cycles = await cyclesToPass(place, asOf, prices);
    const candidates = new Map([...cycles].map(([account, starts]) => [account, Math.min(...starts)]));
    const isWhole = (account: string, cycle: number): boolean => cycles.get(account)?.has(cycle) ?? false;
    const selected = (account: string, { rows }: KeptRecord): boolean =>
      rows.some((row) => isWhole(account, row.cycle) && prices.isByVolume(row.offer, row.charge));
    const chunks = new ReratedChunks('UsageRerated.v1');
    const tally = new RunTally();
    for await (const answer of this.replays.replay(place, { candidates, selected, isWhole })) {
      if (answer.kind === 'DEFECT') {
        tally.addDefect(answer.account, answer.error);
        continue;
      }
      const { account, changed } = answer.replayed;
      tally.add(answer.replayed);
      yield* chunks.add({ account, hash: answer.hash, changed });
    }
    yield* chunks.rest();
    yield { type: 'RatingRunAnswered.v1', data: { ...tally.said(), passedTo: asOf } };
  }
}

async function cyclesToPass(place: RunPlace, asOf: number, prices: PriceBook): Promise<CyclesToPass> {
  const { history, passed } = place;
  const found: CyclesToPass = new Map();
  // What has come since may be of any cycle; what was there may be of one that had not ended.
  const since = (passed?.revision ?? -1) + 1;
  for await (const event of history.events(undefined, since)) await look(event, -Infinity);
  if (passed === null) return found;
  const open = { from: passed.asOf - LONGEST_CYCLE_MS, to: asOf };
  for await (const event of history.events(open)) if (event.revision < since) await look(event, passed.asOf);
  return found;

  async function look(event: RowEvent, endedAfter: number): Promise<void> {
    const { head, columns } = event.data;
    await prices.learn(head.offers);
    if (!head.offers.some((offer) => prices.hasVolume(offer))) return;
    for (let row = 0; row < columns.account.length; row += 1) {
      const offer = head.offers[columns.offer[row] ?? -1];
      if (offer === undefined || !prices.isByVolume(offer, columns.charge[row] ?? 0)) continue;
      const cycle = columns.cycle[row] ?? 0;
      const end =
        cycleEnd(place, columns.serviceId[row] ?? '', columns.at[row] ?? 0) ??
        // Nobody owns the record any more: it cannot be priced, and is to be named as such once.
        cycle + LONGEST_CYCLE_MS;
      if (end > asOf || end <= endedAfter) continue;
      const account = columns.account[row] ?? '';
      const starts = found.get(account);
      if (starts === undefined) found.set(account, new Set([cycle]));
      else starts.add(cycle);
    }
  }
}

/** Undefined when nobody owns the record any more. */
function cycleEnd({ reference, partitions }: RunPlace, serviceId: string, at: number): number | undefined {
  const route = reference.routeOf(serviceId, at, partitions);
  return 'owner' in route ? route.cycles.endAt(at) : undefined;
}
