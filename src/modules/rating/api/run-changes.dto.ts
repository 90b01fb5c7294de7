import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { RunMoneyDto } from './rating-runs.dto.js';

export class ByAccountQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Only of this account.', example: 'A0000001' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  account?: string;
}

export class ChargeVersionDto {
  @ApiProperty({ description: 'Net amount at the rating scale.', example: '1.2' })
  amount!: string;

  @ApiProperty({ description: 'ISO 4217.', example: 'EUR' })
  currency!: string;

  @ApiProperty({ description: 'Rated quantity.', example: '60' })
  quantity!: string;

  @ApiProperty({ description: 'The price offer.', example: 'MOBILE_M.STANDARD.MOBILE.EUR' })
  priceOfferId!: string;

  @ApiProperty({ description: 'Version of its price.', example: 2 })
  priceVersion!: number;
}

export class RunChangeDto {
  @ApiProperty({
    description: 'The monetized record: GET /v1/monetized-usage/{id}.',
    example: 'f3b0c44298fc1c149afbf:4:0',
  })
  id!: string;

  @ApiProperty({ description: 'The account.', example: 'A0000001' })
  account!: string;

  @ApiProperty({ description: 'The subscription.', example: 'S0000001' })
  subscription!: string;

  @ApiProperty({ description: 'The service id.', example: '491510000001' })
  serviceId!: string;

  @ApiProperty({ description: 'Usage type as billed.', example: 'CALL' })
  usageType!: string;

  @ApiProperty({ description: 'Usage time.', example: '2026-01-05T10:00:00.000Z' })
  at!: string;

  @ApiProperty({ description: 'Start of its billing cycle.', example: '2026-01-01T00:00:00.000Z' })
  cycleStart!: string;

  @ApiProperty({ description: 'The version it becomes.', example: 2 })
  version!: number;

  @ApiProperty({ description: 'It is charged no more.', example: false })
  withdrawn!: boolean;

  @ApiProperty({
    description: 'As it was; null for a charge that is made for the first time.',
    type: () => ChargeVersionDto,
    nullable: true,
  })
  old!: ChargeVersionDto | null;

  @ApiProperty({ description: 'As it is, or would be.', type: () => ChargeVersionDto })
  new!: ChargeVersionDto;
}

export class RunChangePage {
  @ApiProperty({ type: () => [RunChangeDto] })
  items!: RunChangeDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}

export class MovedBalanceDto {
  @ApiProperty({
    description: "Whose balance it is: a subscription's, one of its service ids', or shared by the account.",
    enum: ['SUBSCRIPTION', 'SERVICE_ID', 'ACCOUNT'],
    example: 'SUBSCRIPTION',
  })
  scope!: string;

  @ApiPropertyOptional({ description: 'Whose balance it is; absent with the scope ACCOUNT.', example: 'S0000001' })
  subscription?: string;

  @ApiPropertyOptional({ description: 'Whose it is, with the scope SERVICE_ID.', example: '491510000001' })
  serviceId?: string;

  @ApiProperty({ description: 'Start of its billing cycle or period.', example: '2026-01-01T00:00:00.000Z' })
  periodStart!: string;

  @ApiProperty({ description: 'What it is.', enum: ['ALLOWANCE', 'ACCUMULATOR'], example: 'ALLOWANCE' })
  kind!: string;

  @ApiProperty({ description: 'Name of the allowance or accumulator.', example: 'FREE_SECONDS' })
  resource!: string;

  @ApiProperty({ description: 'By how much it moves; exact, it may be negative.', example: '-60' })
  by!: string;
}

export class RunAccountDto {
  @ApiProperty({ description: 'The account.', example: 'A0000001' })
  account!: string;

  @ApiProperty({ description: 'Charges that come out otherwise.', example: 4 })
  changes!: number;

  @ApiProperty({ description: 'Of these charges, by currency.', type: () => [RunMoneyDto] })
  money!: RunMoneyDto[];

  @ApiProperty({ description: 'Balances that move.', type: () => [MovedBalanceDto] })
  balances!: MovedBalanceDto[];
}

export class RunAccountPage {
  @ApiProperty({ type: () => [RunAccountDto] })
  items!: RunAccountDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}
