import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import { parseStreamName } from '../../../../shared/kernel/stream-name.js';
import { AccountBook, type AccountEvent } from '../../../accounts/index.js';
import { CatalogBook, type CatalogEvent } from '../../../catalog/index.js';
import { proofOf, type EventProof } from '../../../../shared/event-store/log-proof.js';
import { ReferenceData } from './reference-data.js';
import type { RatingSurroundings, TenantRating } from './tenant-rating.js';

const CATEGORIES = ['catalog', 'account'] as const;

/** The tenants of a rating; one that is asked for by a new name is made. */
export interface Tenants {
  of(name: string): TenantRating;
  all(): Iterable<TenantRating>;
}

/**
 * The reference data of all tenants as of a log position. A record is priced with what stood in the log before it, so
 * reading can only begin where the reference data stand: when they are past that place they are made again up to it,
 * from a snapshot and the catalog and account events after it, without looking at any usage.
 */
export class ReferenceLog {
  /** The last event applied. */
  private last: EventProof | undefined;
  /** Events applied since the beginning of the log, and how many of them are in the last snapshot. */
  private events = 0;
  private kept = 0;

  constructor(
    private readonly surroundings: Pick<RatingSurroundings, 'store' | 'snapshots'>,
    private readonly tenants: Tenants,
  ) {}

  /** Applies an event of the catalog or of an account, once: one that is read again is known already. */
  apply(event: RecordedEvent): void {
    if (event.position <= this.appliedTo) return;
    const { category, tenant } = parseStreamName(event.stream);
    const { reference } = this.tenants.of(tenant);
    if (category === 'catalog') reference.applyCatalog(event as unknown as CatalogEvent);
    else reference.applyAccount(event as unknown as AccountEvent);
    this.last = proofOf(event);
    this.events += 1;
  }

  /**
   * Makes them those of a log position.
   * @param read where the log has been read up to: every event before is applied.
   */
  async standAt(position: number, read: number): Promise<void> {
    if (this.appliedTo <= position && position <= read) return;
    await this.load(position);
    if (position === 0) return;
    const after = { after: this.appliedTo, filter: { categories: CATEGORIES } };
    for await (const event of this.surroundings.store.readAll(after)) {
      if (event.position > position) return;
      this.apply(event);
    }
  }

  /** Keeps them when they have grown by so many events, and by this part, since they were kept last. */
  async keepWhenGrown(events: number, part: number): Promise<void> {
    const { last } = this;
    if (last === undefined || this.events - this.kept < Math.max(events, this.kept * part)) return;
    const tenants = [...this.tenants.all()].map(({ tenant, reference }) => {
      return [tenant, { catalog: reference.catalog.toJSON(), accounts: reference.accounts.toJSON() }] as const;
    });
    this.kept = this.events;
    await this.surroundings.snapshots.keepReference(last, {
      events: this.events,
      tenants: Object.fromEntries(tenants),
    });
  }

  private get appliedTo(): number {
    return this.last?.position ?? 0;
  }

  private async load(atMost: number): Promise<void> {
    for (const tenant of this.tenants.all()) tenant.renew(new ReferenceData());
    const found = await this.surroundings.snapshots.reference(atMost);
    this.last = found?.seen;
    this.events = found?.state.events ?? 0;
    this.kept = this.events;
    for (const [name, { catalog, accounts }] of Object.entries(found?.state.tenants ?? {})) {
      const reference = new ReferenceData(CatalogBook.fromJSON(catalog), AccountBook.fromJSON(accounts));
      this.tenants.of(name).renew(reference);
    }
  }
}
