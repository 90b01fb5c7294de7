import type { Snapshot } from '../../../shared/event-store/snapshot-store.port.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import type { EventMetadata, RecordedEvent } from '../../../shared/kernel/event.js';
import type { AccountEvent } from '../../accounts/index.js';
import type { CatalogEvent } from '../../catalog/index.js';
import type { SuspenseReprocessRequested } from '../../suspense/index.js';
import { ChunkUsage } from './chunk-usage.js';
import { LogEvents, type MediatedEvent } from './log-events.js';
import { TenantRating, type RatingSurroundings, type TenantState } from './tenant-rating.js';

/** Raised when a snapshot's shape changes: an older one is then left aside. */
const SNAPSHOT_FORMAT = 1;
/** Chunks kept decoded: a reprocess asks for the records of a chunk one after the other. */
const CHUNKS_KEPT = 16;

export interface RatingSnapshot {
  readonly format: typeof SNAPSHOT_FORMAT;
  readonly tenants: Readonly<Record<string, TenantState>>;
}

/** The content of a snapshot; undefined for one that another version wrote in another shape. */
export function readRatingSnapshot({ bytes }: Snapshot): RatingSnapshot | undefined {
  const saved = JSON.parse(new TextDecoder().decode(bytes)) as Partial<RatingSnapshot> | null;
  return saved?.format === SNAPSHOT_FORMAT ? (saved as RatingSnapshot) : undefined;
}

/**
 * Rating as of a log position: every tenant's reference data and partitions. Inputs are handled one at a time in the
 * order of the log; what it appends follows from them alone.
 */
export class RatingState {
  /** Every input up to here has been handled. */
  position: number;
  private readonly tenants = new Map<string, TenantRating>();
  private readonly chunks: LogEvents;

  constructor(
    private readonly surroundings: RatingSurroundings,
    snapshot?: { readonly position: number; readonly saved: RatingSnapshot },
  ) {
    this.chunks = new LogEvents(surroundings.store, CHUNKS_KEPT);
    this.position = snapshot?.position ?? 0;
    for (const [tenant, state] of Object.entries(snapshot?.saved.tenants ?? {})) {
      this.tenants.set(tenant, new TenantRating(tenant, surroundings, state));
    }
  }

  /** Opens the partitions of the tenants of a snapshot. @throws StaleSnapshot when it does not fit the log. */
  async open(): Promise<void> {
    for (const [, tenant] of this.tenants) {
      if (!tenant.hadUsage) continue;
      await tenant.open();
      for (const writer of tenant.partitions) writer.reached(this.position);
    }
  }

  async handle(event: RecordedEvent): Promise<void> {
    const { category, tenant: name } = parseStreamName(event.stream);
    const tenant = this.tenantOf(name);
    switch (category) {
      case 'catalog':
        tenant.reference.applyCatalog(event as unknown as CatalogEvent);
        break;
      case 'account':
        tenant.reference.applyAccount(event as unknown as AccountEvent);
        break;
      case 'usage':
        if (event.type === 'UsageBatchMediated.v1') await this.rateChunk(tenant, name, event as MediatedEvent);
        break;
      case 'suspense':
        if (event.type === 'SuspenseReprocessRequested.v1') {
          await this.rateAgain(tenant, name, event as RecordedEvent & SuspenseReprocessRequested);
        }
        break;
      default:
        throw new Error(`Rating has no use for ${event.type} of ${event.stream}`);
    }
    this.position = event.position;
  }

  /** Closes every event in the making. */
  cut(): void {
    for (const tenant of this.tenants.values()) tenant.cut();
  }

  async settled(): Promise<void> {
    for (const tenant of this.tenants.values()) await tenant.settled();
  }

  /** Whether an event is in the making. */
  get isFilling(): boolean {
    for (const tenant of this.tenants.values()) {
      if (tenant.partitions.some((writer) => writer.isFilling)) return true;
    }
    return false;
  }

  /** Nothing in the making and nothing on its way: what is in memory is what the log says. */
  get isClean(): boolean {
    for (const tenant of this.tenants.values()) {
      if (!tenant.partitions.every((writer) => writer.isClean)) return false;
    }
    return true;
  }

  /** Taken in one go, when everything is clean. */
  toSnapshot(): Snapshot {
    const tenants = Object.fromEntries([...this.tenants].map(([name, tenant]) => [name, tenant.toState()]));
    const snapshot: RatingSnapshot = { format: SNAPSHOT_FORMAT, tenants };
    return { position: this.position, bytes: new TextEncoder().encode(JSON.stringify(snapshot)) };
  }

  private tenantOf(name: string): TenantRating {
    let tenant = this.tenants.get(name);
    if (tenant === undefined) {
      tenant = new TenantRating(name, this.surroundings);
      this.tenants.set(name, tenant);
    }
    return tenant;
  }

  private async rateChunk(tenant: TenantRating, name: string, event: MediatedEvent): Promise<void> {
    await tenant.open();
    await tenant.room();
    if (tenant.hasAnswered(event.position)) return;
    const usage = new ChunkUsage(event.position, event.data);
    const metadata = this.surroundings.metadataFor(name, event);
    tenant.begin(event.position);
    for (let ordinal = 0; ordinal < usage.records; ordinal += 1) {
      usage.ordinal = ordinal;
      tenant.rateRecord(usage, MEDIATED, metadata);
    }
    tenant.end(false);
  }

  /** The records a reprocess names, with the reference data as of its request: as this loop stands at it. */
  private async rateAgain(
    tenant: TenantRating,
    name: string,
    event: RecordedEvent & SuspenseReprocessRequested,
  ): Promise<void> {
    await tenant.open();
    await tenant.room();
    if (tenant.hasAnswered(event.position)) return;
    const { reprocessId } = event.data.head;
    const { position: positions, ordinal: ordinals } = event.data.columns;
    const cause = { kind: 'REPROCESS', reprocessId, position: event.position } as const;
    const metadata: EventMetadata = this.surroundings.metadataFor(name, event);
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
