import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { IsInstant } from '../../../shared/http/is-instant.js';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { PriceImpactDto } from '../../catalog/index.js';
import { NON_USAGE_TYPES } from '../domain/runs/non-usage-events.js';
import { LogAddressDto, RecomputedAmountDto, VersionPriceDto } from './monetized-usage.dto.js';

const TYPE_WORDS =
  'ONE_TIME at activation, FORWARD_RECURRING for a cycle that begins, ARREARS_RECURRING for one that ended, TRUE-UP for what is missing of a minimum spend.';

export class NonUsageSummaryQuery extends ListQuery {
  @ApiPropertyOptional({ description: TYPE_WORDS, enum: NON_USAGE_TYPES, example: 'FORWARD_RECURRING' })
  @IsOptional()
  @IsIn(NON_USAGE_TYPES)
  type?: string;

  @ApiPropertyOptional({ description: 'Exactly this currency.', example: 'EUR' })
  @IsOptional()
  @Matches(/^[A-Z]{3}$/, { message: 'must be an ISO 4217 code such as EUR' })
  currency?: string;
}

export class MonetizedNonUsageQuery extends NonUsageSummaryQuery {
  @ApiPropertyOptional({ description: 'Of this account.', example: 'A0000001' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  account?: string;

  @ApiPropertyOptional({ description: 'Exactly this subscription.', example: 'S0000001' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  subscription?: string;

  @ApiPropertyOptional({ description: 'Made by this run.', example: '4f1e2d3c5b6a7980' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  runId?: string;

  @ApiPropertyOptional({
    description: 'For a time that begins at or after this instant.',
    example: '2025-12-01T00:00:00Z',
  })
  @IsOptional()
  @IsInstant()
  from?: string;

  @ApiPropertyOptional({ description: 'For a time that begins before this instant.', example: '2026-02-01T00:00:00Z' })
  @IsOptional()
  @IsInstant()
  to?: string;
}

export class MonetizedNonUsageDto {
  @ApiProperty({ description: '`<log position>:<row>`', example: '4711:12' })
  id!: string;

  @ApiProperty({ description: TYPE_WORDS, enum: NON_USAGE_TYPES, example: 'FORWARD_RECURRING' })
  type!: string;

  @ApiProperty({ example: 'A0000001', description: 'Who pays.' })
  account!: string;

  @ApiProperty({ example: 'S0000001', description: 'The subscription (master plan instance).' })
  subscription!: string;

  @ApiProperty({ example: 'MOBILE', description: 'The service of the price.' })
  service!: string;

  @ApiProperty({ description: 'Name of the charge; null for a true-up.', example: 'fee', nullable: true, type: String })
  charge!: string | null;

  @ApiProperty({ description: 'When it was made: the run of the end of the cycle.', example: '4f1e2d3c5b6a7980' })
  runId!: string;

  @ApiProperty({ example: '2026-01-02T23:00:00.000Z', description: 'First instant of the billing cycle.' })
  cycleStart!: string;

  @ApiProperty({ example: '2026-02-02T23:00:00.000Z', description: 'First instant after it.' })
  cycleEnd!: string;

  @ApiProperty({ example: '2026-01-02T23:00:00.000Z', description: 'First instant it is for.' })
  appliedStart!: string;

  @ApiProperty({
    example: '2026-02-02T23:00:00.000Z',
    description: 'First instant after what it is for; of an activation the same.',
  })
  appliedEnd!: string;

  @ApiProperty({ example: '1', description: 'Applied / full cycle by days, after the rule of proration.' })
  scale!: string;

  @ApiProperty({
    enum: ['PRORATE', 'NO_CHARGE', 'FULL_CHARGE'],
    example: 'PRORATE',
    description: 'What is charged for a part of a cycle.',
  })
  proration!: string;

  @ApiProperty({ example: '1', description: 'Units of the subscription, such as seats.' })
  quantity!: string;

  @ApiProperty({ example: '9.99', description: 'At the rating scale; what takes back is less than nothing.' })
  amount!: string;

  @ApiProperty({ example: 'EUR', description: 'ISO 4217.' })
  currency!: string;

  @ApiProperty({
    example: false,
    description: 'It takes back what is not due any more (a subscription that ended), or corrects a true-up.',
  })
  corrects!: boolean;
}

export class MonetizedNonUsagePage {
  @ApiProperty({ type: () => [MonetizedNonUsageDto] })
  items!: MonetizedNonUsageDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last.', example: 'WyJhYmMiLDEyLDNd' })
  next?: string;
}

export class NonUsagePriceDto extends VersionPriceDto {
  @ApiProperty({ description: 'From when on the version holds.', example: '2026-01-01T00:00:00.000Z' })
  effectiveFrom!: string;

  @ApiProperty({ example: 42, description: 'Log position of the event that put this version.' })
  position!: number;

  @ApiProperty({ example: 'key:3f9a1c0b7e52', description: 'Who put it.' })
  actor!: string;
}

export class NonUsageImpactDto extends PickType(PriceImpactDto, ['resource', 'quantity', 'amount']) {
  @ApiProperty({
    enum: ['PRICE', 'ACCUMULATOR'],
    example: 'PRICE',
    description: 'Money; or the counter ($due …) by which the next run knows that it was made.',
  })
  offerType!: string;
}

export class MonetizedNonUsageDetailDto extends MonetizedNonUsageDto {
  @ApiProperty({ type: () => NonUsagePriceDto })
  price!: NonUsagePriceDto;

  @ApiProperty({
    description: 'Of a true-up: what is due at least for the cycle; else null.',
    example: null,
    nullable: true,
    type: String,
  })
  minimum!: string | null;

  @ApiProperty({
    description: 'Of a true-up: the net amount that was charged for usage in the cycle; else null.',
    example: null,
    nullable: true,
    type: String,
  })
  spent!: string | null;

  @ApiProperty({ type: () => [NonUsageImpactDto], description: 'What it changed.' })
  impacts!: NonUsageImpactDto[];

  @ApiProperty({
    type: [String],
    example: ['Charge "fee" is made at the start of each billing cycle.', 'Once: 9.99 EUR.', 'Together: 9.99 EUR.'],
    description: 'How it came about, in words and numbers.',
  })
  explanation!: string[];

  @ApiProperty({ type: () => RecomputedAmountDto })
  recomputed!: RecomputedAmountDto;

  @ApiProperty({ type: () => LogAddressDto, description: 'Where it stands in the log.' })
  log!: LogAddressDto;
}

export class NonUsageSummaryDto {
  @ApiProperty({ example: '2026-01-02T23:00:00.000Z', description: 'Start of the billing cycle.' })
  cycleStart!: string;

  @ApiProperty({ description: TYPE_WORDS, enum: NON_USAGE_TYPES, example: 'FORWARD_RECURRING' })
  type!: string;

  @ApiProperty({ description: 'ISO 4217.', example: 'EUR' })
  currency!: string;

  @ApiProperty({ example: 1, description: 'Monetized non-usage records, those that take back among them.' })
  records!: number;

  @ApiProperty({ example: '9.99', description: 'Exact sum of the amounts.' })
  amount!: string;
}

export class NonUsageSummaryPage {
  @ApiProperty({ type: () => [NonUsageSummaryDto] })
  items!: NonUsageSummaryDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last.', example: 'WyJhYmMiLDEyLDNd' })
  next?: string;
}
