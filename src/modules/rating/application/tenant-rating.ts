import { eventId } from '../../../shared/event-store/event-id.js';
import { WrongExpectedRevision, type EventStore } from '../../../shared/event-store/event-store.port.js';
import type { EventMetadata, RecordedEvent } from '../../../shared/kernel/event.js';
import { AccountBook, type AccountBookState } from '../../accounts/index.js';
import { CatalogBook, type CatalogBookState } from '../../catalog/index.js';
import type { RatingPartitioned, UsageBatchRatedHead } from '../domain/events.js';
import { ratingSettingsStream } from '../domain/streams.js';
import type { ChunkUsage } from './chunk-usage.js';
import { PartitionWriter, type PartitionState } from './partition-writer.js';
import { RecordRating, type RecordOutcome } from './record-rating.js';
import { partitionOfRefusal, ReferenceData, type Route } from './reference-data.js';

export interface TenantState {
  readonly catalog: CatalogBookState;
  readonly accounts: AccountBookState;
  /** Empty while the tenant has had no usage. */
  readonly partitions: readonly PartitionState[];
}

/** What rating needs from outside. */
export interface RatingSurroundings {
  readonly store: EventStore;
  /** Partitions of a tenant that has none recorded yet. */
  readonly partitions: number;
  readonly metadataFor: (tenant: string, cause: RecordedEvent | undefined) => EventMetadata;
  /** Called when an append failed: the loop must end, the log is read again. */
  readonly failed: (error: unknown) => void;
}

/** The rating of one tenant: its reference data, its partitions, and the way of a record to one of them. */
export class TenantRating {
  readonly reference: ReferenceData;
  private writers: readonly PartitionWriter[] = [];
  private readonly rating: RecordRating;

  constructor(
    private readonly tenant: string,
    private readonly surroundings: RatingSurroundings,
    private readonly state?: TenantState,
  ) {
    this.reference =
      state === undefined
        ? new ReferenceData()
        : new ReferenceData(CatalogBook.fromJSON(state.catalog), AccountBook.fromJSON(state.accounts));
    this.rating = new RecordRating(this.reference);
  }

  get partitions(): readonly PartitionWriter[] {
    return this.writers;
  }

  /** Whether the snapshot knows partitions of this tenant. */
  get hadUsage(): boolean {
    return (this.state?.partitions.length ?? 0) > 0;
  }

  /** Makes the writers and folds what their streams hold past the snapshot; needed once, before the first usage. */
  async open(): Promise<void> {
    if (this.writers.length > 0) return;
    const { store, failed } = this.surroundings;
    const count = await this.partitionCount();
    const writers = Array.from({ length: count }, (_, partition) => {
      return new PartitionWriter(store, this.tenant, partition, failed, this.state?.partitions[partition]);
    });
    for (const writer of writers) await writer.catchUp();
    this.writers = writers;
  }

  /** Whether every partition has answered an input: then it need not be decoded. */
  hasAnswered(position: number): boolean {
    return this.writers.every((writer) => writer.hasAnswered(position));
  }

  begin(position: number): void {
    for (const writer of this.writers) writer.begin(position);
  }

  end(close: boolean): void {
    for (const writer of this.writers) writer.end(close);
  }

  /** Rates the record the cursor stands at, unless its partition has answered it already. */
  rateRecord(usage: ChunkUsage, cause: UsageBatchRatedHead['cause'], metadata: EventMetadata): void {
    const route = this.route(usage);
    const partition = 'owner' in route ? route.partition : route.number;
    const writer = this.writers[partition];
    if (writer === undefined) throw new RangeError(`Tenant ${this.tenant} has no rating partition ${partition}`);
    if (!writer.takes()) return;
    const outcome = 'owner' in route ? this.rating.rate(route, usage, writer.ledger) : route.outcome;
    writer.put(usage.source, usage, outcome, cause, metadata);
  }

  async room(): Promise<void> {
    for (const writer of this.writers) if (writer.isBusy) await writer.room();
  }

  cut(): void {
    for (const writer of this.writers) writer.cut();
  }

  async settled(): Promise<void> {
    for (const writer of this.writers) await writer.settled();
  }

  toState(): TenantState {
    return {
      catalog: this.reference.catalog.toJSON(),
      accounts: this.reference.accounts.toJSON(),
      partitions: this.writers.map((writer) => writer.toState()),
    };
  }

  private route(usage: ChunkUsage): Route | { readonly number: number; readonly outcome: RecordOutcome } {
    const { serviceId } = usage;
    const count = this.writers.length;
    const route = this.reference.routeOf(serviceId, usage.at, count);
    if ('owner' in route) return route;
    const { code, message, account = null, facts } = route;
    const reason = { code, message, account, facts };
    return { number: partitionOfRefusal(route, serviceId, count), outcome: { kind: 'SUSPENDED', reason } };
  }

  /** As recorded; recorded now, for ever, when it is not. */
  private async partitionCount(): Promise<number> {
    const recorded = await this.recordedPartitions();
    if (recorded !== undefined) return recorded;
    const { store, partitions, metadataFor } = this.surroundings;
    const stream = ratingSettingsStream(this.tenant);
    const made: RatingPartitioned = { type: 'RatingPartitioned.v1', data: { partitions } };
    try {
      await store.append(stream, 'no-stream', [
        { id: eventId(`rate/${stream}/partitioned`), ...made, metadata: metadataFor(this.tenant, undefined) },
      ]);
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
    }
    // Another process may have recorded another number in the same moment: what stands in the log is what counts.
    const settled = await this.recordedPartitions();
    if (settled === undefined) throw new Error(`The number of partitions in ${stream} was appended and is not there`);
    return settled;
  }

  private async recordedPartitions(): Promise<number | undefined> {
    for await (const event of this.surroundings.store.readStream(ratingSettingsStream(this.tenant), { limit: 1 })) {
      return (event as RecordedEvent & RatingPartitioned).data.partitions;
    }
    return undefined;
  }
}
