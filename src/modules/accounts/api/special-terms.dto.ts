import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class CustomRatesVersionDto {
  @ApiProperty({ description: 'From when on it holds.', example: '2027-01-01T00:00:00.000Z' })
  effectiveFrom!: string;

  @ApiProperty({ description: 'First instant after it; null: no end.', example: null, nullable: true, type: String })
  effectiveTo!: string | null;

  @ApiProperty({
    description: 'Steps of the tiers, in the language of prices; null: from here on the offer’s own.',
    nullable: true,
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [{ price: '0.08', per: '60' }],
  })
  steps!: readonly unknown[] | null;
}

export class CustomRatesDto {
  @ApiProperty({
    description: 'Null: all subscriptions of the account; rates of a subscription win over them.',
    nullable: true,
    type: String,
    example: null,
  })
  subscription!: string | null;

  @ApiProperty({ description: 'The price offer.', example: 'MOBILE_M.STANDARD.MOBILE.EUR' })
  priceOfferId!: string;

  @ApiProperty({ description: 'Name of the charge in the price.', example: 'calls' })
  charge!: string;

  @ApiProperty({ description: 'What the feed said, oldest start first.', type: () => [CustomRatesVersionDto] })
  versions!: CustomRatesVersionDto[];
}

export class CustomRatesPage {
  @ApiProperty({ type: () => [CustomRatesDto] })
  items!: CustomRatesDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}

export class CommitmentVersionDto {
  @ApiProperty({ description: 'From when on it holds.', example: '2027-01-01T00:00:00.000Z' })
  effectiveFrom!: string;

  @ApiProperty({ description: 'First instant after it; null: no end.', example: null, nullable: true, type: String })
  effectiveTo!: string | null;

  @ApiProperty({
    description: 'Money of each billing cycle; null: nothing from here on.',
    example: '9500',
    nullable: true,
    type: String,
  })
  amount!: string | null;

  @ApiProperty({ description: 'ISO 4217; null with the amount.', example: 'EUR', nullable: true, type: String })
  currency!: string | null;
}

export class CommitmentDto {
  @ApiProperty({ description: 'The master plan instance.', example: 'S0000001' })
  subscription!: string;

  @ApiProperty({ description: 'Its name among the balances.', example: 'COMMITTED' })
  allowance!: string;

  @ApiProperty({ description: 'What the feed said, oldest start first.', type: () => [CommitmentVersionDto] })
  versions!: CommitmentVersionDto[];
}

export class CommitmentPage {
  @ApiProperty({ type: () => [CommitmentDto] })
  items!: CommitmentDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}
