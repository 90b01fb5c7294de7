import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsInstant } from '../../../shared/http/is-instant.js';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { ReasonDto } from '../../../shared/http/reason.dto.js';
import { CYCLE_RUN_KINDS, type CycleRunKind } from '../domain/runs/run-events.js';
import { RATING_RUN_STATUSES, type RatingRunStatus } from '../projections/rating-runs.collections.js';

export class RatingRunRequestDto extends ReasonDto {
  @ApiProperty({
    description:
      'SECOND_PASS prices what is charged by VOLUME at what its billing cycle came to. CYCLE_END closes billing cycles and makes what is due without usage: recurring charges and true-ups.',
    enum: CYCLE_RUN_KINDS,
    example: 'SECOND_PASS',
  })
  @IsIn(CYCLE_RUN_KINDS)
  kind!: CycleRunKind;

  @ApiProperty({
    description: 'Billing cycles that had ended by then; not in the future.',
    example: '2026-01-31T00:00:00Z',
  })
  @IsInstant()
  asOf!: string;
}

export const RATING_RUN_EXAMPLES = {
  secondPass: {
    summary: '1. What is charged by VOLUME, at what its billing cycle came to',
    value: { kind: 'SECOND_PASS', asOf: '2026-01-31T00:00:00Z', reason: 'The month of January is complete' },
  },
  cycleEnd: {
    summary: '2. Recurring charges and true-ups of billing cycles that have ended',
    value: { kind: 'CYCLE_END', asOf: '2026-01-31T00:00:00Z', reason: 'The month of January is complete' },
  },
};

export class RunStatusQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Only of this status.', enum: RATING_RUN_STATUSES, example: 'COMPLETED' })
  @IsOptional()
  @IsIn(RATING_RUN_STATUSES)
  status?: RatingRunStatus;
}

export class RatingRunsQuery extends RunStatusQuery {
  @ApiPropertyOptional({ description: 'Only of this kind.', enum: CYCLE_RUN_KINDS, example: 'SECOND_PASS' })
  @IsOptional()
  @IsIn(CYCLE_RUN_KINDS)
  kind?: CycleRunKind;
}

export class RunAnswerDto {
  @ApiProperty({ description: 'The run.', example: '4f1e2d3c5b6a7980' })
  runId!: string;

  @ApiProperty({ description: 'The recorded command.', example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10' })
  commandId!: string;

  @ApiProperty({ description: 'Log position, for `minPosition` of a read.', example: 4711 })
  position!: number;
}

export class RunCountsDto {
  @ApiProperty({ description: 'Accounts looked at.', example: 12 })
  accounts!: number;

  @ApiProperty({
    description: 'Usage records that were rated again; of a cycle end, the records it made.',
    example: 480,
  })
  records!: number;

  @ApiProperty({ description: 'Of `records`: came out otherwise.', example: 37 })
  changed!: number;

  @ApiProperty({ description: 'Others, which could not be rated again and stay as they are.', example: 0 })
  problems!: number;

  @ApiProperty({
    description: 'Of a commit: accounts that have moved since the preview and stay as they are.',
    example: 0,
  })
  stale!: number;
}

export class RunMoneyDto {
  @ApiProperty({ description: 'ISO 4217.', example: 'EUR' })
  currency!: string;

  @ApiProperty({ description: 'What changed, as it was: exact.', example: '1.615' })
  before!: string;

  @ApiProperty({ description: 'The same, as it is or would be.', example: '1.2' })
  after!: string;
}

export class RunProblemDto {
  @ApiProperty({ description: 'The account.', example: 'A0000001' })
  account!: string;

  @ApiPropertyOptional({ description: 'The file of the record.', example: 'f3b0c44298fc1c149afbf' })
  fileId?: string;

  @ApiPropertyOptional({ description: 'Its line.', example: 4 })
  line?: number;

  @ApiProperty({ description: 'A suspense code, or STALE_PREVIEW.', example: 'SERVICE_NOT_FOUND' })
  code!: string;

  @ApiProperty({
    description: 'What is wrong, and the remedy.',
    example: 'Service id 491701000042 belonged to nobody at the usage time',
  })
  message!: string;
}

export class RunDto {
  @ApiProperty({ description: 'The run.', example: '4f1e2d3c5b6a7980' })
  runId!: string;

  @ApiProperty({
    description: 'REQUESTED: partitions are at it. COMPLETED: every one of them has answered.',
    enum: RATING_RUN_STATUSES,
    example: 'COMPLETED',
  })
  status!: RatingRunStatus;

  @ApiProperty({ description: 'Why.', example: 'The month of January is complete' })
  reason!: string;

  @ApiProperty({ description: 'Who.', example: 'key:3f9a1c0b7e52' })
  actor!: string;

  @ApiProperty({ description: 'By which command.', example: '0b5f3a52-6b2e-4d52', nullable: true, type: String })
  commandId!: string | null;

  @ApiProperty({ description: 'When.', example: '2026-02-01T08:00:00.000Z' })
  requestedAt!: string;

  @ApiProperty({ description: 'When it was done.', example: '2026-02-01T08:00:04Z', nullable: true, type: String })
  completedAt!: string | null;

  @ApiProperty({
    description: 'Its place in the log: it saw everything before it, and nothing after it.',
    example: 4711,
  })
  position!: number;

  @ApiProperty({ description: 'Null until it is completed.', type: () => RunCountsDto, nullable: true })
  counts!: RunCountsDto | null;

  @ApiProperty({ description: 'Of what changed, by currency.', type: () => [RunMoneyDto] })
  money!: RunMoneyDto[];

  @ApiProperty({ description: 'The first hundred.', type: () => [RunProblemDto] })
  problems!: RunProblemDto[];
}

export class RatingRunDto extends RunDto {
  @ApiProperty({ enum: CYCLE_RUN_KINDS, example: 'SECOND_PASS', description: 'What it does.' })
  kind!: CycleRunKind;

  @ApiProperty({ description: 'For billing cycles that had ended by then.', example: '2026-01-31T00:00:00.000Z' })
  asOf!: string;
}

export class RatingRunPage {
  @ApiProperty({ type: () => [RatingRunDto] })
  items!: RatingRunDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}
