import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { instantOf } from '../../../shared/http/is-instant.js';
import { pageOf } from '../../../shared/http/page.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { notFound } from '../../../shared/http/problem.js';
import { NonUsageExplainer } from '../application/queries/non-usage.explainer.js';
import { NonUsageQueries } from '../application/queries/non-usage.queries.js';
import {
  MonetizedNonUsageDetailDto,
  MonetizedNonUsagePage,
  MonetizedNonUsageQuery,
} from './monetized-non-usage.dto.js';
import { nonUsageDetailView, nonUsageView } from './monetized-non-usage.views.js';

@ApiTags('Monetized non-usage')
@Controller('v1/monetized-non-usage')
@AllowReaders()
export class MonetizedNonUsageController {
  constructor(
    private readonly queries: NonUsageQueries,
    private readonly explainer: NonUsageExplainer,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Monetized non-usage records',
    description:
      'What subscriptions pay without using anything: activations, recurring charges, true-ups of a minimum spend; made by a run of kind CYCLE_END. With an account: its newest billing cycle first. Otherwise what was made last comes first. They are not usage: no batch sends them to billing.',
  })
  @ApiOkResponse({ type: MonetizedNonUsagePage })
  @ApiProblems({ 422: 'A filter is wrong, or the cursor belongs to another list.' })
  async list(@Caller() caller: Principal, @Query() query: MonetizedNonUsageQuery): Promise<MonetizedNonUsagePage> {
    const { from, to, limit, after, minPosition, ...exact } = query;
    const filter = { ...exact, from: instantOf(from), to: instantOf(to) };
    return pageOf(await this.queries.list(caller.tenant, filter, { limit, after, minPosition }), nonUsageView);
  }

  @Get(':id')
  @ApiOperation({
    summary: 'One monetized non-usage record, explained',
    description:
      'How the amount came about in words and numbers, the price version, and where it stands in the log. It is computed anew for the answer; `recomputed.equal` says whether that is what was stored.',
  })
  @ApiParam({ name: 'id', description: '`<log position>:<row>`', example: '4711:12' })
  @ApiOkResponse({ type: MonetizedNonUsageDetailDto })
  @ApiProblems({ 404: 'There is no such record (`rating/monetized-non-usage-not-found`).' })
  async one(@Caller() caller: Principal, @Param('id') id: string): Promise<MonetizedNonUsageDetailDto> {
    const explained = await this.explainer.explain(caller.tenant, id);
    if (explained === undefined) {
      throw notFound(
        'rating/monetized-non-usage-not-found',
        `There is no monetized non-usage record ${id}: an id is <log position>:<row>, as GET /v1/monetized-non-usage lists it`,
      );
    }
    return nonUsageDetailView(explained);
  }
}
