import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { UsageBatchMediated } from '../../ingestion/index.js';

export type MediatedEvent = RecordedEvent & UsageBatchMediated;

/** Chunks kept decoded: a reprocess asks for the records of a chunk one after the other. */
const KEPT = 16;

/** Mediated chunks by their log position, the last few kept. */
export class MediatedChunks {
  private readonly kept = new Map<number, MediatedEvent>();

  constructor(private readonly store: EventStore) {}

  /** @throws when the log has no mediated chunk there: the reference to it is wrong, which is a defect. */
  async at(position: number): Promise<MediatedEvent> {
    const known = this.kept.get(position);
    if (known !== undefined) return known;
    for await (const event of this.store.readAll({ after: position - 1, limit: 1 })) {
      if (event.position !== position || event.type !== 'UsageBatchMediated.v1') break;
      const chunk = event as MediatedEvent;
      this.keep(chunk);
      return chunk;
    }
    throw new Error(`There is no mediated chunk at log position ${position}`);
  }

  private keep(chunk: MediatedEvent): void {
    const [oldest] = this.kept.keys();
    if (this.kept.size >= KEPT && oldest !== undefined) this.kept.delete(oldest);
    this.kept.set(chunk.position, chunk);
  }
}
