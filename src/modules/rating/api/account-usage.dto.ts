import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { ListQuery } from '../../../shared/http/list-query.dto.js';

export class BalancesQuery extends ListQuery {
  @ApiPropertyOptional({
    description: 'Only what is this subscription’s own; what the account shares is no subscription’s.',
    example: 'S0000001',
  })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  subscription?: string;
}

export class ResourceBalanceDto {
  @ApiProperty({
    description:
      'Who shares it: a subscription, one service id of it alone, or all subscriptions of the account, as the definition of the resource says.',
    enum: ['SUBSCRIPTION', 'SERVICE_ID', 'ACCOUNT'],
    example: 'SUBSCRIPTION',
  })
  scope!: string;

  @ApiPropertyOptional({ description: 'Whose balance it is; absent with the scope ACCOUNT.', example: 'S0000001' })
  subscription?: string;

  @ApiPropertyOptional({ description: 'Whose it is, with the scope SERVICE_ID.', example: '491510000001' })
  serviceId?: string;

  @ApiProperty({
    description: 'An allowance is used up, an accumulator adds up.',
    enum: ['ALLOWANCE', 'ACCUMULATOR'],
    example: 'ALLOWANCE',
  })
  kind!: string;

  @ApiProperty({
    description:
      'Name of the allowance or accumulator, as in the price; what begins with $ a price counts for itself: free records, spend, meter readings.',
    example: 'FREE_SECONDS',
  })
  resource!: string;

  @ApiProperty({
    description: 'Start of its period: the billing cycle, unless its resource says otherwise; null when it has none.',
    type: String,
    nullable: true,
    example: '2026-01-01T00:00:00.000Z',
  })
  validFrom!: string | null;

  @ApiProperty({
    description:
      'End of its period, exclusive; null when it never ends. A billing cycle ends as the account’s terms say now.',
    type: String,
    nullable: true,
    example: '2026-02-01T00:00:00.000Z',
  })
  validTo!: string | null;

  @ApiProperty({ example: '6000', description: 'What was granted in the period; 0 for an accumulator.' })
  granted!: string;

  @ApiProperty({
    example: '0',
    description: 'What was carried over from earlier cycles, less what was carried on to later ones (allowances).',
  })
  carried!: string;

  @ApiProperty({
    example: '4750',
    description: 'An allowance: what was used of it. An accumulator: what was added up.',
  })
  used!: string;

  @ApiProperty({
    example: '1250',
    description: 'An allowance: what is left, granted + carried - used. An accumulator: what was added up.',
  })
  balance!: string;
}

export class BalancePage {
  @ApiProperty({ type: () => [ResourceBalanceDto] })
  items!: ResourceBalanceDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last.', example: 'WyJhYmMiLDEyLDNd' })
  next?: string;
}

export class UsageSummaryQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Only this usage type.', example: 'CALL' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  usageType?: string;

  @ApiPropertyOptional({ description: 'Only this currency.', example: 'EUR' })
  @IsOptional()
  @Matches(/^[A-Z]{3}$/, { message: 'must be an ISO 4217 code such as EUR' })
  currency?: string;
}

export class UsageSummaryDto {
  @ApiProperty({ example: '2026-01-01T00:00:00.000Z', description: 'Start of the billing cycle.' })
  cycleStart!: string;

  @ApiProperty({ description: 'Usage type as billed.', example: 'CALL' })
  usageType!: string;

  @ApiProperty({ description: 'ISO 4217.', example: 'EUR' })
  currency!: string;

  @ApiProperty({ example: 128, description: 'Monetized records.' })
  records!: number;

  @ApiProperty({ example: '7680', description: 'Exact sum of the rated quantities.' })
  quantity!: string;

  @ApiProperty({ example: '15.36', description: 'Exact sum of the amounts.' })
  amount!: string;
}

export class UsageSummaryPage {
  @ApiProperty({ type: () => [UsageSummaryDto] })
  items!: UsageSummaryDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last.', example: 'WyJhYmMiLDEyLDNd' })
  next?: string;
}
