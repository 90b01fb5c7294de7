import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsNotEmpty,
  IsNotEmptyObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { SUSPENSE_CODES } from '../../rating/index.js';
import { REPROCESS_STATUSES, type ReprocessStatus } from '../projections/suspense.collections.js';

export class SuspenseSelectionDto {
  @ApiPropertyOptional({ description: 'Level 1: records of this file.', example: 'f3b0c44298fc1c149afbf' })
  @IsOptional()
  @Matches(/^[0-9a-z-]{1,60}$/, { message: 'must be a file id such as f3b0c44298fc1c149afbf' })
  fileId?: string;

  @ApiPropertyOptional({
    description: 'Level 2: records of this code, in the file or in all files.',
    enum: SUSPENSE_CODES,
    example: 'SERVICE_NOT_FOUND',
  })
  @IsOptional()
  @IsIn(SUSPENSE_CODES)
  errorCode?: string;

  @ApiPropertyOptional({
    description: 'Level 3: exactly these records, `<fileId>:<line>`; at most 10,000.',
    example: ['f3b0c44298fc1c149afbf:4'],
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10_000)
  @Matches(/^[0-9a-z-]{1,60}:[1-9]\d{0,14}$/, { each: true, message: 'each must be a record id <fileId>:<line>' })
  recordIds?: string[];

  @ApiPropertyOptional({ description: 'Records of this account, where rating could find one.', example: 'A0000001' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  accountId?: string;
}

export class ReprocessRequestDto {
  @ApiProperty({
    description: 'What to rate again; the members narrow each other, at least one is needed.',
    type: () => SuspenseSelectionDto,
    example: { errorCode: 'SERVICE_NOT_FOUND' },
  })
  @IsNotEmptyObject(
    { nullable: false },
    { message: 'must have at least one of fileId, errorCode, recordIds, accountId' },
  )
  @ValidateNested()
  @Type(() => SuspenseSelectionDto)
  selection!: SuspenseSelectionDto;

  @ApiProperty({ description: 'Why: stands in the log for ever.', example: 'The missing service ids were fed today' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(1000)
  reason!: string;
}

export class ReprocessAnswerDto {
  @ApiProperty({
    description: 'To be followed at GET /v1/suspense/reprocesses/{id}.',
    example: 'r0c4f2a9be1d74f0aa1b2',
  })
  reprocessId!: string;

  @ApiProperty({ description: 'Records that will be rated again.', example: 12 })
  records!: number;

  @ApiProperty({ description: 'Files they are in.', example: 1 })
  files!: number;

  @ApiProperty({ description: 'The recorded command.', example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10' })
  commandId!: string;

  @ApiProperty({ description: 'Log position, for `minPosition` of a read.', example: 4711 })
  position!: number;
}

export class ReprocessDto {
  @ApiProperty({ description: 'The reprocess.', example: 'r0c4f2a9be1d74f0aa1b2' })
  reprocessId!: string;

  @ApiProperty({
    description: 'REQUESTED: nothing answered yet. RUNNING: part of it. COMPLETED: every record has its answer.',
    enum: REPROCESS_STATUSES,
    example: 'COMPLETED',
  })
  status!: ReprocessStatus;

  @ApiProperty({ description: 'Why.', example: 'The missing service ids were fed today' })
  reason!: string;

  @ApiProperty({ description: 'Who.', example: 'key:3f9a1c0b7e52' })
  actor!: string;

  @ApiProperty({
    description: 'By which command.',
    example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10',
    nullable: true,
    type: String,
  })
  commandId!: string | null;

  @ApiProperty({ description: 'When.', example: '2026-02-01T08:00:00.000Z' })
  requestedAt!: string;

  @ApiProperty({
    description: 'When the last answer came.',
    example: '2026-02-01T08:00:02.500Z',
    nullable: true,
    type: String,
  })
  completedAt!: string | null;

  @ApiProperty({
    description: 'What was chosen.',
    example: { errorCode: 'SERVICE_NOT_FOUND' },
    type: Object,
    nullable: true,
  })
  selection!: unknown;

  @ApiProperty({
    description: 'Files it spans; null while it is still being asked for.',
    example: 1,
    nullable: true,
    type: Number,
  })
  files!: number | null;

  @ApiProperty({ description: 'Records asked for.', example: 12 })
  records!: number;

  @ApiProperty({ description: 'Of them: became money.', example: 10 })
  resolved!: number;

  @ApiProperty({ description: 'Of them: suspended again.', example: 2 })
  suspended!: number;

  @ApiProperty({ description: 'Became money, by the code they had.', example: { SERVICE_NOT_FOUND: 10 }, type: Object })
  resolvedByCode!: Readonly<Record<string, number>>;

  @ApiProperty({
    description: 'Suspended again, by their new code.',
    example: { PRICING_NOT_CONFIGURED: 2 },
    type: Object,
  })
  suspendedByCode!: Readonly<Record<string, number>>;
}

export class ReprocessPage {
  @ApiProperty({ type: () => [ReprocessDto] })
  items!: ReprocessDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}
