import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { NODE_KINDS, RELATIONS, type NodeKind, type OpenEnd, type Relation } from '../domain/lineage.js';

export class LineageQuery {
  @ApiPropertyOptional({
    description: 'Answer only once every read model has seen this log position; 503 after 5 s.',
    example: 1,
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  minPosition?: number;
}

export class LineageRecordsQuery extends LineageQuery {
  @ApiPropertyOptional({
    description: 'Monetized records in the answer, each traced back to its raw line; 1 to 50.',
    type: 'integer',
    default: 10,
    minimum: 1,
    maximum: 50,
    example: 10,
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(50)
  limit = 10;

  @ApiPropertyOptional({ description: 'The `records.next` of the answer before.' })
  @IsOptional()
  @IsString()
  @MaxLength(4000)
  after?: string;
}

export class EventReferenceDto {
  @ApiProperty({ description: 'Type and version.', example: 'UsageBatchRated.v1' })
  type!: string;

  @ApiProperty({ description: 'Its stream.', example: 'rating-main.3' })
  stream!: string;

  @ApiProperty({ description: 'Its place in the stream, from 0.', example: 12 })
  revision!: number;

  @ApiProperty({ description: 'Its place in the whole log.', example: 4711 })
  position!: number;

  @ApiProperty({ description: 'Its id.', example: '0b5f3a52-6b2e-5d52-9c3f-2f6f7d1f9a10' })
  id!: string;

  @ApiProperty({
    description: 'Its link in the hash chain of its stream.',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  hash!: string;
}

export class CommandReferenceDto {
  @ApiProperty({ description: 'The recorded command, GET /v1/commands/{id}.', example: 'c7d0…' })
  commandId!: string;

  @ApiProperty({ description: 'Which command.', example: 'ReceiveUsageFile', nullable: true, type: String })
  name!: string | null;

  @ApiProperty({ description: 'Who asked.', example: 'key:3f9a1c0b7e52', nullable: true, type: String })
  actor!: string | null;

  @ApiProperty({ description: 'Why, where the command takes a reason.', example: null, nullable: true, type: String })
  reason!: string | null;
}

export class LineageNodeDto {
  @ApiProperty({ description: 'The name that edges use.', example: 'MONETIZED_USAGE/f3b0c44298fc1c149afbf:3:0' })
  node!: string;

  @ApiProperty({ description: 'What it is.', enum: NODE_KINDS, example: 'MONETIZED_USAGE' })
  kind!: NodeKind;

  @ApiProperty({ description: 'Its id among its kind.', example: 'f3b0c44298fc1c149afbf:3:0' })
  id!: string;

  @ApiProperty({ description: 'What it is, in one sentence.', example: '42 CALL for 0.42 EUR' })
  title!: string;

  @ApiProperty({ description: 'The event that made it.', type: () => EventReferenceDto })
  event!: EventReferenceDto;

  @ApiProperty({ description: 'Who made it: a key, or a role of Retally.', example: 'role:rate' })
  actor!: string;

  @ApiProperty({ description: 'When.', example: '2026-01-31T22:15:04.002Z' })
  recordedAt!: string;

  @ApiProperty({
    description: 'What somebody asked for that led to it; null for what a role did of its own.',
    type: () => CommandReferenceDto,
    nullable: true,
  })
  command!: CommandReferenceDto | null;

  @ApiProperty({
    description:
      'Its own fields. RAW_LINE: fileName, sha256, line, byteOffset, byteLength, text. MONETIZED_USAGE: price, impacts, amount. AGGREGATED_USAGE: exact, residuals, amount, recomputed, balanced. BILLING_BATCH: history.',
    type: 'object',
    additionalProperties: true,
    example: { quantity: '42', amount: '0.42', currency: 'EUR' },
  })
  details!: Readonly<Record<string, unknown>>;
}

export class LineageEdgeDto {
  @ApiProperty({ description: 'What was first.', example: 'USAGE_RECORD/f3b0c44298fc1c149afbf:3' })
  from!: string;

  @ApiProperty({ description: 'What came of it.', example: 'MONETIZED_USAGE/f3b0c44298fc1c149afbf:3:0' })
  to!: string;

  @ApiProperty({ description: 'How.', enum: RELATIONS, example: 'MONETIZED_INTO' })
  relation!: Relation;
}

export class OpenEndDto {
  @ApiProperty({ description: 'The node the chain stops at.', example: 'MONETIZED_USAGE/f3b0c44298fc1c149afbf:3:0' })
  at!: string;

  @ApiProperty({ description: 'The link that is missing.', enum: NODE_KINDS, example: 'AGGREGATED_USAGE' })
  missing!: NodeKind;

  @ApiProperty({
    description:
      'WAITING: the next run or a person takes it on. UNDER_WAY: Retally is at it. REFUSED: billing said no. ENDED: by rule.',
    enum: ['WAITING', 'UNDER_WAY', 'REFUSED', 'ENDED'],
    example: 'WAITING',
  })
  state!: OpenEnd['state'];

  @ApiProperty({
    description: 'Why, in words.',
    example: 'Monetized, not yet aggregated: the next aggregation run takes it',
  })
  message!: string;
}

export class LineageSubjectDto {
  @ApiProperty({ description: 'What was asked for.', enum: NODE_KINDS, example: 'MONETIZED_USAGE' })
  kind!: NodeKind;

  @ApiProperty({ description: 'Its id.', example: 'f3b0c44298fc1c149afbf:3:0' })
  id!: string;

  @ApiProperty({ description: 'Its node.', example: 'MONETIZED_USAGE/f3b0c44298fc1c149afbf:3:0' })
  node!: string;
}

export class LineageRecordDto {
  @ApiProperty({ description: 'Monetized usage.', example: 'f3b0c44298fc1c149afbf:3:0' })
  id!: string;

  @ApiProperty({ description: 'Its node.', example: 'MONETIZED_USAGE/f3b0c44298fc1c149afbf:3:0' })
  node!: string;

  @ApiProperty({ description: 'Of the record: 1, or the version that a correction made.', example: 1 })
  version!: number;

  @ApiProperty({
    description: 'What the row adds to the line: of a correction, what it is less what it was.',
    example: '42',
  })
  quantity!: string;

  @ApiProperty({
    description: 'Exact amount, in the currency of the line; all rows add up to the exact sum of the line.',
    example: '0.42',
  })
  amount!: string;
}

export class LineageRecordsDto {
  @ApiProperty({ description: 'This page of them.', type: () => [LineageRecordDto] })
  items!: readonly LineageRecordDto[];

  @ApiProperty({ description: 'How many the line or lines hold.', example: 1234 })
  total!: number;

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}

export class LineageDto {
  @ApiProperty({ description: 'What was asked for.', type: () => LineageSubjectDto })
  subject!: LineageSubjectDto;

  @ApiProperty({
    description: 'Everything in the chain, from the file to the invoice; each names its event.',
    type: () => [LineageNodeDto],
  })
  nodes!: readonly LineageNodeDto[];

  @ApiProperty({ description: 'What came of what, always with the stream.', type: () => [LineageEdgeDto] })
  edges!: readonly LineageEdgeDto[];

  @ApiProperty({ description: 'Where the chain does not reach an invoice, and why.', type: () => [OpenEndDto] })
  openEnds!: readonly OpenEndDto[];

  @ApiProperty({
    description: 'Every sum that the chain claims was recomputed for this answer and came out equal.',
    example: true,
  })
  balanced!: boolean;

  @ApiPropertyOptional({
    description: 'For lines: the monetized records they are made of, and corrections of such; a page.',
    type: () => LineageRecordsDto,
  })
  records?: LineageRecordsDto;
}
