import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { IsInstant } from '../../../shared/http/is-instant.js';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { PriceImpactDto } from '../../catalog/index.js';

const LINE_STATES = ['AGGREGATED', 'NOTHING', 'PREPAID', 'UNDER_WAY', 'NOT_AGGREGATED'] as const;

export class MonetizedUsageQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Usage of this account.', example: 'A0000001' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  account?: string;

  @ApiPropertyOptional({ description: 'Exactly this subscription.', example: 'S0000001' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  subscription?: string;

  @ApiPropertyOptional({ description: 'Exactly this service id (number, device, API key).', example: '491510000001' })
  @IsOptional()
  @IsString()
  @MaxLength(256)
  serviceId?: string;

  @ApiPropertyOptional({ description: 'Exactly this service type.', example: 'VOICE' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  serviceType?: string;

  @ApiPropertyOptional({ description: 'Exactly this usage type, as billed.', example: 'CALL' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  usageType?: string;

  @ApiPropertyOptional({ description: 'Exactly this currency.', example: 'EUR' })
  @IsOptional()
  @Matches(/^[A-Z]{3}$/, { message: 'must be an ISO 4217 code such as EUR' })
  currency?: string;

  @ApiPropertyOptional({ description: 'Lines of this file.', example: 'f3b0c44298fc1c149afbf' })
  @IsOptional()
  @IsString()
  @MaxLength(60)
  fileId?: string;

  @ApiPropertyOptional({ description: 'Used at or after this instant.', example: '2026-01-01T00:00:00Z' })
  @IsOptional()
  @IsInstant()
  from?: string;

  @ApiPropertyOptional({ description: 'Used before this instant.', example: '2026-02-01T00:00:00Z' })
  @IsOptional()
  @IsInstant()
  to?: string;
}

export class OneMonetizedUsageQuery {
  @ApiPropertyOptional({
    description: 'As the record stood in the log at this instant: the version that was billed then.',
    example: '2026-02-01T00:00:00Z',
  })
  @IsOptional()
  @IsInstant()
  asOf?: string;
}

export class MonetizedUsageDto {
  @ApiProperty({ description: '`<fileId>:<line>:<charge>`', example: 'f3b0c44298fc1c149afbf:3:0' })
  id!: string;

  @ApiProperty({ example: 1, description: 'From 1; a record that is rated again gets the next one.' })
  version!: number;

  @ApiProperty({ example: false, description: 'Rated again, the charge is made no more: quantity and amount are 0.' })
  withdrawn!: boolean;

  @ApiProperty({ example: false, description: 'Paid out of top-ups: its amount is not billed.' })
  prepaid!: boolean;

  @ApiProperty({ description: 'The raw line it comes from.', example: 'f3b0c44298fc1c149afbf:3' })
  recordId!: string;

  @ApiProperty({ example: 'A0000001', description: 'Who pays.' })
  account!: string;

  @ApiProperty({ example: 'S0000001', description: 'The subscription (master plan instance).' })
  subscription!: string;

  @ApiProperty({ example: '491510000001', description: 'The service id the usage names.' })
  serviceId!: string;

  @ApiProperty({ example: 'VOICE', description: 'Service type of the file.' })
  serviceType!: string;

  @ApiProperty({ example: 'CALL', description: 'Usage type as billed.' })
  usageType!: string;

  @ApiProperty({ example: 'STANDARD', description: 'Rate schedule of the price.' })
  rateSchedule!: string;

  @ApiProperty({ example: '2026-01-31T09:05:00.000Z', description: 'Usage time.' })
  at!: string;

  @ApiProperty({ example: '66', description: 'Rated quantity: after minimum, increments and free units.' })
  quantity!: string;

  @ApiProperty({ example: '0.099', description: 'Net amount at the rating scale (10 decimals at most).' })
  amount!: string;

  @ApiProperty({ example: 'EUR', description: 'ISO 4217.' })
  currency!: string;
}

export class MonetizedUsagePage {
  @ApiProperty({ type: () => [MonetizedUsageDto] })
  items!: MonetizedUsageDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last.', example: 'WyJhYmMiLDEyLDNd' })
  next?: string;
}

export class VersionPriceDto {
  @ApiProperty({
    description: '`<plan>.<rateSchedule>.<service>.<currency>`; PRERATED: the record came with its price.',
    example: 'MOBILE_M.STANDARD.MOBILE.EUR',
  })
  priceOfferId!: string;

  @ApiProperty({ example: 1, description: 'The version that was in force then; 0 for PRERATED.' })
  version!: number;
}

export class RatedByPriceDto extends VersionPriceDto {
  @ApiPropertyOptional({
    description: 'From which usage time on the version holds. As the next two, absent for PRERATED.',
    example: '2026-01-01T00:00:00.000Z',
  })
  effectiveFrom?: string;

  @ApiProperty({ example: 'calls', description: 'Name of the charge.' })
  charge!: string;

  @ApiProperty({ example: 'seconds', nullable: true, type: String, description: 'Unit of the quantity.' })
  measure!: string | null;

  @ApiPropertyOptional({ example: 42, description: 'Log position of the event that put this version.' })
  position?: number;

  @ApiPropertyOptional({ example: 'key:3f9a1c0b7e52', description: 'Who put it.' })
  actor?: string;
}

export class LogAddressDto {
  @ApiProperty({ description: 'Stream of the rated event.', example: 'rating-main.3' })
  stream!: string;

  @ApiProperty({ description: 'Its place in the stream, from 0.', example: 17 })
  revision!: number;

  @ApiProperty({ description: 'Its place in the whole log.', example: 4711 })
  position!: number;

  @ApiProperty({ description: 'Its id.', example: '6ba7b811-9dad-5d11-80b4-00c04fd430c8' })
  eventId!: string;

  @ApiProperty({ example: 'a3f5…', description: 'Of the chain of hashes of its stream.' })
  hash!: string;

  @ApiProperty({ example: 12, description: 'Row in the columns of the rated event.' })
  row!: number;
}

export class RecomputedAmountDto {
  @ApiProperty({ example: '0.099', description: 'Computed now, from the price version and what it was made of.' })
  amount!: string;

  @ApiProperty({ example: true, description: 'It is what is stored; of usage, the quantity and every impact are too.' })
  equal!: boolean;
}

export class RecomputedDto extends RecomputedAmountDto {
  @ApiProperty({ description: 'Rated quantity, computed now.', example: '66' })
  quantity!: string;
}

export class RecordLineDto {
  @ApiProperty({
    enum: LINE_STATES,
    example: 'AGGREGATED',
    description:
      'AGGREGATED: in a line. NOTHING: aggregated by a run in which its group came to exactly nothing, so that no line was ' +
      'made. PREPAID: paid out of top-ups, never billed. UNDER_WAY: a run takes it now. NOT_AGGREGATED: the next run takes it.',
  })
  state!: (typeof LINE_STATES)[number];

  @ApiPropertyOptional({ example: '8d3f0a1b2c4e5f60', description: 'The aggregation run.' })
  aggregationRunId?: string;

  @ApiPropertyOptional({ example: '8d3f0a1b2c4e5f60-1-17', description: 'The line, as it is sent to billing.' })
  lineId?: string;
}

export class MonetizedVersionDto {
  @ApiProperty({ example: 2, description: 'From 1.' })
  version!: number;

  @ApiProperty({ example: true, description: 'It counts now: no other version took its place.' })
  current!: boolean;

  @ApiProperty({ example: false, description: 'The charge is made no more: quantity and amount are 0.' })
  withdrawn!: boolean;

  @ApiProperty({ example: 'S0000001', description: 'The subscription (master plan instance).' })
  subscription!: string;

  @ApiProperty({ example: 'CALL', description: 'Usage type as billed.' })
  usageType!: string;

  @ApiProperty({ example: '66', description: 'Rated quantity.' })
  quantity!: string;

  @ApiProperty({ example: '0.099', description: 'Net amount at the rating scale.' })
  amount!: string;

  @ApiProperty({ example: 'EUR', description: 'ISO 4217.' })
  currency!: string;

  @ApiProperty({ type: () => VersionPriceDto })
  price!: VersionPriceDto;

  @ApiPropertyOptional({ example: '4f1d2c3b5a697887', description: 'The rating run that made it, from version 2 on.' })
  runId?: string;

  @ApiPropertyOptional({ example: 'r-1', description: 'The reprocess that made it, if the line was in suspense.' })
  reprocessId?: string;

  @ApiProperty({ example: 'key:3f9a1c0b7e52', description: 'Who asked for it; `role:rate` for the first rating.' })
  actor!: string;

  @ApiProperty({
    example: 'Wrong comma in the price',
    nullable: true,
    type: String,
    description: 'Why it was asked for.',
  })
  reason!: string | null;

  @ApiProperty({ example: '2026-02-03T08:00:00.000Z', description: 'When it came to stand in the log.' })
  recordedAt!: string;

  @ApiProperty({ type: () => RecordLineDto, description: 'Where it was added.' })
  billedIn!: RecordLineDto;

  @ApiPropertyOptional({ type: () => RecordLineDto, description: 'Where it was taken back, when it counts no more.' })
  takenBackIn?: RecordLineDto;

  @ApiProperty({ type: () => LogAddressDto, description: 'Where it stands in the log.' })
  log!: LogAddressDto;
}

export class MediatedAddressDto {
  @ApiProperty({ example: 4321, description: 'Log position of the mediated chunk.' })
  position!: number;

  @ApiProperty({ example: 12, description: 'Row of the record in it.' })
  ordinal!: number;
}

export class MonetizedUsageDetailDto extends MonetizedUsageDto {
  @ApiProperty({ example: '2026-01-01T00:00:00.000Z', description: 'Start of the billing cycle of its balances.' })
  cycleStart!: string;

  @ApiProperty({
    example: false,
    description: 'It came after its billing cycle was closed: priced as of its time, booked in an open cycle.',
  })
  late!: boolean;

  @ApiProperty({
    example: '2026-01-01T00:00:00.000Z',
    description: 'Start of the billing cycle it is booked in: its own, or the first open one when it came late.',
  })
  bookedCycle!: string;

  @ApiPropertyOptional({ example: 'r-1', description: 'The reprocess it became money by, if it was in suspense.' })
  reprocessId?: string;

  @ApiPropertyOptional({ example: '4f1d2c3b5a697887', description: 'The rating run that rated it again, if one did.' })
  runId?: string;

  @ApiProperty({ type: () => RatedByPriceDto })
  price!: RatedByPriceDto;

  @ApiProperty({ description: 'What the record changed, in the order of evaluation.', type: () => [PriceImpactDto] })
  impacts!: PriceImpactDto[];

  @ApiProperty({
    type: [String],
    example: ['The record has 61 seconds.', 'Rounded to increments (the first 60 whole, then every begun 6): 66.'],
    description: 'How it came about, in the order of evaluation.',
  })
  explanation!: string[];

  @ApiPropertyOptional({
    type: () => RecomputedDto,
    description: 'Absent for a withdrawn charge: nothing computes it.',
  })
  recomputed?: RecomputedDto;

  @ApiProperty({ type: () => LogAddressDto, description: 'Where it stands in the log.' })
  log!: LogAddressDto;

  @ApiProperty({ type: () => MediatedAddressDto, description: 'The mediated record it was made from.' })
  mediated!: MediatedAddressDto;

  @ApiProperty({
    type: () => [MonetizedVersionDto],
    description: 'Every version, newest first, whichever is answered. Nothing is overwritten.',
  })
  versions!: MonetizedVersionDto[];
}
