import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { pageOf } from '../../../shared/http/page.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { MonetizedUsageQueries } from '../application/queries/monetized-usage.queries.js';
import { BalancePage, BalancesQuery, UsageSummaryPage, UsageSummaryQuery } from './account-usage.dto.js';
import { balanceView, summaryView } from './rating.views.js';

@ApiTags('Accounts')
@Controller('v1/accounts')
@AllowReaders()
export class AccountUsageController {
  constructor(private readonly queries: MonetizedUsageQueries) {}

  @Get(':account/balances')
  @ApiOperation({
    summary: 'Balances of an account',
    description:
      'Allowances and accumulators, each by whose it is (subscription, service id or account) and by its period, newest ' +
      'first, as rated so far: what was granted, carried over, used, and what is left. An allowance appears with its ' +
      'first use in the period. An account without any answers an empty list.',
  })
  @ApiParam({ name: 'account', description: 'The account.', example: 'A0000001' })
  @ApiOkResponse({ type: BalancePage })
  @ApiProblems({ 422: 'A filter is wrong, or the cursor belongs to another list.' })
  async balances(
    @Caller() caller: Principal,
    @Param('account') account: string,
    @Query() query: BalancesQuery,
  ): Promise<BalancePage> {
    return pageOf(await this.queries.balances(caller.tenant, account, query, query), balanceView);
  }

  @Get(':account/usage-summary')
  @ApiOperation({
    summary: 'Usage of an account, summed up',
    description:
      'Records, quantity and amount per billing cycle, usage type and currency, newest cycle first: exact sums of its ' +
      'monetized records.',
  })
  @ApiParam({ name: 'account', description: 'The account.', example: 'A0000001' })
  @ApiOkResponse({ type: UsageSummaryPage })
  @ApiProblems({ 422: 'A filter is wrong, or the cursor belongs to another list.' })
  async usageSummary(
    @Caller() caller: Principal,
    @Param('account') account: string,
    @Query() query: UsageSummaryQuery,
  ): Promise<UsageSummaryPage> {
    return pageOf(await this.queries.usageSummary(caller.tenant, account, query, query), summaryView);
  }
}
