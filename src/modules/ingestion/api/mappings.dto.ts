import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { COORDINATE, COORDINATE_MESSAGE } from './coordinates.dto.js';
import { SAMPLE_FILE } from './sample-file.js';

export const DEFINITION_EXAMPLE = {
  sourcePlatform: 'switch',
  serviceType: 'VOICE',
  usageRecordType: 'POSTPAID',
  format: { type: 'DELIMITED', delimiter: ';', quote: '"', header: true },
  fields: {
    serviceId: { column: 'caller' },
    usageType: { column: 'direction', translate: { MO: 'CALL' } },
    at: { column: 'started', format: 'yyyy-MM-dd HH:mm:ss', timeZone: 'Europe/Berlin' },
    quantities: { seconds: { column: 'duration' } },
    attributes: { callee: { column: 'callee' } },
  },
  ignore: [
    { column: 'direction', in: ['MT'] },
    { column: 'test', in: ['Y'] },
  ],
  identity: { column: 'cdr_id' },
};

const DEFINITION = {
  description:
    'How lines become canonical usage: format DELIMITED; fields serviceId, usageType (column, constant or translate table), at (ISO-8601, EPOCH_SECONDS, EPOCH_MILLIS, a pattern of yyyy MM dd HH mm ss S with a timeZone, or a constant instant with stepMs), quantities and attributes by name; ignore rules; identity as a record id column or two or more canonical fields.',
  type: 'object',
  additionalProperties: true,
  example: DEFINITION_EXAMPLE,
} as const;

export class AddMappingRequest {
  @ApiProperty({ description: 'Name of the mapping; a known name adds a version.', example: 'switch-calls' })
  @Matches(COORDINATE, { message: COORDINATE_MESSAGE })
  mapping!: string;

  @ApiProperty({
    description: 'Why, for whoever reads the log later.',
    example: 'First version for the calls of the switch',
  })
  @IsString()
  @Length(1, 1000)
  reason!: string;

  @ApiProperty(DEFINITION)
  @IsObject()
  definition!: Record<string, unknown>;
}

export class TryMappingRequest {
  @ApiProperty(DEFINITION)
  @IsObject()
  definition!: Record<string, unknown>;

  @ApiProperty({
    description: 'The text of a sample file, its header included.',
    example: SAMPLE_FILE,
  })
  @IsString()
  @MaxLength(200_000)
  sample!: string;
}

export class MappingsQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Exactly this source platform.', example: 'switch' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  sourcePlatform?: string;

  @ApiPropertyOptional({ description: 'Exactly this service type.', example: 'VOICE' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  serviceType?: string;
}

export class MappingAnswerDto {
  @ApiProperty({ description: 'The mapping.', example: 'switch-calls' })
  mapping!: string;

  @ApiProperty({ description: 'The version that says it; unchanged if the newest said the same already.', example: 1 })
  version!: number;

  @ApiProperty({ description: 'The command in the log.', example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10' })
  commandId!: string;

  @ApiProperty({ description: 'Log position of its last event.', example: 13 })
  position!: number;
}

export class MappingVersionDto {
  @ApiProperty({ description: 'From 1.', example: 1 })
  version!: number;

  @ApiProperty(DEFINITION)
  definition!: Record<string, unknown>;

  @ApiProperty({ description: 'Why it was added.', example: 'First version for the calls of the switch' })
  reason!: string;

  @ApiProperty({ description: 'When it was added.', example: '2026-01-31T22:15:03.120Z' })
  addedAt!: string;

  @ApiProperty({ description: 'Who added it.', example: 'key:3f9a1c0b7e52' })
  addedBy!: string;
}

export class MappingDto {
  @ApiProperty({ description: 'The mapping.', example: 'switch-calls' })
  mapping!: string;

  @ApiProperty({
    description: 'Every version, oldest first; new files are read with the last.',
    type: [MappingVersionDto],
  })
  versions!: MappingVersionDto[];
}

export class MappingSummaryDto {
  @ApiProperty({ description: 'The mapping.', example: 'switch-calls' })
  mapping!: string;

  @ApiProperty({ description: 'Its newest version.', type: MappingVersionDto })
  newest!: MappingVersionDto;
}

export class MappingPage {
  @ApiProperty({ type: [MappingSummaryDto] })
  items!: MappingSummaryDto[];

  @ApiPropertyOptional({ description: 'Give it as `after` for the next page; absent on the last one.' })
  next?: string;
}

export class TrialRecordDto {
  @ApiProperty({ description: 'Line in the sample, from 1.', example: 2 })
  line!: number;

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

export class TrialExceptionDto {
  @ApiProperty({ description: 'Line in the sample, from 1.', example: 3 })
  line!: number;

  @ApiProperty({ description: 'What became of it.', enum: ['IGNORED', 'DUPLICATE', 'ERROR'], example: 'ERROR' })
  outcome!: string;

  @ApiProperty({ description: 'Why.', example: 'BAD_NUMBER' })
  code!: string;

  @ApiPropertyOptional({ description: 'The column at fault.', example: 'duration' })
  column?: string;

  @ApiProperty({ description: 'For people.', example: '"long" is no number such as 12.5, not negative' })
  detail!: string;
}

export class FileErrorDto {
  @ApiProperty({ description: 'Why the file as a whole would be rejected.', example: 'WRONG_DELIMITER' })
  code!: string;

  @ApiProperty({ description: 'What is wrong and what to do.', example: 'Line 1: the header has no delimiter ";"' })
  message!: string;

  @ApiPropertyOptional({ description: 'Where.', example: 1 })
  line?: number;

  @ApiPropertyOptional({ description: 'Where.', example: 'duration' })
  column?: string;
}

export class TrialDto {
  @ApiPropertyOptional({
    description: 'Set when the file as a whole would be rejected; then there is nothing else.',
    type: FileErrorDto,
  })
  fileError?: FileErrorDto;

  @ApiProperty({ description: 'The first 1,000 records.', type: [TrialRecordDto] })
  records!: TrialRecordDto[];

  @ApiProperty({ description: 'The first 1,000 lines that would not become usage.', type: [TrialExceptionDto] })
  exceptions!: TrialExceptionDto[];

  @ApiPropertyOptional({
    description: 'Lines by what became of them: total = mediated + ignored + duplicate + error.',
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { total: 2, mediated: 1, ignored: 0, duplicate: 0, error: 1 },
  })
  counts?: Record<string, number>;

  @ApiPropertyOptional({
    description: 'Exact sums by name.',
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { seconds: '62' },
  })
  quantities?: Record<string, string>;
}
