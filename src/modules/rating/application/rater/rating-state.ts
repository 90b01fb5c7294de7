import { parseStreamName } from '../../../../shared/kernel/stream-name.js';
import type { EventMetadata, RecordedEvent } from '../../../../shared/kernel/event.js';
import type { SuspenseReprocessRequested } from '../../../suspense/index.js';
import type { RatingRunRequested } from '../../domain/runs/run-events.js';
import { ChunkUsage } from './chunk-usage.js';
import { LogEvents, type MediatedEvent } from './log-events.js';
import { proofOf } from '../../../../shared/event-store/log-proof.js';
import type { PartitionWriter } from './partition-writer.js';
import { RatingKeeper } from './rating-keeper.js';
import { ReferenceLog } from './reference-log.js';
import { TenantRating, type RatingSurroundings } from './tenant-rating.js';

/** Chunks kept decoded: a reprocess asks for the records of a chunk one after the other. */
const CHUNKS_KEPT = 16;
/** What an input costs to read again, beside an event of the reference data. */
const INPUT_WORK = 16;

/** Whether a partition is this holder's. */
export type Ownership = (tenant: string, partition: number) => boolean;

/**
 * Rating as of a log position: every tenant's reference data, and the partitions that are owned. Inputs are handled one
 * at a time in the order of the log; what it appends follows from them alone. It outlives a change of the owned set:
 *
 *     log       ...|--|--|--|--|--|--|--|        before: partitions a and b, everything up to P handled
 *     a, b up to                      P
 *     c up to                q                    c comes in: read on from q with the reference data of q;
 *                            '-> read on          a and b know what they have had up to P, and skip it
 */
export class RatingState {
  /** Every event up to here has been handled. */
  private position = 0;
  private loaded = false;
  private owns: Ownership = () => false;
  private readonly known = new Map<string, TenantRating>();
  private readonly reference: ReferenceLog;
  private readonly chunks: LogEvents;
  private readonly keeper: RatingKeeper;

  constructor(
    private readonly surroundings: RatingSurroundings,
    /** What comes between two snapshots of a partition, in events of the reference data; an input counts for sixteen. */
    keepEvery: number,
  ) {
    this.chunks = new LogEvents(surroundings.store, CHUNKS_KEPT);
    const tenants = { of: (name: string) => this.tenantOf(name), all: () => this.known.values() };
    this.reference = new ReferenceLog(surroundings, tenants);
    this.keeper = new RatingKeeper(surroundings.snapshots, this.reference, keepEvery);
  }

  /**
   * Opens what is owned from now on, on top of what is open already.
   * @returns after which position to read the log.
   */
  async own(owns: Ownership): Promise<number> {
    this.owns = owns;
    let from = this.position;
    if (!this.loaded) from = await this.knownTenants();
    for (const writer of this.partitions()) writer.reached(this.position);
    for (const tenant of this.withUsage()) {
      tenant.isOpen = false;
      await this.open(tenant);
    }
    for (const writer of this.partitions()) from = Math.min(from, writer.upTo);
    await this.reference.standAt(from, this.position);
    this.loaded = true;
    this.position = from;
    this.keeper.readAgainFrom(from);
    return from;
  }

  /** Lets go of what is not owned any more, when everything cut is in the log; keeps it for the next holder. */
  async giveUp(owns: Ownership): Promise<void> {
    for (const tenant of this.withUsage()) {
      await this.keeper.keepNow(tenant.partitions.filter((writer) => !owns(tenant.tenant, writer.partition)));
      tenant.release((partition) => owns(tenant.tenant, partition));
    }
  }

  /** @param signal interrupts a run, which may take long. @throws RunInterrupted with it. */
  async handle(event: RecordedEvent, signal: AbortSignal): Promise<void> {
    const { category, tenant: name } = parseStreamName(event.stream);
    const tenant = this.tenantOf(name);
    switch (category) {
      case 'catalog':
      case 'account':
        this.reference.apply(event);
        this.handled(event, 1);
        return;
      case 'usage':
        if (event.type === 'UsageBatchMediated.v1') await this.rateChunk(tenant, event as MediatedEvent);
        break;
      case 'suspense':
        if (event.type === 'SuspenseReprocessRequested.v1') {
          await this.rateAgain(tenant, event as RecordedEvent & SuspenseReprocessRequested);
        }
        break;
      case 'ratingRun':
        if (event.type === 'RatingRunRequested.v1') {
          await this.open(tenant);
          if (!tenant.hasAnswered(event.position)) {
            await tenant.answerRun(event as RecordedEvent & RatingRunRequested, signal);
          }
        }
        break;
      default:
        throw new Error(`Rating has no use for ${event.type} of ${event.stream}`);
    }
    this.handled(event, INPUT_WORK);
    await this.keeper.keepDue(tenant.partitions);
  }

