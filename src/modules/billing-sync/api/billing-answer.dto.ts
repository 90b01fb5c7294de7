import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AGGREGATION_STATUSES, BATCH_STATUSES, LINE_STATUSES } from '../projections/collections.js';

const NEXT = { description: 'Cursor of the next page; absent on the last one.' };

export class RevisionRangeDto {
  @ApiProperty({ description: 'Rating partition.', example: 3 }) partition!: number;
  @ApiProperty({ description: 'First revision of its rating stream in the run.', example: 42 }) from!: number;
  @ApiProperty({ description: 'Last one, inclusive.', example: 57 }) to!: number;
}

export class AggregationTotalDto {
  @ApiProperty({ description: 'ISO 4217.', example: 'EUR' }) currency!: string;
  @ApiProperty({ description: 'Sum of the monetized records, exact.', example: '1234.5678' }) monetized!: string;
  @ApiProperty({ description: 'Sum of the lines as sent.', example: '1234.56' }) lines!: string;
  @ApiProperty({ description: 'Rounding rests carried in from earlier runs.', example: '0.001' })
  residualBefore!: string;
  @ApiProperty({
    description: 'Rounding rests carried on. monetized = lines + residualAfter - residualBefore.',
    example: '0.0088',
  })
  residualAfter!: string;
}

export class AggregationDto {
  @ApiProperty({ description: 'The run.', example: '7d0c3f5e9a1b4c2d' }) runId!: string;
  @ApiProperty({
    description: 'FAILED: its totals did not agree, nothing of it is sent.',
    enum: AGGREGATION_STATUSES,
    example: 'COMPLETED',
  })
  status!: string;
  @ApiProperty({ description: 'Why.', example: 'End of the business day' }) reason!: string;
  @ApiProperty({ description: 'Who.', example: 'key:3f9a1c0b7e52' }) actor!: string;
  @ApiProperty({ description: 'When it was asked for.', example: '2026-02-01T08:00:00.000Z' }) requestedAt!: string;
  @ApiProperty({ description: 'When it ended.', example: '2026-02-01T08:00:01.000Z', nullable: true, type: String })
  finishedAt!: string | null;
  @ApiProperty({ description: 'What of the rating streams is in it.', type: () => [RevisionRangeDto] })
  window!: RevisionRangeDto[];
  @ApiProperty({ description: 'Batches it sealed.', example: 8 }) batches!: number;
  @ApiProperty({ description: 'Lines in them.', example: 412 }) lines!: number;
  @ApiProperty({ description: 'Rows in the lines: monetized records, and corrections of such.', example: 20000 })
  records!: number;
  @ApiProperty({ description: 'By currency.', type: () => [AggregationTotalDto] }) totals!: AggregationTotalDto[];
  @ApiProperty({ description: 'Why it failed.', example: null, nullable: true, type: String }) code!: string | null;
  @ApiProperty({ description: 'What did not agree.', example: null, nullable: true, type: String }) message!:
    string | null;
}

export class AggregationPage {
  @ApiProperty({ type: () => [AggregationDto] }) items!: AggregationDto[];
  @ApiPropertyOptional(NEXT) next?: string;
}

export class AggregationConfigDto {
  @ApiProperty({
    description:
      'Records that agree in all of these make one line. Qualifiers 1 to 4 join the key once a mapping fills them.',
    example: ['account', 'currency', 'subscription', 'usageType', 'rateSchedule'],
    type: [String],
  })
  key!: readonly string[];
  @ApiProperty({ description: 'Lines per batch at most.', example: 1000 }) batchSize!: number;
  @ApiProperty({ description: 'How often: by request and by the daily job.', example: 'ON_DEMAND' }) frequency!: string;
  @ApiProperty({ description: 'Decimals of a line, by currency: the minor unit.', example: 'MINOR_UNIT' })
  rounding!: string;
}

