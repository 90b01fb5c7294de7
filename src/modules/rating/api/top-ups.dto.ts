import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { ListQuery } from '../../../shared/http/list-query.dto.js';

export class TopUpsQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Only of this subscription.', example: 'S0000001' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  subscription?: string;
}

export class TopUpDto {
  @ApiProperty({ description: 'Of the payment; unique.', example: 'PAY-0000001' })
  reference!: string;

  @ApiProperty({ description: 'Whose prepaid usage it pays.', example: 'S0000001' })
  subscription!: string;

  @ApiProperty({ description: 'A currency, or an allowance.', example: 'EUR' })
  resource!: string;

  @ApiProperty({ description: 'What was paid in.', example: '20' })
  quantity!: string;

  @ApiProperty({ description: 'What prepaid usage has taken of it, as rated so far.', example: '0' })
  used!: string;

  @ApiProperty({ description: 'The rest; gone once it has expired.', example: '20' })
  left!: string;

  @ApiProperty({ description: 'First usage time it pays.', example: '2026-01-01T00:00:00.000Z' })
  effectiveFrom!: string;

  @ApiProperty({
    description: 'First usage time it does not pay any more; null: none.',
    example: null,
    nullable: true,
    type: String,
  })
  expires!: string | null;
}

export class TopUpPage {
  @ApiProperty({ type: () => [TopUpDto] })
  items!: TopUpDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last.', example: 'WyJhYmMiLDEyLDNd' })
  next?: string;
}
