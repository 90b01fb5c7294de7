import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import {
  READ_MODELS,
  type Condition,
  type Page,
  type ReadModels,
} from '../../../shared/read-models/read-models.port.js';
import { seenBy } from '../../../shared/read-models/read-your-writes.js';
import type { SuspenseStatus } from '../domain/events.js';
import {
  SUSPENSE_PROJECTION,
  suspendedRecords,
  suspenseFiles,
  suspenseReprocesses,
  type ReprocessStatus,
  type SuspendedRecord,
  type SuspenseFile,
  type SuspenseReprocess,
} from '../projections/suspense.collections.js';
import { contains, equal, page, sortOf, within, type Paging } from '../../../shared/read-models/list-conditions.js';

/** Dates are business dates of the tenant: start inclusive, end exclusive, both at 00:00:00. */
export interface Dates {
  readonly startDate?: string | undefined;
  readonly endDate?: string | undefined;
}

export interface FileFilter extends Dates {
  readonly fileName?: string | undefined;
  readonly sourcePlatform?: string | undefined;
  readonly serviceType?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly sort?: string | undefined;
}

export interface RecordFilter extends Dates {
  readonly fileId?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly account?: string | undefined;
  readonly serviceId?: string | undefined;
  readonly status?: SuspenseStatus | undefined;
}

/** The reads of suspense. Every one may wait for a log position first. */
@Injectable()
export class SuspenseQueries {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Files with records in suspense, newest loaded first. */
  async files(tenant: string, filter: FileFilter, paging: Paging): Promise<Page<SuspenseFile>> {
    const where: Condition[] = [
      { field: 'inSuspense', op: 'eq', value: true },
      ...equal('sourcePlatform', filter.sourcePlatform),
      ...equal('serviceType', filter.serviceType),
      ...contains('fileName', filter.fileName),
      ...contains('codes', filter.errorCode),
      ...within('loadedAt', filter, this.config.timeZone),
    ];
    const sort = sortOf(filter.sort ?? '-loadedAt');
    await this.seen(paging);
    return this.readModels.find(suspenseFiles, { tenant, where, sort: [sort], ...page(paging) });
  }

  async file(tenant: string, fileId: string, minPosition?: number): Promise<SuspenseFile | undefined> {
    await seenBy(this.readModels, SUSPENSE_PROJECTION, minPosition);
    return this.readModels.get(suspenseFiles, { tenant, fileId });
  }

  /** Records in suspense, by file and line; with a status, the records of that status. */
  async records(tenant: string, filter: RecordFilter, paging: Paging): Promise<Page<SuspendedRecord>> {
    const where: Condition[] = [
      { field: 'inSuspense', op: 'eq', value: filter.status !== 'RESOLVED' },
      ...equal('status', filter.status),
      ...equal('fileId', filter.fileId),
      ...equal('code', filter.errorCode),
      ...equal('account', filter.account),
      ...equal('serviceId', filter.serviceId),
      ...within('at', filter, this.config.timeZone),
    ];
    await this.seen(paging);
    return this.readModels.find(suspendedRecords, { tenant, where, ...page(paging) });
  }

  /** Newest first. */
  async reprocesses(
    tenant: string,
    filter: { readonly status?: ReprocessStatus | undefined },
    paging: Paging,
  ): Promise<Page<SuspenseReprocess>> {
    await this.seen(paging);
    return this.readModels.find(suspenseReprocesses, {
      tenant,
      where: equal('status', filter.status),
      sort: [{ field: 'position', direction: 'desc' }],
      ...page(paging),
    });
  }

  async reprocess(tenant: string, reprocessId: string, minPosition?: number): Promise<SuspenseReprocess | undefined> {
    await seenBy(this.readModels, SUSPENSE_PROJECTION, minPosition);
    return this.readModels.get(suspenseReprocesses, { tenant, reprocessId });
  }

  private seen(paging: Paging): Promise<void> {
    return seenBy(this.readModels, SUSPENSE_PROJECTION, paging.minPosition);
  }
}
