import { Inject, Injectable } from '@nestjs/common';
import { READ_MODELS, type Page, type ReadModels } from '../../../shared/read-models/read-models.port.js';
import { seenBy } from '../../../shared/read-models/read-your-writes.js';
import {
  jobExecutions,
  jobSchedules,
  SCHEDULING_PROJECTION,
  type JobExecutionRow,
  type JobScheduleRow,
} from '../projections/collections.js';
import { page, type Paging } from '../../../shared/read-models/list-conditions.js';

/** The reads of scheduling. Every one may wait for a log position first. */
@Injectable()
export class SchedulingQueries {
  constructor(@Inject(READ_MODELS) private readonly readModels: ReadModels) {}

  /** By name. */
  async schedules(tenant: string, paging: Paging): Promise<Page<JobScheduleRow>> {
    await seenBy(this.readModels, SCHEDULING_PROJECTION, paging.minPosition);
    return this.readModels.find(jobSchedules, { tenant, ...page(paging) });
  }

  async schedule(tenant: string, name: string, minPosition?: number): Promise<JobScheduleRow | undefined> {
    await seenBy(this.readModels, SCHEDULING_PROJECTION, minPosition);
    return this.readModels.get(jobSchedules, { tenant, name });
  }

  /** Latest business date first. */
  async executions(tenant: string, name: string, paging: Paging): Promise<Page<JobExecutionRow>> {
    await seenBy(this.readModels, SCHEDULING_PROJECTION, paging.minPosition);
    return this.readModels.find(jobExecutions, {
      tenant,
      where: [{ field: 'name', op: 'eq', value: name }],
      sort: [{ field: 'businessDate', direction: 'desc' }],
      ...page(paging),
    });
  }

  async execution(
    tenant: string,
    name: string,
    businessDate: string,
    minPosition?: number,
  ): Promise<JobExecutionRow | undefined> {
    await seenBy(this.readModels, SCHEDULING_PROJECTION, minPosition);
    return this.readModels.get(jobExecutions, { tenant, name, businessDate });
  }
}
