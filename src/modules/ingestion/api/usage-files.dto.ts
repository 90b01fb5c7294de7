import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { USAGE_RECORD_TYPES, type UsageRecordType } from '../domain/events.js';
import { USAGE_FILE_STATUSES, type UsageFileStatus } from '../projections/collections.js';

const DATE = /^\d{4}-\d\d-\d\d$/;
const DATE_MESSAGE = 'must be a date YYYY-MM-DD';

export class UsageFilesQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'The file name contains this, ignoring case.', example: 'calls' })
  @IsOptional()
  @IsString()
  @MaxLength(255)
  fileName?: string;

  @ApiPropertyOptional({
    description: 'Received on or after this date, 00:00:00 of the business zone.',
    example: '2026-01-01',
  })
  @IsOptional()
  @Matches(DATE, { message: DATE_MESSAGE })
  @IsISO8601({ strict: true }, { message: 'must be a date of the calendar' })
  startDate?: string;

  @ApiPropertyOptional({
    description: 'Received before this date, 00:00:00 of the business zone.',
    example: '2026-02-01',
  })
  @IsOptional()
  @Matches(DATE, { message: DATE_MESSAGE })
  @IsISO8601({ strict: true }, { message: 'must be a date of the calendar' })
  endDate?: string;

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

  @ApiPropertyOptional({
    description: 'Exactly this usage record type.',
    enum: USAGE_RECORD_TYPES,
    example: 'POSTPAID',
  })
  @IsOptional()
  @IsIn(USAGE_RECORD_TYPES)
  usageRecordType?: UsageRecordType;

  @ApiPropertyOptional({ description: 'Exactly this status.', enum: USAGE_FILE_STATUSES, example: 'COMPLETED' })
  @IsOptional()
  @IsIn(USAGE_FILE_STATUSES)
  status?: UsageFileStatus;
}

export class FileErrorsQuery extends ListQuery {
  @ApiPropertyOptional({
    description: 'Only lines of this outcome.',
    enum: ['IGNORED', 'DUPLICATE', 'ERROR'],
    example: 'ERROR',
  })
  @IsOptional()
  @IsIn(['IGNORED', 'DUPLICATE', 'ERROR'])
  outcome?: 'IGNORED' | 'DUPLICATE' | 'ERROR';
}

export class ReceivedFileDto {
  @ApiProperty({
    description: 'The file; its status is under /v1/usage-files/{fileId}.',
    example: 'f3b0c44298fc1c149afbf',
  })
  fileId!: string;

  @ApiPropertyOptional({
    description: 'These bytes came before, as this file; nothing was received.',
    example: 'f3b0c44298fc1c149afbf',
  })
  duplicateOf?: string;

  @ApiPropertyOptional({
    description: 'An earlier file of the same name with other bytes.',
    example: 'fa1b2c3d4e5f607182930',
  })
  sameNameAs?: string;

