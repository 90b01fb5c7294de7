import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import type { UsageBatchMediated } from '../../../ingestion/index.js';
import type { UsageBatchRated } from '../../domain/events.js';
import type { UsageRerated } from '../../domain/runs/rerated-events.js';

export type MediatedEvent = RecordedEvent & UsageBatchMediated;
/** Rated for the first time, or again by a run: both have monetized rows. */
export type RatedEvent = RecordedEvent & (UsageBatchRated | UsageRerated);

const RATED: readonly string[] = ['UsageBatchRated.v1', 'UsageRerated.v1'];

/** Single events of the log by their position, the last few kept decoded. */
export class LogEvents {
  private readonly kept = new Map<number, RecordedEvent>();

  constructor(
    private readonly store: EventStore,
    private readonly most: number,
  ) {}

  /** @throws when no mediated chunk stands there: what refers to it is wrong, which is a defect. */
  async mediatedAt(position: number): Promise<MediatedEvent> {
    return (await this.known(position, ['UsageBatchMediated.v1'])) as MediatedEvent;
  }

  /** @throws when no rated event stands there. */
  async ratedAt(position: number): Promise<RatedEvent> {
    return (await this.known(position, RATED)) as RatedEvent;
  }

  /** By its place in its stream. @throws when no rated event stands there. */
  async ratedIn(stream: string, revision: number): Promise<RatedEvent> {
    const kept = [...this.kept.values()].find((event) => event.stream === stream && event.revision === revision);
    const event = kept ?? (await this.readIn(stream, revision));
    if (event === undefined || !RATED.includes(event.type)) throw new Error(`${stream}@${revision} is no rated event`);
    return event as RatedEvent;
  }

  /** Whatever stands there. @throws when nothing does. */
  async at(position: number): Promise<RecordedEvent> {
    const event = this.kept.get(position) ?? (await this.read(position));
    if (event === undefined) throw new Error(`There is no event at log position ${position}`);
    return event;
  }

  private async known(position: number, types: readonly string[]): Promise<RecordedEvent> {
    const event = await this.at(position);
    if (!types.includes(event.type)) throw new Error(`There is no ${types.join(' or ')} at log position ${position}`);
    return event;
  }

  private async read(position: number): Promise<RecordedEvent | undefined> {
    for await (const event of this.store.readAll({ after: position - 1, limit: 1 })) {
      return event.position === position ? this.keep(event) : undefined;
    }
    return undefined;
  }

  private async readIn(stream: string, revision: number): Promise<RecordedEvent | undefined> {
    for await (const event of this.store.readStream(stream, { from: revision, limit: 1 })) {
      return event.revision === revision ? this.keep(event) : undefined;
    }
    return undefined;
  }

  private keep(event: RecordedEvent): RecordedEvent {
    const [oldest] = this.kept.keys();
    if (this.kept.size >= this.most && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(event.position, event);
    return event;
  }
}
