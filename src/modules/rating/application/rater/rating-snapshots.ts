import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { Snapshot, SnapshotStore } from '../../../../shared/event-store/snapshot-store.port.js';
import type { Logger } from '../../../../shared/telemetry/logger.js';
import type { AccountBookState } from '../../../accounts/index.js';
import type { CatalogBookState } from '../../../catalog/index.js';
import { standsInLog, type EventProof } from '../../../../shared/event-store/log-proof.js';
import type { StaleSnapshot } from './partition-errors.js';
import type { PartitionState } from './partition-writer.js';

/** Raised when a snapshot's shape changes: an older one is then left aside. */
const FORMAT = 4;
/** The two newest: partitions may be behind the newest, and are then priced from the one before. */
const REFERENCES = ['rating.reference.0', 'rating.reference.1'] as const;
const TENANTS = 'rating.tenants';

/** Every snapshot: what it says holds up to `seen`, the event handled last. */
interface Kept<Content> {
  readonly format: typeof FORMAT;
  readonly seen: EventProof;
  readonly content: Content;
}

export interface TenantReferenceState {
  readonly catalog: CatalogBookState;
  readonly accounts: AccountBookState;
}

/** Catalog and accounts of all tenants up to a log position. */
export interface ReferenceState {
  /** Reference events that are in it. */
  readonly events: number;
  readonly tenants: Readonly<Record<string, TenantReferenceState>>;
}

/**
 * What rating keeps so that the next holder of a partition need not read everything: reference data, the tenants that
 * have had usage, and the state of each partition, each under a name of its own. All of it follows from the log alone,
 * so it is right whoever wrote it, also one who has lost the partition since; an older one over a newer one costs time.
 * What another log would contradict is left aside.
 */
export class RatingSnapshots {
  private readonly referenceAt = new Map<string, number>();

  constructor(
    private readonly store: EventStore,
    private readonly snapshots: SnapshotStore,
    private readonly logger: Logger,
  ) {}

  /** Every tenant with usage up to `position`; others may be among them. */
  async tenants(): Promise<{ readonly position: number; readonly names: readonly string[] } | undefined> {
    const kept = await this.load<readonly string[]>(TENANTS);
    return kept === undefined ? undefined : { position: kept.seen.position, names: kept.content };
  }

  keepTenants(seen: EventProof, names: readonly string[]): Promise<void> {
    return this.save(TENANTS, seen, names);
  }

  /** The newest reference data at or before a log position. */
  async reference(atMost: number): Promise<{ readonly seen: EventProof; readonly state: ReferenceState } | undefined> {
    const found: { readonly name: string; readonly snapshot: Snapshot }[] = [];
    for (const name of REFERENCES) {
      const snapshot = await this.snapshots.load(name);
      if (snapshot === undefined) continue;
      this.referenceAt.set(name, snapshot.position);
      if (snapshot.position <= atMost) found.push({ name, snapshot });
    }
    found.sort((a, b) => b.snapshot.position - a.snapshot.position);
    for (const { name, snapshot } of found) {
      const kept = await this.proved<ReferenceState>(name, snapshot);
      if (kept !== undefined) return { seen: kept.seen, state: kept.content };
      this.referenceAt.delete(name);
    }
    return undefined;
  }

  /** Takes the place of the older one of two. */
  async keepReference(seen: EventProof, state: ReferenceState): Promise<void> {
    const [first, second] = REFERENCES;
    const at = (name: string): number => this.referenceAt.get(name) ?? -1;
    const name = at(first) <= at(second) ? first : second;
    await this.save(name, seen, state);
    this.referenceAt.set(name, seen.position);
  }

  async partition(stream: string): Promise<{ readonly position: number; readonly state: PartitionState } | undefined> {
    const kept = await this.load<PartitionState>(stream);
    return kept === undefined ? undefined : { position: kept.seen.position, state: kept.content };
  }

  keepPartition(stream: string, seen: EventProof, state: PartitionState): Promise<void> {
    return this.save(stream, seen, state);
  }

  leftAside(error: StaleSnapshot): void {
    this.logger.warn({ stream: error.stream }, error.message);
  }

  private async load<Content>(name: string): Promise<Kept<Content> | undefined> {
    const snapshot = await this.snapshots.load(name);
    return snapshot === undefined ? undefined : this.proved(name, snapshot);
  }

  private async proved<Content>(name: string, { bytes }: Snapshot): Promise<Kept<Content> | undefined> {
    const kept = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Kept<Content>> | null;
    if (kept?.format !== FORMAT || kept.seen === undefined) return undefined;
    if (await standsInLog(this.store, kept.seen)) return kept as Kept<Content>;
    this.logger.warn({ snapshot: name, seen: kept.seen }, 'A snapshot does not fit the log: it is left aside');
    return undefined;
  }

  /** One that cannot be written costs a longer start some day, and no rating now. */
  private async save(name: string, seen: EventProof, content: unknown): Promise<void> {
    const kept = { format: FORMAT, seen, content };
    const bytes = new TextEncoder().encode(JSON.stringify(kept));
    try {
      await this.snapshots.save(name, { position: seen.position, bytes });
    } catch (error) {
      this.logger.warn({ err: error, snapshot: name }, 'A snapshot could not be kept: rating goes on without it');
    }
  }
}