  @ApiProperty({ description: 'The command in the log.', example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10' })
  commandId!: string;

  @ApiProperty({ description: 'Log position of its last event.', example: 14 })
  position!: number;
}

export class ParsePhaseDto {
  @ApiProperty({ description: 'Lines read.', example: 1000 })
  total!: number;
  @ApiProperty({ description: 'Went on to mediation.', example: 985 })
  processed!: number;
  @ApiProperty({
    description: 'Malformed, or not matching the mapping, or contradicting an earlier record.',
    example: 10,
  })
  error!: number;
  @ApiProperty({ description: 'Seen before, here or in another file.', example: 5 })
  duplicate!: number;
}

export class MediationPhaseDto {
  @ApiProperty({ description: 'Processed by Parse and Load.', example: 985 })
  total!: number;
  @ApiProperty({ description: 'Became canonical usage and went on to rating.', example: 980 })
  processed!: number;
  @ApiProperty({ description: 'Removed by a rule of the mapping; never monetized.', example: 5 })
  ignored!: number;
  @ApiProperty({ description: 'Failed in a rule.', example: 0 })
  error!: number;
}

export class RatingPhaseDto {
  @ApiProperty({ description: 'Processed by mediation.', example: 980 })
  total!: number;
  @ApiProperty({ description: 'Became money.', example: 970 })
  processed!: number;
  @ApiProperty({ description: 'Wait in suspense for a fix elsewhere.', example: 10 })
  suspended!: number;
  @ApiProperty({ description: 'Given up, with a reason.', example: 0 })
  discarded!: number;
  @ApiProperty({ description: 'Not answered by rating yet.', example: 0 })
  pending!: number;
}

export class PhasesDto {
  @ApiProperty({ type: ParsePhaseDto })
  parseAndLoad!: ParsePhaseDto;
  @ApiProperty({ type: MediationPhaseDto })
  mediation!: MediationPhaseDto;
  @ApiProperty({ type: RatingPhaseDto })
  rating!: RatingPhaseDto;
}

export class BalanceDto {
  @ApiProperty({ description: 'Lines read.', example: 1000 })
  linesRead!: number;
  @ApiProperty({ description: 'monetized + suspended + discarded + ignored + duplicate + error.', example: 1000 })
  accountedFor!: number;
  @ApiProperty({ description: 'Lines not answered by rating yet.', example: 0 })
  pending!: number;
  @ApiProperty({
    description: 'linesRead = accountedFor + pending, and the totals the file was closed with agree.',
    example: true,
  })
  balanced!: boolean;
}

export class RejectionDto {
  @ApiProperty({ description: 'Why no line of the file is billable.', example: 'MISSING_COLUMN' })
  code!: string;
  @ApiProperty({ description: 'What is wrong and what to do.', example: 'Line 1: the header has no column "duration"' })
  message!: string;
  @ApiPropertyOptional({ description: 'Where.', example: 1 })
  line?: number;
  @ApiPropertyOptional({ description: 'Where.', example: 'duration' })
  column?: string;
}

export class MappingRefDto {
  @ApiProperty({ description: 'Name.', example: 'switch-calls' })
  name!: string;
  @ApiProperty({ description: 'Version, pinned when the file was received.', example: 1 })
  version!: number;
}

export class UsageFileDto {
  @ApiProperty({ description: 'The file.', example: 'f3b0c44298fc1c149afbf' })
  fileId!: string;
  @ApiProperty({ description: 'Its name as received.', example: 'calls-2026-01-31.csv' })
  fileName!: string;
  @ApiProperty({ description: 'The sending system.', example: 'switch' })
  sourcePlatform!: string;
  @ApiProperty({ description: 'Grouping of services.', example: 'VOICE' })
  serviceType!: string;
  @ApiProperty({ description: 'What its records are to us.', enum: USAGE_RECORD_TYPES, example: 'POSTPAID' })
  usageRecordType!: UsageRecordType;
  @ApiProperty({
    description: 'COMPLETED: every line is accounted for. REJECTED: no line is billable.',
    enum: USAGE_FILE_STATUSES,
    example: 'COMPLETED',
  })
  status!: UsageFileStatus;
  @ApiProperty({ description: 'When it was received.', example: '2026-01-31T22:15:03.120Z' })
  receivedAt!: string;
  @ApiPropertyOptional({ description: 'When all its lines were mediated.', example: '2026-01-31T22:15:04.480Z' })
  mediatedAt?: string;
  @ApiProperty({
    description: 'By upload or through the watched folder.',
    enum: ['UPLOAD', 'FOLDER'],
    example: 'UPLOAD',
  })
  via!: string;
  @ApiProperty({ description: 'Who sent it.', example: 'key:3f9a1c0b7e52' })
  actor!: string;
  @ApiPropertyOptional({
    description: 'The command that received it.',
    example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10',
  })
  commandId?: string;
  @ApiProperty({
    description: 'SHA-256 of the bytes as received: the name of the evidence.',
    example: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  })
  sha256!: string;
  @ApiProperty({ description: 'Bytes as received.', example: 83211 })
  bytes!: number;
  @ApiProperty({ description: 'Bytes of the content.', example: 83211 })
  contentBytes!: number;
  @ApiProperty({ description: 'How the content was packed.', enum: ['NONE', 'GZIP'], example: 'NONE' })
  compression!: string;
  @ApiPropertyOptional({
    description: 'An earlier file of the same name with other bytes.',
    example: 'fa1b2c3d4e5f607182930',
  })
  sameNameAs?: string;
  @ApiProperty({ description: 'The mapping it is read with.', type: MappingRefDto })
  mapping!: MappingRefDto;
  @ApiProperty({
    description: 'Counters of the three phases; a phase starts with what the one before processed.',
    type: PhasesDto,
  })
  phases!: PhasesDto;
  @ApiProperty({
    description: 'Exact sums of the mediated records, by quantity.',
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { seconds: '205759' },
  })
  quantities!: Record<string, string>;
  @ApiProperty({
    description: 'Exact sums of the monetized records as they count now, by currency.',
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { EUR: '102.88' },
  })
  money!: Record<string, string>;
  @ApiProperty({ description: 'Whether every line is accounted for.', type: BalanceDto })
  balance!: BalanceDto;
  @ApiPropertyOptional({ description: 'Why it was rejected.', type: RejectionDto })
  rejection?: RejectionDto;
  @ApiProperty({ description: 'Chunks in the log.', example: 2 })
  chunks!: number;
  @ApiProperty({ description: 'Log position of the last event in this answer.', example: 42 })
  position!: number;
}

export class UsageFilePage {
  @ApiProperty({ type: [UsageFileDto] })
  items!: UsageFileDto[];
  @ApiPropertyOptional({ description: 'Give it as `after` for the next page; absent on the last one.' })
  next?: string;
}

export class FileExceptionDto {
  @ApiProperty({ description: 'The raw record.', example: 'f3b0c44298fc1c149afbf:3' })
  recordId!: string;
  @ApiProperty({ description: 'Line in the content, from 1.', example: 17 })
  line!: number;
  @ApiProperty({ description: 'What became of it.', enum: ['IGNORED', 'DUPLICATE', 'ERROR'], example: 'ERROR' })
  outcome!: string;
  @ApiProperty({ description: 'Why.', example: 'BAD_NUMBER' })
  code!: string;
  @ApiPropertyOptional({ description: 'The column at fault.', example: 'duration' })
  column?: string;
  @ApiProperty({
    description: 'What stands there and what would be right; for a duplicate, the first record.',
    example: '"long" is no number such as 12.5, not negative',
  })
  detail!: string;
  @ApiProperty({ description: 'Byte offset of the line in the content.', example: 1404 })
  offset!: number;
  @ApiProperty({ description: 'Its bytes, without the line end.', example: 62 })
  length!: number;
}

export class FileExceptionPage {
  @ApiProperty({ type: [FileExceptionDto] })
  items!: FileExceptionDto[];
  @ApiPropertyOptional({ description: 'Give it as `after` for the next page; absent on the last one.' })
  next?: string;
}