export class BatchDto {
  @ApiProperty({ description: 'The batch.', example: '7d0c3f5e9a1b4c2d-1' }) batchId!: string;
  @ApiProperty({ description: 'The run that sealed it.', example: '7d0c3f5e9a1b4c2d' }) runId!: string;
  @ApiProperty({ description: 'Rating partition of its accounts.', example: 3 }) partition!: number;
  @ApiProperty({
    description: 'INCOMPLETE: a call is under way. IN_DOUBT: sent, answer never seen. IGNORED: sealed by a failed run.',
    enum: BATCH_STATUSES,
    example: 'ERROR',
  })
  status!: string;
  @ApiProperty({ description: 'When it was sealed.', example: '2026-02-01T08:00:00.000Z' }) sealedAt!: string;
  @ApiProperty({ description: 'Earliest usage in it.', example: '2026-01-31T00:00:12.000Z' }) windowStart!: string;
  @ApiProperty({ description: 'Latest usage in it.', example: '2026-01-31T23:59:40.000Z' }) windowEnd!: string;
  @ApiProperty({ description: 'Lines.', example: 412 }) total!: number;
  @ApiProperty({ description: 'Acknowledged by the billing system.', example: 400 }) completed!: number;
  @ApiProperty({ description: 'Refused by it.', example: 12 }) error!: number;
  @ApiProperty({ description: 'Not sent yet, or offered again.', example: 0 }) pending!: number;
  @ApiProperty({ description: 'Sent, answer never seen.', example: 0 }) inDoubt!: number;
  @ApiProperty({ description: 'Found on invoices.', example: 0 }) invoiced!: number;
  @ApiProperty({ description: 'Rows in the lines: monetized records, and corrections of such.', example: 20000 })
  records!: number;
  @ApiProperty({ description: 'Sum of the lines by currency.', example: { EUR: '1234.56' }, type: Object })
  money!: Readonly<Record<string, string>>;
  @ApiProperty({ description: 'Calls made.', example: 1 }) attempts!: number;
  @ApiProperty({
    description: 'When the last one was made.',
    example: '2026-02-01T08:00:01.000Z',
    nullable: true,
    type: String,
  })
  lastAttemptAt!: string | null;
  @ApiProperty({
    description: 'client_receipt_id of the last call.',
    example: '7d0c3f5e9a1b4c2d-1-a1',
    nullable: true,
    type: String,
  })
  receiptId!: string | null;
  @ApiProperty({ description: 'Trouble of the last call as a whole.', example: null, nullable: true, type: String })
  errorCode!: string | null;
  @ApiProperty({ description: 'In words.', example: null, nullable: true, type: String }) errorMessage!: string | null;
  @ApiProperty({ description: 'Log position of its seal.', example: 4711 }) sealedPosition!: number;
}

export class BatchPage {
  @ApiProperty({ type: () => [BatchDto] }) items!: BatchDto[];
  @ApiPropertyOptional(NEXT) next?: string;
}

export class BatchErrorDto {
  @ApiProperty({ description: 'Code of the billing system, or ours for a call that failed.', example: '1009' })
  errorCode!: string;
  @ApiProperty({ description: 'ERROR or IN_DOUBT.', example: 'ERROR' }) status!: string;
  @ApiProperty({ description: 'Lines.', example: 12 }) count!: number;
  @ApiProperty({ description: 'Of the first of them.', example: 'account not found: A0000001' }) message!: string;
}

export class BatchErrorsDto {
  @ApiProperty({ description: 'The batch.', example: '7d0c3f5e9a1b4c2d-1' }) batchId!: string;
  @ApiProperty({ type: () => [BatchErrorDto] }) items!: readonly BatchErrorDto[];
}

export class AggregatedUsageDto {
  @ApiProperty({ description: 'The line: sent as client_record_id.', example: '7d0c3f5e9a1b4c2d-1-1' })
  lineId!: string;
  @ApiProperty({ description: 'Its batch.', example: '7d0c3f5e9a1b4c2d-1' }) batchId!: string;
  @ApiProperty({ description: 'Its run.', example: '7d0c3f5e9a1b4c2d' }) runId!: string;
  @ApiProperty({ description: 'Account.', example: 'A0000001' }) account!: string;
  @ApiProperty({ description: 'Master plan instance.', example: 'S0000001' }) subscription!: string;
  @ApiProperty({ description: 'Usage type.', example: 'CALL' }) usageType!: string;
  @ApiProperty({ description: 'Rate schedule.', example: 'STANDARD' }) rateSchedule!: string;
  @ApiProperty({ description: 'Summed quantity; negative for a credit.', example: '4711' }) quantity!: string;
  @ApiProperty({ description: 'Rows it is made of: monetized records, and corrections of such.', example: 93 })
  records!: number;
  @ApiProperty({ description: 'Amount as sent, rounded once; negative for a credit.', example: '12.34' })
  amount!: string;
  @ApiProperty({ description: 'ISO 4217.', example: 'EUR' }) currency!: string;
  @ApiProperty({ description: 'Exact sum of its rows.', example: '12.3366' }) exact!: string;
  @ApiProperty({
    description: 'Carried in from the line before. exact + this = amount + residualAfter.',
    example: '0.0019',
  })
  residualBefore!: string;
  @ApiProperty({ description: 'Carried on to the next line.', example: '-0.0015' }) residualAfter!: string;
  @ApiProperty({ description: 'Earliest usage.', example: '2026-01-31T00:00:12.000Z' }) firstAt!: string;
  @ApiProperty({ description: 'Latest usage.', example: '2026-01-31T23:59:40.000Z' }) lastAt!: string;
  @ApiProperty({ description: 'Where it stands.', enum: LINE_STATUSES, example: 'COMPLETE' }) status!: string;
  @ApiProperty({ description: 'Why it is in ERROR.', example: null, nullable: true, type: String }) errorCode!:
    string | null;
  @ApiProperty({ description: 'In words.', example: null, nullable: true, type: String }) errorMessage!: string | null;
  @ApiProperty({ description: 'Its invoice, once it is known.', example: 'INV-000001', nullable: true, type: String })
  invoiceNo!: string | null;
  @ApiProperty({ description: 'The line of the invoice.', example: 1, nullable: true, type: Number })
  invoiceLineNo!: number | null;
}

