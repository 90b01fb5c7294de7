import { eventId } from '../../../shared/event-store/event-id.js';
import type { EventStore, EventToAppend, ExpectedRevision } from '../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import {
  causePrefix,
  factCause,
  isFeedRefusal,
  type FeedBatch,
  type FeedMessage,
  type FeedResult,
  type FeedSession,
  type FeedTarget,
} from '../../feeds/index.js';
import { CatalogBook } from '../domain/catalog-book.js';
import { decideCatalogChange, isCatalogRefusal } from '../domain/catalog-change.js';
import type { OfferingEvent } from '../domain/events.js';
import { catalogStream } from '../domain/streams.js';
import type { CatalogBooks } from './catalog-books.js';
import { readCatalogMessage } from './read-catalog-message.js';

/** Facts in one append: far below the limit of an append, however long their names. */
const MAX_FACTS = 400;

interface TenantCatalog {
  readonly book: CatalogBook;
  revision: ExpectedRevision;
}

/** Where the catalog feed becomes facts. The stream has a second writer, who puts prices: a conflict is decided anew. */
export class CatalogFeedTarget implements FeedTarget {
  private readonly catalogs = new Map<string, TenantCatalog>();

  /** @param books where own usage types and services are looked up, which the feed may name too. */
  constructor(
    private readonly store: EventStore,
    private readonly books: CatalogBooks,
  ) {}

  async open(batch: FeedBatch): Promise<FeedSession> {
    const { blocks } = await this.books.current(batch.tenant);
    const catalog = this.catalogs.get(batch.tenant) ?? { book: new CatalogBook(blocks), revision: 'no-stream' };
    this.catalogs.set(batch.tenant, catalog);
    const ofBatch = new Set<string>();
    const prefix = causePrefix(batch);
    const from = catalog.revision === 'no-stream' ? 0 : catalog.revision + 1;
    for await (const event of this.store.readStream(catalogStream(batch.tenant), { from })) {
      catalog.revision = event.revision;
      // Facts that a cut-off attempt left: decided again below, and then known by their ids.
      if (event.metadata.causationId?.startsWith(prefix) === true) ofBatch.add(event.id);
      else catalog.book.apply(event as RecordedEvent & OfferingEvent);
    }
    // Should the batch turn out to be applied by another process, its facts are not to be missed: next time from the start.
    if (ofBatch.size > 0) this.forget(batch.tenant);
    return new CatalogSession(this.store, catalog, batch, ofBatch);
  }

  forget(tenant: string): void {
    this.catalogs.delete(tenant);
  }
}

class CatalogSession implements FeedSession {
  private readonly facts: EventToAppend[] = [];

  constructor(
    private readonly store: EventStore,
    private readonly catalog: TenantCatalog,
    private readonly batch: FeedBatch,
    private readonly inLog: ReadonlySet<string>,
  ) {}

  apply(message: FeedMessage, ordinal: number): FeedResult {
    const change = readCatalogMessage(message);
    if (isFeedRefusal(change)) return change;
    const decision = decideCatalogChange(change, this.catalog.book);
    if (isCatalogRefusal(decision)) return decision;
    const causationId = factCause(this.batch, ordinal);
    const metadata = { ...this.batch.metadata, causationId };
    decision.forEach((event, index) => {
      this.catalog.book.apply(event);
      const id = eventId(`${causationId}/${index}`);
      if (!this.inLog.has(id)) this.facts.push({ id, ...event, metadata });
    });
    return { applied: true };
  }

  async commit(): Promise<number> {
    const stream = catalogStream(this.batch.tenant);
    let position = 0;
    for (let start = 0; start < this.facts.length; start += MAX_FACTS) {
      const part = this.facts.slice(start, start + MAX_FACTS);
      const appended = await this.store.append(stream, this.catalog.revision, part);
      this.catalog.revision = appended.revision;
      ({ position } = appended);
    }
    return position;
  }
}
