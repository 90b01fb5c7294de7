import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { MediationBook } from '../domain/mediation-book.js';
import type { MediationEvent } from '../domain/mediation-events.js';

/**
 * The mediation configuration as the log has it now. It is small and read often, so it is folded into memory once and then
 * only what came since is read: whoever has the position of a change sees the change.
 */
export class MediationConfiguration {
  private readonly book = new MediationBook();
  private position = 0;
  private reading: Promise<void> = Promise.resolve();

  constructor(private readonly store: EventStore) {}

  /** The book up to the log's present end. */
  async current(): Promise<MediationBook> {
    const mine = this.reading.then(() => this.catchUp());
    // A failed read must not fail the next one.
    this.reading = mine.catch(() => undefined);
    await mine;
    return this.book;
  }

  private async catchUp(): Promise<void> {
    const head = await this.store.head();
    if (head <= this.position) return;
    for await (const event of this.store.readAll({ after: this.position, filter: { categories: ['mediation'] } })) {
      this.book.apply(event as RecordedEvent & MediationEvent);
      this.position = event.position;
    }
    this.position = Math.max(this.position, head);
  }
}