export class AggregatedUsagePage {
  @ApiProperty({ type: () => [AggregatedUsageDto] }) items!: AggregatedUsageDto[];
  @ApiPropertyOptional(NEXT) next?: string;
}

export class InvoiceLineDto {
  @ApiProperty({ description: 'The invoice.', example: 'INV-000001' }) invoiceNo!: string;
  @ApiProperty({ description: 'The line of it.', example: 1 }) invoiceLineNo!: number;
  @ApiProperty({ description: 'Account.', example: 'A0000001' }) account!: string;
  @ApiProperty({ description: 'What was invoiced for our lines in it.', example: '12.34' }) amount!: string;
  @ApiProperty({ description: 'ISO 4217.', example: 'EUR' }) currency!: string;
  @ApiProperty({ description: 'How many of our lines are in it.', example: 1 }) lines!: number;
  @ApiProperty({ description: 'When we learnt of it.', example: '2026-02-01T08:05:00.000Z' }) notedAt!: string;
}

export class InvoiceLinePage {
  @ApiProperty({ type: () => [InvoiceLineDto] }) items!: InvoiceLineDto[];
  @ApiPropertyOptional(NEXT) next?: string;
}

export class InvoicedLineDto {
  @ApiProperty({ description: 'Our line.', example: '7d0c3f5e9a1b4c2d-1-1' }) lineId!: string;
  @ApiProperty({ description: 'What was invoiced for it.', example: '12.34' }) amount!: string;
  @ApiProperty({ description: 'ISO 4217.', example: 'EUR' }) currency!: string;
  @ApiProperty({ description: 'How we learnt of it.', enum: ['POLL', 'WEBHOOK'], example: 'POLL' }) by!: string;
}

export class InvoiceLineWithLinesDto extends InvoiceLineDto {
  @ApiProperty({ description: 'Our lines in it; the first 1,000.', type: () => [InvoicedLineDto] })
  ourLines!: InvoicedLineDto[];
}

export class UnmatchedInvoiceLineDto {
  @ApiProperty({ description: 'As the billing system named it.', example: 'someone-elses-line' }) lineId!: string;
  @ApiProperty({ description: 'The invoice.', example: 'INV-000001' }) invoiceNo!: string;
  @ApiProperty({ description: 'The line of it.', example: 1 }) invoiceLineNo!: number;
  @ApiProperty({ description: 'Amount.', example: '12.34' }) amount!: string;
  @ApiProperty({ description: 'ISO 4217.', example: 'EUR' }) currency!: string;
  @ApiProperty({ description: 'Why it fits none of ours.', example: 'UNKNOWN_LINE' }) why!: string;
  @ApiProperty({ description: 'How we learnt of it.', example: 'WEBHOOK' }) by!: string;
  @ApiProperty({ description: 'When.', example: '2026-02-01T08:05:00.000Z' }) notedAt!: string;
}

export class UnmatchedInvoiceLinePage {
  @ApiProperty({ type: () => [UnmatchedInvoiceLineDto] }) items!: UnmatchedInvoiceLineDto[];
  @ApiPropertyOptional(NEXT) next?: string;
}
