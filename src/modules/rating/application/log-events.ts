import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { UsageBatchMediated } from '../../ingestion/index.js';
import type { UsageBatchRated } from '../domain/events.js';

export type MediatedEvent = RecordedEvent & UsageBatchMediated;
export type RatedEvent = RecordedEvent & UsageBatchRated;

/** Single events of the log by their position, the last few kept decoded. */
export class LogEvents {
  private readonly kept = new Map<number, RecordedEvent>();

  constructor(
    private readonly store: EventStore,
    private readonly most: number,
  ) {}

  /** @throws when no mediated chunk stands there: what refers to it is wrong, which is a defect. */
  async mediatedAt(position: number): Promise<MediatedEvent> {
    return (await this.at(position, 'UsageBatchMediated.v1')) as MediatedEvent;
  }

  /** @throws when no rated event stands there. */
  async ratedAt(position: number): Promise<RatedEvent> {
    return (await this.at(position, 'UsageBatchRated.v1')) as RatedEvent;
  }

  private async at(position: number, type: string): Promise<RecordedEvent> {
    const event = this.kept.get(position) ?? (await this.read(position));
    if (event?.type !== type) throw new Error(`There is no ${type} at log position ${position}`);
    return event;
  }

  private async read(position: number): Promise<RecordedEvent | undefined> {
    for await (const event of this.store.readAll({ after: position - 1, limit: 1 })) {
      if (event.position !== position) return undefined;
      const [oldest] = this.kept.keys();
      if (this.kept.size >= this.most && oldest !== undefined) this.kept.delete(oldest);
      this.kept.set(position, event);
      return event;
    }
    return undefined;
  }
}
