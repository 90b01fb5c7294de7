import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsISO8601, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import {
  AGGREGATION_STATUSES,
  BATCH_STATUSES,
  LINE_STATUSES,
  type AggregationStatus,
  type LineStatus,
} from '../projections/collections.js';

const DATE = /^\d{4}-\d\d-\d\d$/;
const BATCH_FILTERS = ['incomplete', 'all', ...BATCH_STATUSES] as const;

export class AggregationsQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Only runs of this status.', enum: AGGREGATION_STATUSES, example: 'COMPLETED' })
  @IsOptional()
  @IsIn(AGGREGATION_STATUSES)
  status?: AggregationStatus;
}

export class BatchesQuery extends ListQuery {
  @ApiPropertyOptional({
    description: 'Default: incomplete, all that is neither COMPLETE nor IGNORED.',
    enum: BATCH_FILTERS,
    default: 'incomplete',
    example: 'all',
  })
  @IsOptional()
  @IsIn(BATCH_FILTERS)
  status?: (typeof BATCH_FILTERS)[number];

  @ApiPropertyOptional({ description: 'Only batches of this run.', example: '7d0c3f5e9a1b4c2d' })
  @IsOptional()
  @IsString()
  @MaxLength(60)
  runId?: string;

  @ApiPropertyOptional({ description: 'Sealed on or after this business date.', example: '2026-01-01' })
  @IsOptional()
  @Matches(DATE, { message: 'must be a date YYYY-MM-DD' })
  @IsISO8601({ strict: true }, { message: 'must be a date of the calendar' })
  startDate?: string;

  @ApiPropertyOptional({ description: 'Sealed before this business date.', example: '2026-02-01' })
  @IsOptional()
  @Matches(DATE, { message: 'must be a date YYYY-MM-DD' })
  @IsISO8601({ strict: true }, { message: 'must be a date of the calendar' })
  endDate?: string;
}

export class AggregatedUsageQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Lines of this batch, in their order.', example: '7d0c3f5e9a1b4c2d-1' })
  @IsOptional()
  @IsString()
  @MaxLength(60)
  batchId?: string;

  @ApiPropertyOptional({ description: 'Lines of this account.', example: 'A0000001' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  account?: string;

  @ApiPropertyOptional({ description: 'Lines of this status.', enum: LINE_STATUSES, example: 'COMPLETE' })
  @IsOptional()
  @IsIn(LINE_STATUSES)
  status?: LineStatus;

  @ApiPropertyOptional({ description: 'Lines in ERROR with this code.', example: '1009' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  errorCode?: string;

  @ApiPropertyOptional({ description: 'Lines of this usage type.', example: 'CALL' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  usageType?: string;
}

export class InvoiceLinesQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Invoice lines of this account.', example: 'A0000001' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  account?: string;

  @ApiPropertyOptional({ description: 'Lines of this invoice.', example: 'INV-000001' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  invoiceNo?: string;
}
