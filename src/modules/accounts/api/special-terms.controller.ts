import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { pageOf } from '../../../shared/http/page.js';
import { instantToString } from '../../../shared/kernel/clock.js';
import { SpecialTermsQueries } from '../application/special-terms.queries.js';
import type { CommitmentRow, CustomRatesRow } from '../projections/special-terms.collections.js';
import { CommitmentPage, CustomRatesPage, type CommitmentDto, type CustomRatesDto } from './special-terms.dto.js';

/** What the account feed brought for single accounts; it is changed where it comes from. */
@ApiTags('Accounts')
@Controller('v1/accounts')
@AllowReaders()
export class SpecialTermsController {
  constructor(private readonly queries: SpecialTermsQueries) {}

  @Get(':account/custom-rates')
  @ApiOperation({
    summary: 'Rates agreed with an account',
    description:
      'Tiers that stand in for those of a price offer (CUSTOM_RATES of the account feed) as long as the system property ' +
      'customRatesFromBilling is on, with every version. An account without any answers an empty list.',
  })
  @ApiParam({ name: 'account', description: 'Its id in the billing system.', example: 'A0000001' })
  @ApiOkResponse({ type: CustomRatesPage })
  async customRates(
    @Caller() caller: Principal,
    @Param('account') account: string,
    @Query() query: ListQuery,
  ): Promise<CustomRatesPage> {
    return pageOf(await this.queries.customRates(caller.tenant, account, query), customRatesView);
  }

  @Get(':account/commitments')
  @ApiOperation({
    summary: 'Commitments of an account',
    description:
      'Money that its subscriptions committed themselves to (COMMITMENT of the account feed): in each billing cycle so much ' +
      'of their usage costs nothing more. What is left of it stands among the balances. An account without any answers an ' +
      'empty list.',
  })
  @ApiParam({ name: 'account', description: 'Its id in the billing system.', example: 'A0000001' })
  @ApiOkResponse({ type: CommitmentPage })
  async commitments(
    @Caller() caller: Principal,
    @Param('account') account: string,
    @Query() query: ListQuery,
  ): Promise<CommitmentPage> {
    return pageOf(await this.queries.commitments(caller.tenant, account, query), commitmentView);
  }
}

function customRatesView({ subscription, priceOfferId, charge, versions }: CustomRatesRow): CustomRatesDto {
  return {
    subscription: subscription === '' ? null : subscription,
    priceOfferId,
    charge,
    versions: versions.map(({ steps, ...period }) => ({ ...periodView(period), steps })),
  };
}

function commitmentView({ subscription, allowance, versions }: CommitmentRow): CommitmentDto {
  return {
    subscription,
    allowance,
    versions: versions.map(({ amount, currency, ...period }) => ({ ...periodView(period), amount, currency })),
  };
}

function periodView(period: { readonly effectiveFrom: number; readonly effectiveTo: number | null }): {
  effectiveFrom: string;
  effectiveTo: string | null;
} {
  const { effectiveFrom, effectiveTo } = period;
  return {
    effectiveFrom: instantToString(effectiveFrom),
    effectiveTo: effectiveTo === null ? null : instantToString(effectiveTo),
  };
}
