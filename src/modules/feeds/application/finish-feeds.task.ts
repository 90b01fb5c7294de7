import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import type { RoleTask } from '../../../shared/runtime/role-task.js';
import type { FeedEvent } from '../domain/events.js';
import { FEED_CATEGORY, feedKindOf } from '../domain/streams.js';
import type { Feeds } from './feeds.js';

/** At start, applies the batches that were received before a crash and have no answer. Whoever feeds next does it too. */
export class FinishFeedsTask implements RoleTask {
  readonly name = 'finish-feeds';
  readonly role = 'sync';

  constructor(
    private readonly store: EventStore,
    private readonly feeds: Feeds,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    for (const stream of await this.unfinished(signal)) {
      if (signal.aborted) return;
      const { tenant, id } = parseStreamName(stream);
      await this.feeds.of(tenant, feedKindOf(id)).finish();
    }
  }

  /** Reads heads only: the messages stay packed. */
  private async unfinished(signal: AbortSignal): Promise<readonly string[]> {
    const open = new Map<string, number>();
    for await (const event of this.store.readAll({ filter: { categories: [FEED_CATEGORY] } })) {
      if (signal.aborted) return [];
      const change = event.type === ('FeedMessagesApplied.v1' satisfies FeedEvent['type']) ? -1 : 1;
      open.set(event.stream, (open.get(event.stream) ?? 0) + change);
    }
    return [...open].filter(([, batches]) => batches > 0).map(([stream]) => stream);
  }
}
