import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import { seenBy } from '../../../shared/read-models/read-your-writes.js';
import {
  READ_MODELS,
  type Condition,
  type Page,
  type ReadModels,
} from '../../../shared/read-models/read-models.port.js';
import {
  RAW_USAGE_PROJECTION,
  rawExceptions,
  USAGE_FILES_PROJECTION,
  usageFiles,
  type RawExceptionRow,
  type UsageFileRow,
} from '../projections/collections.js';
import { contains, equal, within, type Paging } from '../../../shared/read-models/list-conditions.js';

export interface UsageFilesFilter {
  readonly fileName?: string;
  readonly startDate?: string;
  readonly endDate?: string;
  readonly sourcePlatform?: string;
  readonly serviceType?: string;
  readonly usageRecordType?: string;
  readonly status?: string;
}

/** The list of files, one file, and what was wrong in it. */
@Injectable()
export class UsageFilesQueries {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Newest first. */
  async list(tenant: string, filter: UsageFilesFilter, paging: Paging): Promise<Page<UsageFileRow>> {
    await seenBy(this.readModels, USAGE_FILES_PROJECTION, paging.minPosition);
    return this.readModels.find(usageFiles, {
      tenant,
      where: this.conditions(filter),
      sort: [{ field: 'receivedPosition', direction: 'desc' }],
      limit: paging.limit,
      ...(paging.after === undefined ? {} : { after: paging.after }),
    });
  }

  async one(tenant: string, fileId: string, minPosition?: number): Promise<UsageFileRow | undefined> {
    await seenBy(this.readModels, USAGE_FILES_PROJECTION, minPosition);
    return this.readModels.get(usageFiles, { tenant, fileId });
  }

  /** In the order of the file. */
  async exceptions(
    tenant: string,
    fileId: string,
    outcome: string | undefined,
    paging: Paging,
  ): Promise<Page<RawExceptionRow>> {
    await seenBy(this.readModels, RAW_USAGE_PROJECTION, paging.minPosition);
    const where: Condition[] = [{ field: 'fileId', op: 'eq', value: fileId }];
    if (outcome !== undefined) where.push({ field: 'outcome', op: 'eq', value: outcome });
    return this.readModels.find(rawExceptions, {
      tenant,
      where,
      limit: paging.limit,
      ...(paging.after === undefined ? {} : { after: paging.after }),
    });
  }

  private conditions(filter: UsageFilesFilter): Condition[] {
    return [
      ...contains('fileName', filter.fileName),
      ...equal('sourcePlatform', filter.sourcePlatform),
      ...equal('serviceType', filter.serviceType),
      ...equal('usageRecordType', filter.usageRecordType),
      ...equal('status', filter.status),
      ...within('receivedAt', filter, this.config.timeZone),
    ];
  }
}
