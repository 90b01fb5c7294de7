import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { pageOf } from '../../../shared/http/page.js';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { notFound } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { MinPositionQuery } from '../../../shared/http/min-position-query.dto.js';
import { AccountsQueries } from '../application/accounts.queries.js';
import type { AccountRow } from '../projections/accounts.collections.js';
import { AccountDetailsDto, AccountPage, AccountsQuery, SubscriptionPage } from './accounts.dto.js';
import { accountDetailsView, accountView, subscriptionView } from './accounts.views.js';

/** What the account feed brought; it is changed where it comes from. */
@ApiTags('Accounts')
@Controller('v1/accounts')
@AllowReaders()
export class AccountsController {
  constructor(private readonly queries: AccountsQueries) {}

  @Get()
  @ApiOperation({
    summary: 'Accounts',
    description: 'By id, each with the terms of its latest version. Read-only: the account feed brings them.',
  })
  @ApiOkResponse({ type: AccountPage })
  async list(@Caller() caller: Principal, @Query() query: AccountsQuery): Promise<AccountPage> {
    return pageOf(await this.queries.accounts(caller.tenant, query, query), accountView);
  }

  @Get(':account')
  @ApiOperation({ summary: 'One account', description: 'With every version of its terms.' })
  @ApiParam({ name: 'account', description: 'Its id in the billing system.', example: 'A0000001' })
  @ApiOkResponse({ type: AccountDetailsDto })
  @ApiProblems({
    404: 'There is no such account (`accounts/account-not-found`), or the read model has not seen it yet: ask with minPosition.',
  })
  async one(
    @Caller() caller: Principal,
    @Param('account') account: string,
    @Query() query: MinPositionQuery,
  ): Promise<AccountDetailsDto> {
    return accountDetailsView(await this.known(caller.tenant, account, query.minPosition));
  }

  @Get(':account/subscriptions')
  @ApiOperation({
    summary: 'Subscriptions of an account',
    description: 'By id, with every version of their terms and their service ids.',
  })
  @ApiParam({ name: 'account', description: 'Its id in the billing system.', example: 'A0000001' })
  @ApiOkResponse({ type: SubscriptionPage })
  @ApiProblems({
    404: 'There is no such account (`accounts/account-not-found`), or the read model has not seen it yet: ask with minPosition.',
  })
  async subscriptions(
    @Caller() caller: Principal,
    @Param('account') account: string,
    @Query() query: ListQuery,
  ): Promise<SubscriptionPage> {
    await this.known(caller.tenant, account, query.minPosition);
    return pageOf(await this.queries.subscriptions(caller.tenant, account, query), subscriptionView);
  }

  private async known(tenant: string, account: string, minPosition: number | undefined): Promise<AccountRow> {
    const row = await this.queries.account(tenant, account, minPosition);
    if (row === undefined) throw notFound('accounts/account-not-found', `There is no account ${account}`);
    return row;
  }
}
