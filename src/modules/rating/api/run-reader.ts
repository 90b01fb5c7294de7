import type { HttpException } from '@nestjs/common';
import { pageOf } from '../../../shared/http/page.js';
import type { RatingRunsQueries } from '../application/runs/rating-runs.queries.js';
import type { RatingRunKind } from '../domain/runs/run-events.js';
import type { RatingRunRow } from '../projections/rating-runs.collections.js';
import { accountView, changeView } from './rating-runs.views.js';
import type { ByAccountQuery, RunAccountPage, RunChangePage } from './run-changes.dto.js';

interface AskedRun {
  readonly tenant: string;
  readonly runId: string;
}

/** The reads of one run, the same under every path; each path has kinds of runs of its own. */
export class RunReader {
  /** @param missing what to say of a run that there is not, or that is of another kind. */
  constructor(
    private readonly queries: RatingRunsQueries,
    private readonly kinds: readonly RatingRunKind[],
    private readonly missing: (runId: string) => HttpException,
  ) {}

  async one({ tenant, runId }: AskedRun, minPosition?: number): Promise<RatingRunRow> {
    const row = await this.queries.run(tenant, runId, this.kinds, minPosition);
    if (row === undefined) throw this.missing(runId);
    return row;
  }

  /** Charge by charge, by account and usage time. */
  async changes(asked: AskedRun, query: ByAccountQuery): Promise<RunChangePage> {
    await this.one(asked, query.minPosition);
    return pageOf(await this.queries.changes(asked.tenant, asked.runId, query, query), changeView);
  }

  /** Account by account. */
  async accounts(asked: AskedRun, query: ByAccountQuery): Promise<RunAccountPage> {
    await this.one(asked, query.minPosition);
    return pageOf(await this.queries.accounts(asked.tenant, asked.runId, query, query), accountView);
  }
}
