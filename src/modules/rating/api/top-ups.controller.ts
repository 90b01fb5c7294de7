import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { pageOf } from '../../../shared/http/page.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { instantToString } from '../../../shared/kernel/clock.js';
import { TopUpsQueries, type UsedTopUp } from '../application/queries/top-ups.queries.js';
import { TopUpPage, TopUpsQuery, type TopUpDto } from './top-ups.dto.js';

@ApiTags('Accounts')
@Controller('v1/accounts')
@AllowReaders()
export class TopUpsController {
  constructor(private readonly queries: TopUpsQueries) {}

  @Get(':account/top-ups')
  @ApiOperation({
    summary: 'Top-ups of an account',
    description:
      'What was paid in advance (TOP_UP of the account feed), by reference, each with what prepaid usage has taken of it. ' +
      'Of several, what expires first is used first. An account without any answers an empty list.',
  })
  @ApiParam({ name: 'account', description: 'The account.', example: 'A0000001' })
  @ApiOkResponse({ type: TopUpPage })
  @ApiProblems({ 422: 'A filter is wrong, or the cursor belongs to another list.' })
  async topUps(
    @Caller() caller: Principal,
    @Param('account') account: string,
    @Query() query: TopUpsQuery,
  ): Promise<TopUpPage> {
    return pageOf(await this.queries.list(caller.tenant, account, query, query), topUpView);
  }
}

function topUpView({ topUp, used, left }: UsedTopUp): TopUpDto {
  const { reference, subscription, resource, quantity, effectiveFrom, expires } = topUp;
  return {
    reference,
    subscription,
    resource,
    quantity,
    used,
    left,
    effectiveFrom: instantToString(effectiveFrom),
    expires: expires === null ? null : instantToString(expires),
  };
}
