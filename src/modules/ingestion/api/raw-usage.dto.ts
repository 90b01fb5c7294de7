import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, MaxLength, Min } from 'class-validator';
import { IsInstant } from '../../../shared/http/is-instant.js';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { RAW_OUTCOMES, USAGE_RECORD_TYPES, type RawOutcome, type UsageRecordType } from '../domain/events.js';
import { COORDINATE, COORDINATE_MESSAGE } from './coordinates.dto.js';
import { MappingRefDto } from './usage-files.dto.js';

const STATUSES = ['Pending', 'Failed', 'Processed'] as const;

export class RawUsageQuery extends ListQuery {
  @ApiProperty({ description: 'The sending system.', example: 'switch' })
  @Matches(COORDINATE, { message: COORDINATE_MESSAGE })
  sourcePlatform!: string;

  @ApiProperty({ description: 'Grouping of services.', example: 'VOICE' })
  @Matches(COORDINATE, { message: COORDINATE_MESSAGE })
  serviceType!: string;

  @ApiProperty({ description: 'What the records are to us.', enum: USAGE_RECORD_TYPES, example: 'POSTPAID' })
  @IsIn(USAGE_RECORD_TYPES)
  usageRecordType!: UsageRecordType;

  @ApiPropertyOptional({ description: 'Only lines of this file, in its order.', example: 'f3b0c44298fc1c149afbf' })
  @IsOptional()
  @IsString()
  @MaxLength(60)
  fileId?: string;

  @ApiPropertyOptional({ description: 'From this line on.', example: 1 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  fromLine?: number;

  @ApiPropertyOptional({ description: 'Up to this line.', example: 100 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  toLine?: number;

  @ApiPropertyOptional({ description: 'Used at or after this instant.', example: '2026-01-01T00:00:00Z' })
  @IsOptional()
  @IsInstant()
  from?: string;

  @ApiPropertyOptional({ description: 'Used before this instant.', example: '2026-02-01T00:00:00Z' })
  @IsOptional()
  @IsInstant()
  to?: string;

  @ApiPropertyOptional({ description: 'What became of the line.', enum: RAW_OUTCOMES, example: 'SUSPENDED' })
  @IsOptional()
  @IsIn(RAW_OUTCOMES)
  outcome?: RawOutcome;

  @ApiPropertyOptional({
    description: 'Pending: rating has not answered. Failed: error or suspended.',
    enum: STATUSES,
    example: 'Failed',
  })
  @IsOptional()
  @IsIn(STATUSES)
  status?: (typeof STATUSES)[number];

  @ApiPropertyOptional({ description: 'Exactly this service id.', example: '491510000001' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  serviceId?: string;
}

export class CanonicalUsageDto {
  @ApiProperty({ description: 'Provisioning id.', example: '491510000001' })
  serviceId!: string;
  @ApiProperty({ description: 'Usage type.', example: 'CALL' })
  usageType!: string;
  @ApiProperty({ description: 'Usage time.', example: '2026-01-31T09:00:00.000Z' })
  at!: string;
  @ApiProperty({
    description: 'Exact decimals by name.',
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { seconds: '62' },
  })
  quantities!: Record<string, string>;
  @ApiProperty({
    description: 'Texts by name.',
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { callee: '4930333444' },
  })
  attributes!: Record<string, string>;
}

export class RawFaultDto {
  @ApiProperty({ description: 'Why it did not become money.', example: 'BAD_NUMBER' })
  code!: string;
  @ApiPropertyOptional({ description: 'The column at fault.', example: 'duration' })
  column?: string;
  @ApiProperty({
    description: 'What stands there and what would be right.',
    example: '"long" is no number such as 12.5, not negative',
  })
  detail!: string;
}

export class RawRecordDto {
  @ApiProperty({ description: 'File and line.', example: 'f3b0c44298fc1c149afbf:3' })
  recordId!: string;
  @ApiProperty({ description: 'The file.', example: 'f3b0c44298fc1c149afbf' })
  fileId!: string;
  @ApiProperty({ description: 'Line in the content, from 1.', example: 17 })
  line!: number;
  @ApiProperty({ description: 'Byte offset in the content.', example: 1404 })
  offset!: number;
  @ApiProperty({ description: 'Bytes without the line end.', example: 62 })
  length!: number;
  @ApiProperty({ description: 'Pending until rating has answered.', enum: STATUSES, example: 'Processed' })
  status!: (typeof STATUSES)[number];
  @ApiPropertyOptional({
    description: 'What became of it; absent while pending.',
    enum: RAW_OUTCOMES,
    example: 'MONETIZED',
  })
  outcome?: RawOutcome;
  @ApiPropertyOptional({ description: 'What mediation made of it.', type: CanonicalUsageDto })
  usage?: CanonicalUsageDto;
  @ApiPropertyOptional({ description: 'Why it did not become usage or money.', type: RawFaultDto })
  fault?: RawFaultDto;
}

export class RawUsagePage {
  @ApiProperty({ type: [RawRecordDto] })
  items!: RawRecordDto[];
  @ApiPropertyOptional({
    description: 'Give it as `after`; a page may be short and still have one, when little matches.',
  })
  next?: string;
}

export class EventAddressDto {
  @ApiProperty({ description: 'Stream.', example: 'usage-main.switch.VOICE.POSTPAID' })
  stream!: string;
  @ApiProperty({ description: 'Revision in the stream.', example: 3 })
  revision!: number;
  @ApiProperty({ description: 'Position in the log.', example: 42 })
  position!: number;
  @ApiProperty({ description: 'Event id.', example: '51d6f01f-e632-5d96-933e-a31a1defa50e' })
  id!: string;
}

export class RawLinksDto {
  @ApiProperty({ description: 'The file.', example: '/v1/usage-files/f3b0c44298fc1c149afbf' })
  file!: string;
  @ApiProperty({ description: 'The whole chain.', example: '/v1/lineage/usage-records/f3b0c44298fc1c149afbf:3' })
  lineage!: string;
}

export class RawRecordDetailDto extends RawRecordDto {
  @ApiProperty({
    description: 'The exact line, from the sealed bytes.',
    example: 'c-1;491510000001;4930333444;MO;2026-01-31 10:00:00;62;N',
  })
  text!: string;
  @ApiProperty({ description: 'Name of the file.', example: 'calls-2026-01-31.csv' })
  fileName!: string;
  @ApiProperty({
    description: 'SHA-256 of the file as received.',
    example: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  })
  sha256!: string;
  @ApiProperty({ description: 'The mapping it was read with.', type: MappingRefDto })
  mapping!: MappingRefDto;
  @ApiProperty({ description: 'The chunk that holds it in the log.', type: EventAddressDto })
  event!: EventAddressDto;
  @ApiProperty({ description: 'Where to go on.', type: RawLinksDto })
  links!: RawLinksDto;
}
