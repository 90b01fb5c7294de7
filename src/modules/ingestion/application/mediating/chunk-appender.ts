import {
  AppendTooLarge,
  type Appended,
  type EventStore,
  type EventToAppend,
  type ExpectedRevision,
} from '../../../../shared/event-store/event-store.port.js';

/** Chunks in one append at most, and their content bytes: far enough below the limit of one append. */
const GROUP_CHUNKS = 8;
const GROUP_BYTES = 448 * 1024;

/**
 * Appends chunks in order, one append under way at a time, while the next chunks are being made: so the disk's sync is
 * hidden, memory is bounded, and the revision expected is always exact. Chunks made meanwhile go together in one append.
 */
export class ChunkAppender {
  private waiting: { readonly event: EventToAppend; readonly bytes: number }[] = [];
  private underWay: Promise<void> | undefined;
  private failure: unknown;
  /** Position of the last chunk appended; 0 before the first. */
  position = 0;

  constructor(
    private readonly store: EventStore,
    private readonly stream: string,
    /** Of the stream's last event, as far as it is known to be appended; -1 for an empty stream. */
    public revision: number,
  ) {}

  /** Resolves when there is room for the next chunk. @throws what an append threw; the appender is useless then. */
  async add(event: EventToAppend, contentBytes: number): Promise<void> {
    const bytes = this.waiting.reduce((sum, item) => sum + item.bytes, 0);
    if (this.waiting.length >= GROUP_CHUNKS || (this.waiting.length > 0 && bytes + contentBytes > GROUP_BYTES)) {
      await this.underWay;
      this.launch();
    }
    this.waiting.push({ event, bytes: contentBytes });
    if (this.underWay === undefined) this.launch();
    this.throwFailure();
  }

  /** Resolves when every chunk is durable. */
  async drain(): Promise<void> {
    while (this.underWay !== undefined || this.waiting.length > 0) {
      await this.underWay;
      this.throwFailure();
      if (this.underWay === undefined && this.waiting.length > 0) this.launch();
    }
    this.throwFailure();
  }

  private launch(): void {
    if (this.waiting.length === 0 || this.failure !== undefined) return;
    const events = this.waiting.map((item) => item.event);
    this.waiting = [];
    this.underWay = this.append(events)
      .then(
        (appended) => {
          this.revision = appended.revision;
          this.position = appended.position;
        },
        (error: unknown) => {
          this.failure = error;
        },
      )
      .finally(() => {
        this.underWay = undefined;
      });
  }

  private async append(events: readonly EventToAppend[]): Promise<Appended> {
    try {
      return await this.store.append(this.stream, this.expected(this.revision), events);
    } catch (error) {
      if (!(error instanceof AppendTooLarge) || events.length === 1) throw error;
    }
    let appended: Appended = { revision: this.revision, position: this.position };
    for (const event of events) {
      appended = await this.store.append(this.stream, this.expected(appended.revision), [event]);
    }
    return appended;
  }

  private expected(revision: number): ExpectedRevision {
    return revision < 0 ? 'no-stream' : revision;
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure as Error;
  }
}
