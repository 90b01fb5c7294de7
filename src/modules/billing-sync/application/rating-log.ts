import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import {
  ratingSettingsStream,
  ratingStream,
  type RatingPartitioned,
  type UsageBatchRated,
  type UsageRerated,
} from '../../rating/index.js';
import type { RevisionRange } from '../domain/events.js';
import { GateClosed } from '../domain/seal-batches.js';

/** They hold usage that is billed by its lines. */
const BILLED: ReadonlySet<string> = new Set(['UsageBatchRated.v1', 'UsageRerated.v1']);
/** They stand in the rating streams and are no usage: what is due without it goes to billing in another way. */
const PASSED_BY: ReadonlySet<string> = new Set(['NonUsageRated.v1', 'RatingRunAnswered.v1']);

/** What aggregation reads of the rating streams. */
export class RatingLog {
  constructor(private readonly store: EventStore) {}

  /** Where every partition's stream stands now; partitions without an event are left out. */
  async standing(tenant: string): Promise<{ partition: number; revision: number }[]> {
    const partitions = await this.partitions(tenant);
    const standing: { partition: number; revision: number }[] = [];
    for (let partition = 0; partition < partitions; partition += 1) {
      const stream = ratingStream(tenant, partition);
      for await (const event of this.store.readStream(stream, { direction: 'backward', limit: 1 })) {
        standing.push({ partition, revision: event.revision });
      }
    }
    return standing;
  }

  /**
   * The rated events of a closed range, and the corrections of rated ones.
   * @throws GateClosed for an event whose money this version cannot add up.
   */
  async *rated(tenant: string, range: RevisionRange): AsyncIterable<UsageBatchRated | UsageRerated> {
    const limit = range.to - range.from + 1;
    let expected = range.from;
    for await (const event of this.store.readStream(ratingStream(tenant, range.partition), {
      from: range.from,
      limit,
    })) {
      if (event.revision !== expected) break;
      expected += 1;
      if (PASSED_BY.has(event.type)) continue;
      if (!BILLED.has(event.type))
        throw new GateClosed(`${event.stream} holds ${event.type}, which this version cannot bill`);
      yield event as RecordedEvent & (UsageBatchRated | UsageRerated);
    }
    if (expected !== range.to + 1) {
      throw new GateClosed(
        `${ratingStream(tenant, range.partition)} has no revision ${expected}, but the run's window has`,
      );
    }
  }

  /** 0 before the first record was rated. */
  private async partitions(tenant: string): Promise<number> {
    for await (const event of this.store.readStream(ratingSettingsStream(tenant), { limit: 1 })) {
      return (event as RecordedEvent & RatingPartitioned).data.partitions;
    }
    return 0;
  }
}
