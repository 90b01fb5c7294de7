import { Inject, Injectable } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import type { FeedKind } from '../domain/events.js';
import { ACCOUNT_FEED_TARGET, CATALOG_FEED_TARGET, type FeedTarget } from '../domain/feed-target.js';
import { Feed } from './feed.js';

/** The feeds of all tenants; one object per feed, so that in this process its batches come one at a time. */
@Injectable()
export class Feeds {
  private readonly feeds = new Map<string, Feed>();
  private readonly targets: Readonly<Record<FeedKind, FeedTarget>>;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CATALOG_FEED_TARGET) catalog: FeedTarget,
    @Inject(ACCOUNT_FEED_TARGET) account: FeedTarget,
  ) {
    this.targets = { catalog, account };
  }

  of(tenant: string, kind: FeedKind): Feed {
    const name = `${tenant}.${kind}`;
    let feed = this.feeds.get(name);
    if (feed === undefined) {
      feed = new Feed(this.store, this.targets[kind], tenant, kind);
      this.feeds.set(name, feed);
    }
    return feed;
  }
}
