import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { IsInstant } from '../../http/is-instant.js';
import { ListQuery } from '../../http/list-query.dto.js';

const STATUSES = ['ACCEPTED', 'COMPLETED', 'REFUSED'] as const;

export class CommandsQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Name of the command.', example: 'ReprocessSuspense' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  name?: string;

  @ApiPropertyOptional({ description: 'Where it stands.', enum: STATUSES, example: 'COMPLETED' })
  @IsOptional()
  @IsIn(STATUSES)
  status?: (typeof STATUSES)[number];

  @ApiPropertyOptional({ description: 'Who asked for it.', example: 'key:3f9a1c0b7e52' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  actor?: string;

  @ApiPropertyOptional({ description: 'Everything of one request: its X-Request-Id.', example: 'nightly-upload-17' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  correlationId?: string;

  @ApiPropertyOptional({ description: 'Accepted at or after, RFC 3339.', example: '2026-01-01T00:00:00Z' })
  @IsOptional()
  @IsInstant()
  from?: string;

  @ApiPropertyOptional({ description: 'Accepted before, RFC 3339.', example: '2026-02-01T00:00:00Z' })
  @IsOptional()
  @IsInstant()
  to?: string;
}

export class CommandDto {
  @ApiProperty({
    description: 'The Idempotency-Key, or the id made for the caller.',
    example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10',
  })
  commandId!: string;

  @ApiProperty({ description: 'What was asked for.', example: 'ReprocessSuspense' })
  name!: string;

  @ApiProperty({
    description: 'ACCEPTED: it runs, or a crash came before its end and the same request again will finish it.',
    enum: STATUSES,
    example: 'COMPLETED',
  })
  status!: string;

  @ApiProperty({ description: 'Who asked for it.', example: 'key:3f9a1c0b7e52' })
  actor!: string;

  @ApiProperty({ description: 'The roles the caller had.', example: ['operator'], isArray: true, type: String })
  roles!: readonly string[];

  @ApiProperty({
    description: 'Id of the request, as in logs and in everything that followed.',
    example: 'nightly-upload-17',
  })
  correlationId!: string;

  @ApiProperty({
    description: 'With what, as it was asked.',
    type: 'object',
    additionalProperties: true,
    example: { selection: { fileId: 'f3b0c44298fc1c149afbf' }, reason: 'The service ids were added' },
  })
  payload!: unknown;

  @ApiProperty({ description: 'When it was accepted.', example: '2026-01-01T08:00:00.000Z' })
  acceptedAt!: string;

  @ApiPropertyOptional({ description: 'When it was completed or refused.', example: '2026-01-01T08:00:00.120Z' })
  closedAt?: string;

  @ApiPropertyOptional({
    description: 'Its answer.',
    type: 'object',
    additionalProperties: true,
    example: { reprocessId: 'r1' },
  })
  answer?: unknown;

  @ApiPropertyOptional({ description: 'Log position of the last event it led to.', example: 1234 })
  position?: number;

  @ApiPropertyOptional({
    description: 'Why it was refused.',
    type: 'object',
    additionalProperties: true,
    example: { code: 'suspense/nothing-selected', message: 'Nothing that is open matches the selection' },
  })
  refusal?: unknown;
}

export class CommandPage {
  @ApiProperty({ description: 'Newest first.', type: () => [CommandDto] })
  items!: CommandDto[];

  @ApiPropertyOptional({ description: 'Give it as `after` for the next page; absent on the last.' })
  next?: string;
}
