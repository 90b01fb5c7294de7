import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { BALANCE_SCOPES, type BalanceScope } from '../../domain/pricing/compiled/price-units.js';
import { ROUNDING_METHODS, type RoundingMethod } from '../../../../shared/kernel/rounding.js';

export class CurrencyMembers {
  @ApiPropertyOptional({ description: 'For people; the id when absent.', example: 'Euro' })
  name!: string;

  @ApiPropertyOptional({ description: 'As it stands before or after an amount; the id when absent.', example: '€' })
  symbol!: string;

  @ApiPropertyOptional({
    description: 'Decimals of an amount that is sent to billing, 0 to 4; as ISO 4217 says when absent.',
    type: 'integer',
    example: 2,
  })
  minorUnit!: number;

  @ApiPropertyOptional({
    description: 'How an amount is rounded to it; the rest is carried to the next line of the account.',
    enum: ROUNDING_METHODS,
    default: 'HALF_UP',
    example: 'HALF_UP',
  })
  rounding!: RoundingMethod;
}

export class ValidityDto {
  @ApiProperty({
    description:
      'It is granted once per period of its validity, by the first use in it. CYCLE: the billing cycle. FROM_GRANT: so many `days` or `months`, from midnight (account’s zone) of the day of that use on; the first use after them grants it anew. DATES: the days of the tenant’s calendar `from` (inclusive) `to` (exclusive); it cannot be used on others.',
    enum: ['CYCLE', 'FROM_GRANT', 'DATES'],
    example: 'CYCLE',
  })
  type!: string;

  @ApiPropertyOptional({ description: 'With FROM_GRANT, 1 to 3660.', type: 'integer' })
  days?: number;

  @ApiPropertyOptional({ description: 'With FROM_GRANT, 1 to 120.', type: 'integer' })
  months?: number;

  @ApiPropertyOptional({ description: 'With DATES.' })
  from?: string;

  @ApiPropertyOptional({ description: 'With DATES.' })
  to?: string;
}

export class RolloverDto {
  @ApiProperty({
    description: 'At most so much is carried from one cycle to the next; of more the oldest is lost.',
    example: '3000',
  })
  cap!: string;

  @ApiPropertyOptional({
    description: 'For so many cycles, also over cycles without any use; then it is lost.',
    type: 'integer',
    default: 1,
    example: 1,
  })
  cycles!: number;
}

export class AllowanceMembers {
  @ApiPropertyOptional({ description: 'For people; the id when absent.', example: 'Free minutes' })
  name!: string;

  @ApiProperty({ description: 'The measure it is counted in, as a charge names it.', example: 'seconds' })
  unit!: string;

  @ApiPropertyOptional({
    description:
      'Who shares it. SUBSCRIPTION: one subscription, all of its services whose prices name it. SERVICE_ID: each service id has its own. ACCOUNT: all subscriptions of the account. As the system property `shareAcrossMasterPlanInstances` says when absent.',
    enum: BALANCE_SCOPES,
    example: 'SUBSCRIPTION',
  })
  scope?: BalanceScope;

  @ApiPropertyOptional({ description: 'How long a grant is valid; a cycle when absent.', type: () => ValidityDto })
  validity!: ValidityDto;

  @ApiPropertyOptional({
    description: 'Of several that fit a record the lowest is used first.',
    type: 'integer',
    default: 100,
    example: 10,
  })
  priority!: number;

  @ApiPropertyOptional({
    description:
      'What is left of a cycle is carried on, and used before the grant of the next one; lost when absent. With the validity CYCLE only.',
    type: () => RolloverDto,
  })
  rollover?: RolloverDto;
}

export class ResetDto {
  @ApiProperty({
    description:
      'CYCLE: at the start of every billing cycle. NEVER. PERIOD: every so many `cycles`, counted from January of year 0, so that 3 are the quarters of the calendar and 12 its years.',
    enum: ['CYCLE', 'NEVER', 'PERIOD'],
    example: 'CYCLE',
  })
  type!: string;

  @ApiPropertyOptional({ description: 'With PERIOD, 2 to 120.', type: 'integer' })
  cycles?: number;
}

export class AccumulatorMembers {
  @ApiPropertyOptional({ description: 'For people; the id when absent.', example: 'Seconds called' })
  name!: string;

  @ApiPropertyOptional({
    description:
      'True: quantities are added up, counted in `unit`. False: amounts, net of allowances, `unit` being the currency; they choose tiers by EARLIER_PERIOD alone.',
    default: true,
    example: true,
  })
  accumulateQuantity!: boolean;

  @ApiProperty({ description: 'A measure as a charge names it, or a currency.', example: 'seconds' })
  unit!: string;

  @ApiPropertyOptional({
    description:
      'Who shares it. SUBSCRIPTION: one subscription, all of its services whose prices name it. SERVICE_ID: each service id has its own. ACCOUNT: all subscriptions of the account. As the system property `shareAcrossMasterPlanInstances` says when absent.',
    enum: BALANCE_SCOPES,
    example: 'SUBSCRIPTION',
  })
  scope?: BalanceScope;

  @ApiPropertyOptional({
    description: 'When it begins at 0 again; with every cycle when absent.',
    type: () => ResetDto,
  })
  reset!: ResetDto;
}
