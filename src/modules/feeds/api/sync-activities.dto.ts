import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsISO8601,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { FieldErrorDto } from '../../../shared/http/problem.dto.js';
import { ACTIVITY_STATUSES, FEED_KINDS, type ActivityStatus, type FeedKind } from '../domain/events.js';

const DATE = /^\d{4}-\d\d-\d\d$/;
const DATE_MESSAGE = 'must be a date YYYY-MM-DD';
const SORTS = ['id', '-id', 'status', '-status', 'action', '-action', 'object', '-object'] as const;

export class SyncActivitiesQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Of this feed.', enum: FEED_KINDS, example: 'account' })
  @IsOptional()
  @IsIn(FEED_KINDS)
  kind?: FeedKind;

  @ApiPropertyOptional({ description: 'Exactly this status.', enum: ACTIVITY_STATUSES, example: 'ERROR' })
  @IsOptional()
  @IsIn(ACTIVITY_STATUSES)
  status?: ActivityStatus;

  @ApiPropertyOptional({ description: 'Exactly this object.', example: 'SUBSCRIPTION' })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  object?: string;

  @ApiPropertyOptional({ description: 'Exactly this action.', example: 'CREATE' })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  action?: string;

  @ApiPropertyOptional({ description: 'Exactly this error code.', example: 'ACCOUNT_NOT_FOUND' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  errorCode?: string;

  @ApiPropertyOptional({ description: 'The message id contains this, ignoring case.', example: 's0000002' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  messageId?: string;

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

  @ApiPropertyOptional({ description: 'Default: newest first.', enum: SORTS, example: '-id' })
  @IsOptional()
  @IsIn(SORTS)
  sort?: (typeof SORTS)[number];
}

export class SyncActivityDto {
  @ApiProperty({ description: 'Its place: the log position it was received at, and its row there.', example: '17-0' })
  activityId!: string;

  @ApiProperty({ description: 'The feed.', enum: FEED_KINDS, example: 'account' })
  kind!: FeedKind;

  @ApiProperty({
    description: 'As sent; null when there is none.',
    example: 'subscription-s0000002',
    nullable: true,
    type: String,
  })
  messageId!: string | null;

  @ApiProperty({ description: 'As sent.', example: 'SUBSCRIPTION', nullable: true, type: String })
  object!: string | null;

  @ApiProperty({ description: 'As sent.', example: 'CREATE', nullable: true, type: String })
  action!: string | null;

  @ApiProperty({ description: 'As sent.', example: '2026-01-01T00:00:00.000Z', nullable: true, type: String })
  effectiveFrom!: string | null;

  @ApiProperty({
    description: 'PENDING: received. COMPLETE: applied. IGNORED: applied before. ERROR: see code and reason.',
    enum: ACTIVITY_STATUSES,
    example: 'ERROR',
  })
  status!: ActivityStatus;

  @ApiProperty({ description: 'Of an error.', example: 'ACCOUNT_NOT_FOUND', nullable: true, type: String })
  code!: string | null;

  @ApiProperty({
    description: 'Of an error: what must come first, or be sent otherwise.',
    example: 'ACCOUNT A0000002 is not known: its CREATE must come first; reprocess this message afterwards',
    nullable: true,
    type: String,
  })
  reason!: string | null;

  @ApiProperty({ description: 'When it was received.', example: '2026-01-05T09:00:00.000Z' })
  receivedAt!: string;

  @ApiProperty({ description: 'How often it was applied.', example: 1 })
  attempts!: number;
}

export class SyncActivityPage {
  @ApiProperty({ type: () => [SyncActivityDto] })
  items!: SyncActivityDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}

export class SyncActivityDetailsDto extends SyncActivityDto {
  @ApiProperty({
    description: 'The message as it came.',
    type: 'object',
    additionalProperties: true,
    example: { messageId: 'subscription-s0000002', object: 'SUBSCRIPTION', action: 'CREATE' },
  })
  raw!: unknown;

  @ApiProperty({ description: 'Every error of an invalid message.', type: () => [FieldErrorDto] })
  errors!: FieldErrorDto[];

  @ApiProperty({ description: 'Who sent it.', example: 'key:3f9a1c0b7e52' })
  actor!: string;

  @ApiProperty({
    description: 'By which command.',
    example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10',
    nullable: true,
    type: String,
  })
  commandId!: string | null;
}

export class ActivitySelectionDto {
  @ApiPropertyOptional({ description: 'Of this feed.', enum: FEED_KINDS, example: 'account' })
  @IsOptional()
  @IsIn(FEED_KINDS)
  kind?: FeedKind;

  @ApiPropertyOptional({ description: 'Exactly these activities; at most 10,000.', example: ['17-0'] })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10_000)
  @Matches(/^[1-9]\d{0,15}-\d{1,5}$/, { each: true, message: 'each must be an activity id such as 17-0' })
  activityIds?: string[];

  @ApiPropertyOptional({ description: 'Only with this error code.', example: 'ACCOUNT_NOT_FOUND' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  errorCode?: string;
}

export class ActivityReprocessRequest {
  @ApiProperty({
    description: 'Which activities in ERROR; the members narrow each other, {} is all of them.',
    type: () => ActivitySelectionDto,
    example: { errorCode: 'ACCOUNT_NOT_FOUND' },
  })
  @IsObject()
  @ValidateNested()
  @Type(() => ActivitySelectionDto)
  selection!: ActivitySelectionDto;

  @ApiPropertyOptional({ description: 'Why: stands in the log for ever.', example: 'The account came later' })
  @IsOptional()
  @IsString()
  @Length(1, 1000)
  reason?: string;
}

export class ActivityReprocessAnswerDto {
  @ApiProperty({ description: 'Activities applied again.', example: 3 })
  activities!: number;

  @ApiProperty({ description: 'Now applied.', example: 3 })
  complete!: number;

  @ApiProperty({ description: 'Applied meanwhile by another message.', example: 0 })
  ignored!: number;

  @ApiProperty({ description: 'Still in error.', example: 0 })
  error!: number;

  @ApiProperty({ description: 'The recorded command.', example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10' })
  commandId!: string;

  @ApiProperty({ description: 'Log position, for `minPosition` of a read.', example: 4711 })
  position!: number;
}
