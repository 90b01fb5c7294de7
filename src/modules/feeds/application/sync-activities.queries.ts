import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { FieldError } from '../../../shared/kernel/refusal.js';
import {
  READ_MODELS,
  type Condition,
  type Page,
  type ReadModels,
} from '../../../shared/read-models/read-models.port.js';
import { seenBy } from '../../../shared/read-models/read-your-writes.js';
import type { ActivityStatus, FeedKind, FeedMessagesApplied } from '../domain/events.js';
import { activityId, parseActivityId } from '../domain/feed-message.js';
import { feedStream } from '../domain/streams.js';
import {
  SYNC_ACTIVITIES_PROJECTION,
  syncActivities,
  type SyncActivityRow,
} from '../projections/sync-activities.collection.js';
import { receivedAt } from './incoming-messages.js';
import { contains, equal, within, type Paging } from '../../../shared/read-models/list-conditions.js';

/** Dates are business dates of the tenant: start inclusive, end exclusive, both at 00:00:00. */
export interface ActivityFilter {
  readonly kind?: FeedKind | undefined;
  readonly status?: ActivityStatus | undefined;
  readonly object?: string | undefined;
  readonly action?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly messageId?: string | undefined;
  readonly startDate?: string | undefined;
  readonly endDate?: string | undefined;
  readonly sort?: string | undefined;
}

export interface ActivityDetails {
  readonly activity: SyncActivityRow;
  /** The message as it came. */
  readonly raw: unknown;
  /** Every error of an invalid message, with its path. */
  readonly errors: readonly FieldError[];
  readonly actor: string;
  readonly commandId: string | undefined;
}

/** The reads of the feeds' activities. Every one may wait for a log position first. */
@Injectable()
export class SyncActivitiesQueries {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async list(tenant: string, filter: ActivityFilter, paging: Paging): Promise<Page<SyncActivityRow>> {
    await seenBy(this.readModels, SYNC_ACTIVITIES_PROJECTION, paging.minPosition);
    const { limit, after } = paging;
    return this.readModels.find(syncActivities, {
      tenant,
      where: this.conditions(filter),
      sort: sortOf(filter.sort ?? '-id'),
      limit,
      ...(after === undefined ? {} : { after }),
    });
  }

  /** Undefined when there is no such activity. */
  async one(tenant: string, id: string, minPosition?: number): Promise<ActivityDetails | undefined> {
    await seenBy(this.readModels, SYNC_ACTIVITIES_PROJECTION, minPosition);
    const place = parseActivityId(id);
    const activity = place && (await this.readModels.get(syncActivities, { tenant, ...place }));
    if (activity === undefined) return undefined;
    const received = await receivedAt(this.store, feedStream(tenant, activity.kind), activity.position);
    if (received === undefined) throw new Error(`The log has no feed messages at position ${activity.position}`);
    return {
      activity,
      raw: received.data.columns.raw[activity.ordinal],
      errors: await this.errorsOf(activity),
      actor: received.metadata.actor,
      commandId: received.metadata.commandId,
    };
  }

  private async errorsOf({ appliedPosition, position, ordinal }: SyncActivityRow): Promise<readonly FieldError[]> {
    if (appliedPosition === null) return [];
    for await (const event of this.store.readAll({ after: appliedPosition - 1, limit: 1 })) {
      const { columns } = (event as RecordedEvent & FeedMessagesApplied).data;
      return columns.errors[columns.activity.indexOf(activityId(position, ordinal))] ?? [];
    }
    return [];
  }

  private conditions(filter: ActivityFilter): Condition[] {
    return [
      ...equal('kind', filter.kind),
      ...equal('status', filter.status),
      ...equal('object', filter.object),
      ...equal('action', filter.action),
      ...equal('code', filter.errorCode),
      ...contains('messageId', filter.messageId),
      ...within('receivedAt', filter, this.config.timeZone),
    ];
  }
}

/** An activity's id is its position and its row: the order in which the messages came. */
function sortOf(text: string): { field: string; direction: 'asc' | 'desc' }[] {
  const direction = text.startsWith('-') ? 'desc' : 'asc';
  const field = text.replace('-', '');
  const fields = field === 'id' ? ['position', 'ordinal'] : [field];
  return fields.map((each) => ({ field: each, direction }));
}
