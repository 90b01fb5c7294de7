import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { CatalogBook } from '../domain/catalog-book.js';
import type { CatalogEvent } from '../domain/events.js';

/**
 * The catalogs of all tenants as the log has them now: folded into memory once, and then only what came since is read.
 * Who changes something that others may name does it one after the other (`alone`): what was looked up before deciding
 * still holds when the decision is appended.
 */
export class CatalogBooks {
  private readonly books = new Map<string, CatalogBook>();
  private readonly turns = new Map<string, Promise<unknown>>();
  private position = 0;
  private reading: Promise<void> = Promise.resolve();

  constructor(private readonly store: EventStore) {}

  /** The book of a tenant up to the log's present end; the same object every time. */
  async current(tenant: string): Promise<CatalogBook> {
    const mine = this.reading.then(() => this.catchUp());
    // A failed read must not fail the next one.
    this.reading = mine.catch(() => undefined);
    await mine;
    return this.bookOf(tenant);
  }

  /** Runs the work with the tenant's book when no other such work of this process is under way. */
  async alone<Result>(tenant: string, work: (book: CatalogBook) => Promise<Result>): Promise<Result> {
    const before = this.turns.get(tenant) ?? Promise.resolve();
    const mine = before.then(async () => work(await this.current(tenant)));
    this.turns.set(
      tenant,
      mine.catch(() => undefined),
    );
    return mine;
  }

  private async catchUp(): Promise<void> {
    const head = await this.store.head();
    if (head <= this.position) return;
    for await (const event of this.store.readAll({ after: this.position, filter: { categories: ['catalog'] } })) {
      this.bookOf(event.metadata.tenant).apply(event as RecordedEvent & CatalogEvent);
      this.position = event.position;
    }
    this.position = Math.max(this.position, head);
  }

  private bookOf(tenant: string): CatalogBook {
    const book = this.books.get(tenant) ?? new CatalogBook();
    this.books.set(tenant, book);
    return book;
  }
}
