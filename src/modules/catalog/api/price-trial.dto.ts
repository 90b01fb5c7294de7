import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { BALANCE_SCOPES } from '../domain/pricing/compiled/price-units.js';
import { PriceImpactDto } from './price-impact.dto.js';

export class TriedChargeDto {
  @ApiProperty({ description: 'Name of the charge.', example: 'national calls' })
  charge!: string;

  @ApiProperty({ description: 'What it is billed as.', example: 'CALL' })
  usageType!: string;

  @ApiProperty({ description: 'Unit of the quantity.', example: 'seconds' })
  measure!: string;

  @ApiProperty({ description: 'Rated quantity.', example: '66' })
  quantity!: string;

  @ApiProperty({ description: 'Net amount.', example: '0.099' })
  amount!: string;

  @ApiProperty({ description: 'What the record changed, in the order of evaluation.', type: () => [PriceImpactDto] })
  impacts!: PriceImpactDto[];

  @ApiProperty({
    description: 'How it came about, in the order of evaluation.',
    type: [String],
    example: ['The record has 61 seconds.', 'Rounded to increments (the first 60 whole, then every begun 6): 66.'],
  })
  explanation!: string[];
}

export class TriedSuspenseDto {
  @ApiProperty({ description: 'The code it would be suspended with.', example: 'NO_MATCHING_RATE' })
  code!: string;

  @ApiProperty({ description: 'What is missing.', example: 'it has no charge for usage type SMS' })
  reason!: string;
}

export class TriedRecordDto {
  @ApiProperty({ description: 'Place among the records of the request, from 0.', example: 0 })
  record!: number;

  @ApiProperty({ description: 'Start of its billing cycle.', example: '2026-01-01T00:00:00.000Z' })
  cycleStart!: string;

  @ApiProperty({ description: 'What it costs.', example: '0.099' })
  amount!: string;

  @ApiProperty({ description: 'One monetized record each.', type: () => [TriedChargeDto] })
  charges!: TriedChargeDto[];

  @ApiPropertyOptional({ description: 'Set when it would be suspended.', type: () => TriedSuspenseDto })
  suspended?: TriedSuspenseDto;
}

export class TriedTotalDto {
  @ApiProperty({ description: 'Name of the charge.', example: 'storage' })
  charge!: string;

  @ApiPropertyOptional({ description: 'What the cycle came to.', example: '180' })
  total?: string;

  @ApiProperty({ description: 'What it costs.', example: '90' })
  amount!: string;

  @ApiProperty({
    description: 'How it came about.',
    type: [String],
    example: ['The billing cycle came to 180 GB as a whole.'],
  })
  explanation!: string[];
}

export class TriedTrueUpDto {
  @ApiProperty({ description: 'What is missing of the minimum.', example: '3.5' })
  amount!: string;

  @ApiProperty({
    description: 'How it came about.',
    type: [String],
    example: ['At least 10 EUR is due for a billing cycle.'],
  })
  explanation!: string[];
}

export class TriedCycleDto {
  @ApiProperty({ description: 'Start of the billing cycle.', example: '2026-01-01T00:00:00.000Z' })
  cycleStart!: string;

  @ApiProperty({ description: 'What it comes to once it has ended.', example: '1.615' })
  amount!: string;

  @ApiProperty({ description: 'What is priced as a whole, by VOLUME.', type: () => [TriedTotalDto] })
  volumes!: TriedTotalDto[];

  @ApiPropertyOptional({ description: 'Where the price has a minimum spend.', type: () => TriedTrueUpDto })
  trueUp?: TriedTrueUpDto;
}

export class TriedBalanceDto {
  @ApiProperty({ description: 'Who shares it.', enum: BALANCE_SCOPES, example: 'SUBSCRIPTION' })
  scope!: string;

  @ApiPropertyOptional({ description: 'Whose it is, with the scope SERVICE_ID.', example: '491510000001' })
  serviceId?: string;

  @ApiProperty({
    description: 'Start of its period: the billing cycle, unless its resource says otherwise; null when it has none.',
    type: String,
    nullable: true,
    example: '2026-01-01T00:00:00.000Z',
  })
  validFrom!: string | null;

  @ApiProperty({
    description: 'End of its period; null when it never ends.',
    type: String,
    nullable: true,
    example: '2026-02-01T00:00:00.000Z',
  })
  validTo!: string | null;

  @ApiProperty({ description: 'What it is a balance of.', enum: ['ALLOWANCE', 'ACCUMULATOR'], example: 'ACCUMULATOR' })
  kind!: string;

  @ApiProperty({ description: 'Its name; those that begin with $ the price keeps for itself.', example: 'TALKED' })
  resource!: string;

  @ApiProperty({ description: 'What was granted, or was there before (allowances).', example: '0' })
  granted!: string;

  @ApiProperty({
    description: 'What was carried over from earlier cycles, less what was carried on to later ones (allowances).',
    example: '0',
  })
  carried!: string;

  @ApiProperty({
    description: 'An allowance: what was used of it. An accumulator: what was added up.',
    example: '1266',
  })
  used!: string;

  @ApiProperty({
    description: 'After all records. An allowance: what is left. An accumulator: what was added up.',
    example: '1266',
  })
  balance!: string;
}

export class PricingTrialDto {
  @ApiProperty({ description: 'Of all amounts.', example: 'EUR' })
  currency!: string;

  @ApiProperty({ description: 'What all records cost together.', example: '1.615' })
  amount!: string;

  @ApiProperty({ description: 'One for each record, in order.', type: () => [TriedRecordDto] })
  records!: TriedRecordDto[];

  @ApiProperty({ description: 'What the billing cycles come to.', type: () => [TriedCycleDto] })
  cycles!: TriedCycleDto[];

  @ApiProperty({ description: 'What one unit of a subscription pays without usage.', type: () => [TriedTotalDto] })
  withoutUsage!: TriedTotalDto[];

  @ApiProperty({ description: 'Allowances and accumulators after all records.', type: () => [TriedBalanceDto] })
  balances!: TriedBalanceDto[];
}
