import { Inject, Injectable } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { contains, equal, page, within, type Dates, type Paging } from '../../../shared/read-models/list-conditions.js';
import { READ_MODELS, type Page, type ReadModels } from '../../../shared/read-models/read-models.port.js';
import { seenBy } from '../../../shared/read-models/read-your-writes.js';
import type { Action } from '../domain/configuration-change.js';
import { isConfigurationEvent, readChange } from '../projections/read-change.js';
import {
  ACTIVITIES_PROJECTION,
  userActivities,
  type UserActivityRow,
} from '../projections/user-activities.collections.js';

export interface ActivityFilter extends Dates {
  readonly object?: string | undefined;
  readonly id?: string | undefined;
  readonly action?: Action | undefined;
  readonly actor?: string | undefined;
}

export interface BeforeAndAfter {
  readonly row: UserActivityRow;
  /** Null when there was nothing before, or when it was gone. */
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** Who changed what, and what it was before: rows for the list, the log itself for one of them. */
@Injectable()
export class UserActivitiesQueries {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  /** Newest first. @param zone of the dates. */
  async list(tenant: string, filter: ActivityFilter, paging: Paging, zone: string): Promise<Page<UserActivityRow>> {
    await seenBy(this.readModels, ACTIVITIES_PROJECTION, paging.minPosition);
    const where = [
      ...equal('object', filter.object),
      ...equal('action', filter.action),
      ...equal('actor', filter.actor),
      ...contains('id', filter.id),
      ...within('at', filter, zone),
    ];
    const sort = [{ field: 'position', direction: 'desc' }] as const;
    return this.readModels.find(userActivities, { tenant, where, sort, ...page(paging) });
  }

  async one(tenant: string, position: number, minPosition?: number): Promise<BeforeAndAfter | undefined> {
    await seenBy(this.readModels, ACTIVITIES_PROJECTION, minPosition);
    const row = await this.readModels.get(userActivities, { tenant, position });
    if (row === undefined) return undefined;
    let after: BeforeAndAfter['after'] | undefined;
    // Backward from its event: the next change of the same thing is what it was before.
    for await (const event of this.store.readStream(row.stream, { direction: 'backward', from: row.revision })) {
      if (!isConfigurationEvent(event)) continue;
      const { object, id, content } = readChange(event);
      if (object !== row.object || id !== row.id) continue;
      if (after !== undefined) return { row, before: content, after };
      after = content;
    }
    return { row, before: null, after: after ?? null };
  }
}
