import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { MinPositionQuery } from '../../../shared/http/min-position-query.dto.js';
import { SUSPENSE_STATUSES, type SuspenseStatus } from '../domain/events.js';
import { REPROCESS_STATUSES, type ReprocessStatus } from '../projections/suspense.collections.js';

const DATE = /^\d{4}-\d\d-\d\d$/;
const DATE_MESSAGE = 'must be a date YYYY-MM-DD';
const FILE_SORTS = ['loadedAt', '-loadedAt', 'sourcePlatform', '-sourcePlatform', 'fileName', '-fileName'] as const;

export class SuspenseFilesQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'The file name contains this, ignoring case.', example: 'calls' })
  @IsOptional()
  @IsString()
  @MaxLength(255)
  fileName?: string;

  @ApiPropertyOptional({
    description: 'Loaded on or after this date, 00:00:00 of the business zone.',
    example: '2026-01-01',
  })
  @IsOptional()
  @Matches(DATE, { message: DATE_MESSAGE })
  @IsISO8601({ strict: true }, { message: 'must be a date of the calendar' })
  startDate?: string;

  @ApiPropertyOptional({
    description: 'Loaded before this date, 00:00:00 of the business zone.',
    example: '2026-02-01',
  })
  @IsOptional()
  @Matches(DATE, { message: DATE_MESSAGE })
  @IsISO8601({ strict: true }, { message: 'must be a date of the calendar' })
  endDate?: string;

  @ApiPropertyOptional({ description: 'Exactly this source platform.', example: 'switch' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  sourcePlatform?: string;

  @ApiPropertyOptional({ description: 'Exactly this service type.', example: 'VOICE' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  serviceType?: string;

  @ApiPropertyOptional({
    description: 'A suspense code in the file contains this, ignoring case.',
    example: 'NOT_FOUND',
  })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  errorCode?: string;

  @ApiPropertyOptional({ description: 'Default: newest loaded first.', enum: FILE_SORTS, example: '-loadedAt' })
  @IsOptional()
  @IsIn(FILE_SORTS)
  sort?: (typeof FILE_SORTS)[number];
}

export class SuspenseErrorsQuery extends MinPositionQuery {
  @ApiPropertyOptional({ description: 'Only counts of this status.', enum: SUSPENSE_STATUSES, example: 'OPEN' })
  @IsOptional()
  @IsIn(SUSPENSE_STATUSES)
  status?: SuspenseStatus;
}

export class SuspendedRecordsQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Records of this file.', example: 'f3b0c44298fc1c149afbf' })
  @IsOptional()
  @IsString()
  @MaxLength(60)
  fileId?: string;

  @ApiPropertyOptional({ description: 'Exactly this suspense code.', example: 'SERVICE_NOT_FOUND' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  errorCode?: string;

  @ApiPropertyOptional({ description: 'Records of this account, where rating could find one.', example: 'A0000001' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  account?: string;

  @ApiPropertyOptional({ description: 'Records of this service id.', example: '491510000002' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  serviceId?: string;

  @ApiPropertyOptional({
    description: 'Default: what is in suspense, OPEN and REPROCESSING.',
    enum: SUSPENSE_STATUSES,
    example: 'OPEN',
  })
  @IsOptional()
  @IsIn(SUSPENSE_STATUSES)
  status?: SuspenseStatus;

  @ApiPropertyOptional({
    description: 'Used on or after this date, 00:00:00 of the business zone.',
    example: '2026-01-01',
  })
  @IsOptional()
  @Matches(DATE, { message: DATE_MESSAGE })
  @IsISO8601({ strict: true }, { message: 'must be a date of the calendar' })
  startDate?: string;

  @ApiPropertyOptional({ description: 'Used before this date, 00:00:00 of the business zone.', example: '2026-02-01' })
  @IsOptional()
  @Matches(DATE, { message: DATE_MESSAGE })
  @IsISO8601({ strict: true }, { message: 'must be a date of the calendar' })
  endDate?: string;
}

export class ReprocessesQuery extends ListQuery {
  @ApiPropertyOptional({
    description: 'Only reprocesses of this status.',
    enum: REPROCESS_STATUSES,
    example: 'COMPLETED',
  })
  @IsOptional()
  @IsIn(REPROCESS_STATUSES)
  status?: ReprocessStatus;
}

export class SuspenseFileDto {
  @ApiProperty({ description: 'The file.', example: 'f3b0c44298fc1c149afbf' })
  fileId!: string;

  @ApiProperty({ description: 'Its name as received.', example: 'calls-2026-01-31.csv' })
  fileName!: string;

  @ApiProperty({ description: 'Where it came from.', example: 'switch' })
  sourcePlatform!: string;

  @ApiProperty({ description: 'Grouping of services.', example: 'VOICE' })
  serviceType!: string;

  @ApiProperty({ description: 'POSTPAID, PRERATED or PREPAID.', example: 'POSTPAID' })
  usageRecordType!: string;

  @ApiProperty({ description: 'When it was received.', example: '2026-01-31T22:15:03.120Z' })
  loadedAt!: string;

  @ApiProperty({ description: 'Records that wait for somebody.', example: 12 })
  open!: number;

  @ApiProperty({ description: 'Records in the hands of a reprocess.', example: 0 })
  reprocessing!: number;

  @ApiProperty({ description: 'Records that were suspended and became money.', example: 30 })
  resolved!: number;

  @ApiProperty({ description: 'The codes of the records in suspense.', example: ['SERVICE_NOT_FOUND'] })
  errorCodes!: string[];
}

export class SuspenseFilePage {
  @ApiProperty({ type: () => [SuspenseFileDto] })
  items!: SuspenseFileDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}

export class SuspenseErrorDto {
  @ApiProperty({ description: 'Where the records stand.', enum: SUSPENSE_STATUSES, example: 'OPEN' })
  status!: SuspenseStatus;

  @ApiProperty({
    description: 'Why they were suspended (for RESOLVED: the last reason).',
    example: 'SERVICE_NOT_FOUND',
  })
  code!: string;

  @ApiProperty({ description: 'How many records.', example: 12 })
  count!: number;

  @ApiProperty({
    description: 'What the code means.',
    example: 'The service id belongs to no subscription at the time of the usage.',
  })
  message!: string;

  @ApiProperty({
    description: 'What brings the records back.',
    example:
      'Feed the service id (account feed, object SERVICE_ID) with a period that holds the usage time; then reprocess.',
  })
  remedy!: string;

  @ApiProperty({
    description: 'The message of one of the records, with its ids.',
    example:
      'Service id 491510000002 is in no subscription: send it through the account feed (SERVICE_ID, effective no later than 2026-01-31T10:00:00.000Z), then reprocess.',
  })
  example!: string;
}

export class SuspenseErrorsDto {
  @ApiProperty({ description: 'The file.', example: 'f3b0c44298fc1c149afbf' })
  fileId!: string;

  @ApiProperty({ description: 'Its name as received.', example: 'calls-2026-01-31.csv' })
  fileName!: string;

  @ApiProperty({ type: () => [SuspenseErrorDto] })
  items!: SuspenseErrorDto[];
}

export class SuspendedRecordDto {
  @ApiProperty({ description: '`<fileId>:<line>`', example: 'f3b0c44298fc1c149afbf:4' })
  recordId!: string;

  @ApiProperty({ description: 'The file.', example: 'f3b0c44298fc1c149afbf' })
  fileId!: string;

  @ApiProperty({ description: 'Line in the file, from 1.', example: 4 })
  line!: number;

  @ApiProperty({ description: 'OPEN, REPROCESSING or RESOLVED.', enum: SUSPENSE_STATUSES, example: 'OPEN' })
  status!: SuspenseStatus;

  @ApiProperty({ description: 'Why it was suspended last.', example: 'SERVICE_NOT_FOUND' })
  code!: string;

  @ApiProperty({
    description: 'The ids involved and the remedy.',
    example:
      'Service id 491510000002 is in no subscription: send it through the account feed (SERVICE_ID, effective no later than 2026-01-31T10:00:00.000Z), then reprocess.',
  })
  message!: string;

  @ApiProperty({ description: 'What the remedy must bring.', example: { serviceId: '491510000002' }, type: Object })
  facts!: Readonly<Record<string, string>>;

  @ApiProperty({ description: 'The id in the record.', example: '491510000002' })
  serviceId!: string;

  @ApiProperty({
    description: 'The account, or null when none was found.',
    example: null,
    nullable: true,
    type: String,
  })
  account!: string | null;

  @ApiProperty({ description: 'What was used.', example: 'CALL' })
  usageType!: string;

  @ApiProperty({ description: 'When it was used.', example: '2026-01-31T10:00:00.000Z' })
  at!: string;

  @ApiProperty({ description: 'Where it came from.', example: 'switch' })
  sourcePlatform!: string;

  @ApiProperty({ description: 'Grouping of services.', example: 'VOICE' })
  serviceType!: string;

  @ApiProperty({ description: 'POSTPAID, PRERATED or PREPAID.', example: 'POSTPAID' })
  usageRecordType!: string;

  @ApiProperty({ description: 'When it was suspended first.', example: '2026-01-31T22:15:04.002Z' })
  suspendedAt!: string;

  @ApiProperty({ description: 'The latest reprocess it was part of.', example: null, nullable: true, type: String })
  reprocessId!: string | null;
}

export class SuspendedRecordPage {
  @ApiProperty({ type: () => [SuspendedRecordDto] })
  items!: SuspendedRecordDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}
