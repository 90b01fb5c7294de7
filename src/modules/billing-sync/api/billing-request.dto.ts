import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { ReasonDto } from '../../../shared/http/reason.dto.js';

const BATCH_ID = /^[0-9a-z]{1,40}-[1-9]\d{0,8}$/;

export class SendRequestDto extends ReasonDto {
  @ApiPropertyOptional({
    description: 'Send errored lines of earlier batches again too, as the daily job does.',
    default: false,
    example: false,
  })
  @IsOptional()
  @IsIn([true, false], { message: 'must be true or false' })
  errored?: boolean;
}

const LEVELS = ['all', 'batch', 'error'] as const;

export class BatchReprocessDto extends ReasonDto {
  @ApiProperty({
    description: '`all` errored lines; those of a `batch`; those of one `error` code within a batch.',
    enum: LEVELS,
    example: 'all',
  })
  @IsIn(LEVELS)
  level!: (typeof LEVELS)[number];

  @ApiPropertyOptional({ description: 'For level batch and error.', example: '7d0c3f5e9a1b4c2d-1' })
  @ValidateIf((dto: BatchReprocessDto) => dto.level !== 'all' || dto.batchId !== undefined)
  @Matches(BATCH_ID, { message: 'must be a batch id <run>-<n>; needed for level batch and error' })
  batchId?: string;

  @ApiPropertyOptional({ description: 'For level error.', example: '1009' })
  @ValidateIf((dto: BatchReprocessDto) => dto.level === 'error' || dto.errorCode !== undefined)
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  errorCode?: string;
}

export class GivenInvoiceLineDto {
  @ApiProperty({ description: 'Our line: the client_record_id it was sent with.', example: '7d0c3f5e9a1b4c2d-1-1' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  lineId!: string;

  @ApiProperty({ description: 'The invoice.', example: 'INV-000001' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  invoiceNo!: string;

  @ApiProperty({ description: 'The line of the invoice, from 1.', example: 1 })
  @IsInt()
  @Min(1)
  invoiceLineNo!: number;

  @ApiProperty({ description: 'What was invoiced for our line, a decimal.', example: '1.5' })
  @Matches(/^-?\d{1,30}(\.\d{1,10})?$/, { message: 'must be a decimal such as 12.34' })
  amount!: string;

  @ApiProperty({ description: 'ISO 4217.', example: 'EUR' })
  @Matches(/^[A-Z]{3}$/, { message: 'must be three capital letters' })
  currency!: string;
}

export class InvoiceLinesRequestDto {
  @ApiProperty({ description: 'Up to 1,000 lines.', type: () => [GivenInvoiceLineDto] })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1000)
  @ValidateNested({ each: true })
  @Type(() => GivenInvoiceLineDto)
  lines!: GivenInvoiceLineDto[];
}

class CommandAnswerDto {
  @ApiProperty({ description: 'The recorded command.', example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10' })
  commandId!: string;

  @ApiProperty({ description: 'Log position, for `minPosition` of a read.', example: 4711 })
  position!: number;
}

export class AggregationAnswerDto extends CommandAnswerDto {
  @ApiProperty({ description: 'To be followed at GET /v1/aggregations/{runId}.', example: '7d0c3f5e9a1b4c2d' })
  runId!: string;

  @ApiProperty({ description: 'Rated events in its window; 0 = nothing new, it completes empty.', example: 12 })
  ratedEvents!: number;
}

export class SendAnswerDto extends CommandAnswerDto {
  @ApiProperty({ description: 'The send.', example: '1f9a0c3f5e9a1b4c' })
  sendId!: string;

  @ApiProperty({ description: 'Batches it will bring to rest.', example: 3 })
  batches!: number;
}

export class PollAnswerDto extends CommandAnswerDto {
  @ApiProperty({ description: 'The poll.', example: '90c3f5e9a1b4c2d1' })
  pollId!: string;
}

export class UnmatchedLineDto {
  @ApiProperty({ description: 'As given.', example: 'someone-elses-line' })
  lineId!: string;

  @ApiProperty({
    description: 'UNKNOWN_LINE: not ours. OTHER_INVOICE: on another invoice line already. CURRENCY_MISMATCH.',
    example: 'UNKNOWN_LINE',
  })
  why!: string;
}

export class NoteAnswerDto extends CommandAnswerDto {
  @ApiProperty({ description: 'Lines newly noted.', example: 17 })
  noted!: number;

  @ApiProperty({ description: 'Lines known already, the same.', example: 0 })
  repeated!: number;

  @ApiProperty({
    description: 'Lines that fit none of ours: kept, see GET /v1/invoice-lines/unmatched.',
    type: () => [UnmatchedLineDto],
  })
  unmatched!: readonly UnmatchedLineDto[];
}
