import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { EventMetadata, RecordedEvent } from '../../../../shared/kernel/event.js';
import type { UsageBatchRatedHead } from '../../domain/events.js';
import type { RatingRunRequested } from '../../domain/runs/run-events.js';
import { bookedCycle } from '../../domain/late-usage.js';
import { ratingStream } from '../../domain/streams.js';
import type { ChunkUsage } from './chunk-usage.js';
import { partitionCount } from './partition-count.js';
import { StaleSnapshot } from './partition-errors.js';
import { PartitionWriter } from './partition-writer.js';
import type { RatingSnapshots } from './rating-snapshots.js';
import { RecordRating, type RecordOutcome } from '../record/record-rating.js';
import { partitionOfRefusal, ReferenceData, type Route } from './reference-data.js';
import type { RunAnswerers } from '../runs/answer-run.js';

/** What rating needs from outside. */
export interface RatingSurroundings {
  readonly store: EventStore;
  readonly snapshots: RatingSnapshots;
  /** Partitions of a tenant that has none recorded yet. */
  readonly partitions: number;
  readonly metadataFor: (tenant: string, cause: RecordedEvent | undefined) => EventMetadata;
  /** Called when an append failed: the loop must end, the log is read again. */
  readonly failed: (error: unknown) => void;
  readonly answerers: RunAnswerers;
}

/** The rating of one tenant: its reference data, those of its partitions that are owned, and the way of a record to one. */
export class TenantRating {
  private referenceData = new ReferenceData();
  private rating = new RecordRating(this.referenceData);
  /** By partition; undefined where it is not owned. */
  private writers: (PartitionWriter | undefined)[] = [];
  private owned: readonly PartitionWriter[] = [];
  /** Whether all that is owned is open; false again when other partitions are owned. */
  isOpen = false;
  /** Whether it has had usage, and so has partitions. */
  hasUsage = false;

  constructor(
    readonly tenant: string,
    private readonly surroundings: RatingSurroundings,
  ) {}

  get reference(): ReferenceData {
    return this.referenceData;
  }

  /** Writers of the partitions that are owned. */
  get partitions(): readonly PartitionWriter[] {
    return this.owned;
  }

  /** Puts other reference data in place of those there are. */
  renew(reference: ReferenceData): void {
    this.referenceData = reference;
    this.rating = new RecordRating(reference);
  }

  /** Opens what is owned and not open yet: from its snapshot, and what its stream holds past that. */
  async open(owns: (partition: number) => boolean): Promise<void> {
    if (this.writers.length === 0) {
      const { store, partitions, metadataFor } = this.surroundings;
      const ifNone = { partitions, metadata: metadataFor(this.tenant, undefined) };
      const count = await partitionCount(store, this.tenant, ifNone);
      this.writers = Array.from({ length: count }, () => undefined);
    }
    for (let partition = 0; partition < this.writers.length; partition += 1) {
      if (owns(partition)) this.writers[partition] ??= await this.openPartition(partition);
    }
    this.ownedAre(this.writers);
    this.isOpen = true;
  }

  /** Lets go of what is not owned any more. */
  release(owns: (partition: number) => boolean): void {
    this.ownedAre(this.writers.map((writer, partition) => (owns(partition) ? writer : undefined)));
  }

  /** Whether every owned partition has answered an input: then it need not be decoded. */
  hasAnswered(position: number): boolean {
    return this.owned.every((writer) => writer.hasAnswered(position));
  }

  begin(position: number): void {
    for (const writer of this.owned) writer.begin(position);
  }

  end(close: boolean): void {
    for (const writer of this.owned) writer.end(close);
  }

  /** Rates the record the cursor stands at, unless its partition is another's or has answered it already. */
  rateRecord(usage: ChunkUsage, cause: UsageBatchRatedHead['cause'], metadata: EventMetadata): void {
    const route = this.route(usage);
    const partition = 'owner' in route ? route.partition : route.number;
    const writer = this.writers[partition];
    if (writer === undefined || !writer.takes()) return;
    const outcome = 'owner' in route ? this.rating.rate(route, usage, writer.ledger) : route.outcome;
    const booked = 'owner' in route ? bookedCycle(route.cycles, usage.at, writer.closedTo) : undefined;
    writer.put(usage.source, usage, booked === undefined ? outcome : late(outcome, booked), cause, metadata);
  }

  /** Answers a run with one owned partition after the other. @throws RunInterrupted with the signal. */
  async answerRun(event: RecordedEvent & RatingRunRequested, signal: AbortSignal): Promise<void> {
    const { position, data: run } = event;
    const answerer = this.surroundings.answerers[run.asked.kind];
    if (answerer === undefined) throw new Error(`This version has no answer to ${run.asked.kind} of ${event.stream}`);
    const { reference } = this;
    const partitions = this.writers.length;
    for (const writer of this.owned) {
      const metadata = this.surroundings.metadataFor(this.tenant, event);
      await writer.answerRun({
        position,
        run,
        metadata,
        answer: (standing) => answerer.answer({ ...standing, partitions, run, position, reference }),
        signal,
      });
    }
  }

  async room(): Promise<void> {
    for (const writer of this.owned) if (writer.isBusy) await writer.room();
  }

  private ownedAre(writers: readonly (PartitionWriter | undefined)[]): void {
    this.writers = [...writers];
    this.owned = writers.filter((writer) => writer !== undefined);
  }

  private async openPartition(partition: number): Promise<PartitionWriter> {
    const { store, snapshots, failed } = this.surroundings;
    const kept = await snapshots.partition(ratingStream(this.tenant, partition));
    const writer = new PartitionWriter(store, this.tenant, partition, failed, kept);
    try {
      await writer.catchUp();
      return writer;
    } catch (error) {
      if (!(error instanceof StaleSnapshot)) throw error;
      snapshots.leftAside(error);
    }
    const anew = new PartitionWriter(store, this.tenant, partition, failed);
    await anew.catchUp();
    return anew;
  }

  private route(usage: ChunkUsage): Route | { readonly number: number; readonly outcome: RecordOutcome } {
    const { serviceId } = usage;
    const count = this.writers.length;
    const route = this.referenceData.routeOf(serviceId, usage.at, count);
    if ('owner' in route) return route;
    const { code, message, account = null, facts } = route;
    const reason = { code, message, account, facts };
    return { number: partitionOfRefusal(route, serviceId, count), outcome: { kind: 'SUSPENDED', reason } };
  }
}

function late(outcome: RecordOutcome, booked: number): RecordOutcome {
  return outcome.kind === 'SUSPENDED' ? outcome : { ...outcome, rated: { ...outcome.rated, booked } };
}
