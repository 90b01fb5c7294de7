import { Inject, Injectable } from '@nestjs/common';
import { equal, page, type Paging } from '../../../../shared/read-models/list-conditions.js';
import {
  READ_MODELS,
  type Condition,
  type Page,
  type ReadModels,
} from '../../../../shared/read-models/read-models.port.js';
import { seenBy } from '../../../../shared/read-models/read-your-writes.js';
import type { RatingRunKind } from '../../domain/runs/run-events.js';
import {
  ratingRuns,
  runAccounts,
  runChanges,
  type RatingRunRow,
  type RatingRunStatus,
  type RunAccountRow,
  type RunChangeRow,
} from '../../projections/rating-runs.collections.js';
import { RATING_RUNS_PROJECTION } from '../../projections/rating-runs.projection.js';

export interface RunFilter {
  readonly kinds: readonly RatingRunKind[];
  readonly mode?: string | undefined;
  readonly status?: RatingRunStatus | undefined;
}

/** The reads of rating runs. Every one may wait for a log position first. */
@Injectable()
export class RatingRunsQueries {
  constructor(@Inject(READ_MODELS) private readonly readModels: ReadModels) {}

  /** Newest first. */
  async runs(tenant: string, { kinds, mode, status }: RunFilter, paging: Paging): Promise<Page<RatingRunRow>> {
    const where: Condition[] = [
      { field: 'kind', op: 'in', value: kinds },
      ...equal('mode', mode),
      ...equal('status', status),
    ];
    await this.seen(paging.minPosition);
    const sort = [{ field: 'requestedPosition', direction: 'desc' } as const];
    return this.readModels.find(ratingRuns, { tenant, where, sort, ...page(paging) });
  }

  async run(
    tenant: string,
    runId: string,
    kinds: readonly RatingRunKind[],
    minPosition?: number,
  ): Promise<RatingRunRow | undefined> {
    await this.seen(minPosition);
    const row = await this.readModels.get(ratingRuns, { tenant, runId });
    return row !== undefined && kinds.includes(row.kind) ? row : undefined;
  }

  /** By account and usage time. */
  async changes(
    tenant: string,
    runId: string,
    filter: { readonly account?: string | undefined },
    paging: Paging,
  ): Promise<Page<RunChangeRow>> {
    const where: Condition[] = [{ field: 'runId', op: 'eq', value: runId }, ...equal('account', filter.account)];
    await this.seen(paging.minPosition);
    return this.readModels.find(runChanges, { tenant, where, ...page(paging) });
  }

  /** By account. */
  async accounts(
    tenant: string,
    runId: string,
    filter: { readonly account?: string | undefined },
    paging: Paging,
  ): Promise<Page<RunAccountRow>> {
    const where: Condition[] = [{ field: 'runId', op: 'eq', value: runId }, ...equal('account', filter.account)];
    await this.seen(paging.minPosition);
    return this.readModels.find(runAccounts, { tenant, where, ...page(paging) });
  }

  private seen(minPosition: number | undefined): Promise<void> {
    return seenBy(this.readModels, RATING_RUNS_PROJECTION, minPosition);
  }
}
