import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import { parseStreamName } from '../../../../shared/kernel/stream-name.js';
import type { AccountEvent } from '../../../accounts/index.js';
import type { CatalogEvent } from '../../../catalog/index.js';
import type { RunPlace } from './answer-run.js';

const CATEGORIES = ['account', 'catalog'] as const;

/** Whether something of an account's closed billing cycles may have become known since they were closed. */
export type News = (account: string) => boolean;

type NewsPlace = Pick<RunPlace, 'tenant' | 'closedAt' | 'closedTo' | 'position'>;

/** The news of the run that is answered: it is the same for all partitions, and the log is read once for them. */
export class RunNews {
  private last: { readonly of: string; readonly news: Promise<News> } | undefined;

  constructor(private readonly store: EventStore) {}

  /** @throws what the store throws; the log is read again then, when it is asked for the next time. */
  async at({ tenant, closedAt, closedTo, position }: NewsPlace): Promise<News> {
    const of = [tenant, closedAt, closedTo, position].join('\n');
    if (this.last?.of !== of) this.last = { of, news: newsSince(this.store, { tenant, closedAt, closedTo, position }) };
    const asked = this.last;
    try {
      return await asked.news;
    } catch (error) {
      if (this.last === asked) this.last = undefined;
      throw error;
    }
  }
}

/**
 * What the log says of accounts and prices between the run that closed cycles last and this one. An account nothing was
 * said of stands in its closed cycles as it did; an offer or a price that holds for closed cycles is news for all.
 */
async function newsSince(store: EventStore, { tenant, closedAt, closedTo, position }: NewsPlace): Promise<News> {
  if (closedAt === 0) return () => true;
  const accounts = new Set<string>();
  for await (const event of store.readAll({ after: closedAt, filter: { categories: CATEGORIES } })) {
    if (event.position > position) break;
    const name = parseStreamName(event.stream);
    if (name.tenant !== tenant) continue;
    if (name.category === 'account') accounts.add((event as RecordedEvent & AccountEvent).data.account);
    else if (isForThePast(event as unknown as CatalogEvent, closedTo)) return () => true;
  }
  return (account) => accounts.has(account);
}

function isForThePast(event: CatalogEvent, closedTo: number): boolean {
  const isPrice = event.type === 'PriceOfferShellMade.v1' || event.type === 'PricingPut.v1';
  return isPrice && event.data.effectiveFrom < closedTo;
}
