import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsISO8601,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
} from 'class-validator';
import { FREQUENCIES, JOBS, type Frequency, type Job } from '../domain/events.js';
import { EXECUTION_STATUSES } from '../projections/collections.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$/;
const NEXT = { description: 'Cursor of the next page; absent on the last one.' };

export class ScheduleConfigurationDto {
  @ApiPropertyOptional({ description: 'For people.', example: 'Sums up the day and sends it', default: '' })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  description?: string;

  @ApiProperty({ description: 'A client has one DAILY schedule.', enum: FREQUENCIES, example: 'DAILY' })
  @IsIn(FREQUENCIES)
  frequency!: Frequency;

  @ApiProperty({ description: 'On the wall clock of the tenant (RETALLY_TIME_ZONE).', example: '02:00:00' })
  @Matches(/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/, { message: 'must be a time HH:MM:SS from 00:00:00 to 23:59:59' })
  scheduledTime!: string;

  @ApiProperty({
    description: 'In the order they run; one in ERROR stops the later ones.',
    enum: JOBS,
    isArray: true,
    example: ['AGGREGATION', 'SYNC_TRANSACTION', 'INVOICE_LINES'],
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(JOBS.length)
  @ArrayUnique()
  @IsIn(JOBS, { each: true })
  jobs!: Job[];
}

export class NewScheduleDto extends ScheduleConfigurationDto {
  @ApiProperty({ description: 'Unique, never edited later.', example: 'daily' })
  @Matches(NAME, { message: 'must be 1 to 60 letters, digits, _ or -, beginning with a letter or digit' })
  name!: string;
}

export class BusinessDateDto {
  @ApiProperty({ description: 'The business date.', example: '2026-02-01' })
  @Matches(/^\d{4}-\d\d-\d\d$/, { message: 'must be a date YYYY-MM-DD' })
  @IsISO8601({ strict: true }, { message: 'must be a date of the calendar' })
  businessDate!: string;
}

export class ScheduleAnswerDto {
  @ApiProperty({ description: 'The schedule.', example: 'daily' }) name!: string;
  @ApiProperty({ description: 'For If-Match of the next change.', example: 1 }) version!: number;
  @ApiProperty({ description: 'The recorded command.', example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10' })
  commandId!: string;
  @ApiProperty({ description: 'Log position, for `minPosition` of a read.', example: 4711 }) position!: number;
}

export class ExecutionAnswerDto {
  @ApiProperty({ description: 'The schedule.', example: 'daily' }) name!: string;
  @ApiProperty({ description: 'The business date.', example: '2026-02-01' }) businessDate!: string;
  @ApiProperty({ description: 'The jobs it was created with.', enum: JOBS, isArray: true, example: ['AGGREGATION'] })
  jobs!: readonly Job[];
  @ApiProperty({ description: 'The recorded command.', example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10' })
  commandId!: string;
  @ApiProperty({ description: 'Log position, for `minPosition` of a read.', example: 4711 }) position!: number;
}

export class ScheduleDto {
  @ApiProperty({ description: 'Unique, never edited.', example: 'daily' }) name!: string;
  @ApiProperty({ description: 'For people.', example: 'Sums up the day and sends it' }) description!: string;
  @ApiProperty({ description: 'How often.', enum: FREQUENCIES, example: 'DAILY' }) frequency!: string;
  @ApiProperty({ description: 'On the wall clock of `timeZone`.', example: '02:00:00' }) scheduledTime!: string;
  @ApiProperty({ description: 'IANA zone of the business dates.', example: 'UTC' }) timeZone!: string;
  @ApiProperty({ description: 'In the order they run.', enum: JOBS, isArray: true, example: ['AGGREGATION'] })
  jobs!: Job[];
  @ApiProperty({ description: 'For If-Match of a change.', example: 1 }) version!: number;
  @ApiProperty({ description: 'When it was made.', example: '2026-01-31T10:00:00.000Z' }) createdAt!: string;
  @ApiProperty({ description: 'When it was changed last.', example: '2026-01-31T10:00:00.000Z' }) changedAt!: string;
}

export class SchedulePage {
  @ApiProperty({ type: () => [ScheduleDto] }) items!: ScheduleDto[];
  @ApiPropertyOptional(NEXT) next?: string;
}

export class ExecutedJobDto {
  @ApiProperty({ description: 'The job.', enum: JOBS, example: 'SYNC_TRANSACTION' }) job!: string;
  @ApiProperty({ description: 'Where it stands.', enum: EXECUTION_STATUSES, example: 'COMPLETED' }) status!: string;
  @ApiProperty({ description: 'Work items: lines.', example: 412 }) total!: number;
  @ApiProperty({ description: 'Still open, in doubt among them.', example: 0 }) pending!: number;
  @ApiProperty({ description: 'Done.', example: 412 }) processed!: number;
  @ApiProperty({ description: 'Failed.', example: 0 }) error!: number;
  @ApiProperty({ description: 'When it began.', example: '2026-02-01T02:00:01.000Z', nullable: true, type: String })
  startedAt!: string | null;
  @ApiProperty({ description: 'When it ended.', example: '2026-02-01T02:00:09.000Z', nullable: true, type: String })
  finishedAt!: string | null;
  @ApiProperty({
    description: 'Aggregation run, send or poll.',
    example: '1f9a0c3f5e9a1b4c',
    nullable: true,
    type: String,
  })
  workId!: string | null;
  @ApiProperty({
    description: 'What happened.',
    example: '3 batches: 412 lines complete',
    nullable: true,
    type: String,
  })
  message!: string | null;
}

export class ExecutionDto {
  @ApiProperty({ description: 'The schedule.', example: 'daily' }) name!: string;
  @ApiProperty({ description: 'The business date.', example: '2026-02-01' }) businessDate!: string;
  @ApiProperty({ description: 'Of the whole.', enum: EXECUTION_STATUSES, example: 'COMPLETED' }) status!: string;
  @ApiProperty({ description: 'Made by the tick or by hand.', enum: ['TICK', 'HAND'], example: 'TICK' }) by!: string;
  @ApiProperty({ description: 'When it was made.', example: '2026-02-01T02:00:00.000Z' }) createdAt!: string;
  @ApiProperty({
    description: 'When it was started.',
    example: '2026-02-01T02:00:00.000Z',
    nullable: true,
    type: String,
  })
  startedAt!: string | null;
  @ApiProperty({ description: 'When it ended.', example: '2026-02-01T02:00:12.000Z', nullable: true, type: String })
  finishedAt!: string | null;
  @ApiProperty({ description: 'Its jobs, in their order.', type: () => [ExecutedJobDto] }) jobs!: ExecutedJobDto[];
}

export class ExecutionPage {
  @ApiProperty({ type: () => [ExecutionDto] }) items!: ExecutionDto[];
  @ApiPropertyOptional(NEXT) next?: string;
}
