import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { pageOf } from '../../../shared/http/page.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { NonUsageQueries } from '../application/queries/non-usage.queries.js';
import { NonUsageSummaryPage, NonUsageSummaryQuery } from './monetized-non-usage.dto.js';
import { nonUsageSummaryView } from './monetized-non-usage.views.js';

@ApiTags('Accounts')
@Controller('v1/accounts')
@AllowReaders()
export class AccountNonUsageController {
  constructor(private readonly queries: NonUsageQueries) {}

  @Get(':account/non-usage-summary')
  @ApiOperation({
    summary: 'What an account pays without usage, summed up',
    description:
      'Records and amount per billing cycle, type and currency, newest cycle first: exact sums of its monetized non-usage records. None of it is sent to the billing system.',
  })
  @ApiParam({ name: 'account', description: 'The account.', example: 'A0000001' })
  @ApiOkResponse({ type: NonUsageSummaryPage })
  @ApiProblems({ 422: 'A filter is wrong, or the cursor belongs to another list.' })
  async nonUsageSummary(
    @Caller() caller: Principal,
    @Param('account') account: string,
    @Query() query: NonUsageSummaryQuery,
  ): Promise<NonUsageSummaryPage> {
    return pageOf(await this.queries.summary(caller.tenant, account, query, query), nonUsageSummaryView);
  }
}