  /** Nothing more is in the log, up to a position that need not be an event's. */
  caughtUp(position: number): void {
    if (position > this.position) this.position = position;
  }

  /** Closes every event in the making. */
  cut(): void {
    for (const writer of this.partitions()) writer.cut();
  }

  async settled(): Promise<void> {
    for (const writer of this.partitions()) await writer.settled();
  }

  /** Whether an event is in the making. */
  get isFilling(): boolean {
    return this.partitions().some((writer) => writer.isFilling);
  }

  /** While reading on: snapshots of those that seldom have an input. @param common also of what all partitions share. */
  async keepDue(common: boolean): Promise<void> {
    if (this.keeper.isSweepDue) await this.keeper.sweep(this.partitions(), common ? this.tenantNames() : undefined);
  }

  /** A quiet moment, good for snapshots that are not due yet. */
  async keepQuietly(common: boolean): Promise<void> {
    await this.keeper.keepQuietly(this.partitions(), common ? this.tenantNames() : undefined);
  }

  private handled(event: RecordedEvent, work: number): void {
    this.position = event.position;
    this.keeper.handled(proofOf(event), work);
  }

  private async knownTenants(): Promise<number> {
    const known = await this.surroundings.snapshots.tenants();
    for (const name of known?.names ?? []) this.tenantOf(name).hasUsage = true;
    return known?.position ?? 0;
  }

  private withUsage(): readonly TenantRating[] {
    return [...this.known.values()].filter((tenant) => tenant.hasUsage);
  }

  private tenantNames(): readonly string[] {
    return this.withUsage().map(({ tenant }) => tenant);
  }

  private partitions(): readonly PartitionWriter[] {
    return [...this.known.values()].flatMap((tenant) => tenant.partitions);
  }

  private tenantOf(name: string): TenantRating {
    let tenant = this.known.get(name);
    if (tenant === undefined) {
      tenant = new TenantRating(name, this.surroundings);
      this.known.set(name, tenant);
    }
    return tenant;
  }

  private async open(tenant: TenantRating): Promise<void> {
    if (tenant.isOpen) return;
    tenant.hasUsage = true;
    await tenant.open((partition) => this.owns(tenant.tenant, partition));
    this.keeper.opened(tenant.partitions);
  }

  private async rateChunk(tenant: TenantRating, event: MediatedEvent): Promise<void> {
    await this.open(tenant);
    await tenant.room();
    if (tenant.hasAnswered(event.position)) return;
    const usage = new ChunkUsage(event.position, event.data);
    const metadata = this.surroundings.metadataFor(tenant.tenant, event);
    tenant.begin(event.position);
    for (let ordinal = 0; ordinal < usage.records; ordinal += 1) {
      usage.ordinal = ordinal;
      tenant.rateRecord(usage, MEDIATED, metadata);
    }
    tenant.end(false);
  }

  /** The records a reprocess names, with the reference data as of its request: as this loop stands at it. */
  private async rateAgain(tenant: TenantRating, event: RecordedEvent & SuspenseReprocessRequested): Promise<void> {
    await this.open(tenant);
    await tenant.room();
    if (tenant.hasAnswered(event.position)) return;
    const { reprocessId } = event.data.head;
    const { position: positions, ordinal: ordinals } = event.data.columns;
    const cause = { kind: 'REPROCESS', reprocessId, position: event.position } as const;
    const metadata: EventMetadata = this.surroundings.metadataFor(tenant.tenant, event);
    tenant.begin(event.position);
    let usage: ChunkUsage | undefined;
    for (let index = 0; index < positions.length; index += 1) {
      const position = positions[index] ?? 0;
      if (usage?.source.position !== position) {
        usage = new ChunkUsage(position, (await this.chunks.mediatedAt(position)).data);
        await tenant.room();
      }
      usage.ordinal = ordinals[index] ?? 0;
      tenant.rateRecord(usage, cause, metadata);
    }
    tenant.end(true);
  }
}

const MEDIATED = { kind: 'MEDIATED' } as const;
