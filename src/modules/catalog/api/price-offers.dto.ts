import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsDefined, IsIn, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { PRICE_OFFER_STATUSES, type PriceOfferStatus } from '../projections/catalog.collections.js';

const PRICING_EXAMPLE = {
  currency: 'EUR',
  select: 'FIRST',
  grants: [{ allowance: 'FREE_SECONDS', quantity: '6000', unit: 'seconds', per: 'CYCLE' }],
  charges: [
    {
      name: 'calls',
      when: { usageType: 'CALL' },
      measure: 'seconds',
      increments: { first: '60', next: '6' },
      tiers: { by: 'QUANTITY', scope: 'GRADUATED', steps: [{ price: '0.09', per: '60' }] },
      allowances: ['FREE_SECONDS'],
    },
  ],
};

/** A price, and a correction of it: the rate was too high, and a fee for every billing cycle was forgotten. */
export const PUT_PRICING_EXAMPLES = {
  launch: {
    summary: '1. Calls by the second after a minute',
    value: { effectiveFrom: '2026-01-01T00:00:00Z', pricing: PRICING_EXAMPLE, reason: 'Launch price list' },
  },
  correction: {
    summary: '2. The same corrected, from the same instant on; then POST /v1/rerates',
    value: {
      effectiveFrom: '2026-01-01T00:00:00Z',
      pricing: {
        ...PRICING_EXAMPLE,
        charges: [
          ...PRICING_EXAMPLE.charges.map((charge) => ({
            ...charge,
            tiers: { ...charge.tiers, steps: [{ price: '0.06', per: '60' }] },
          })),
          {
            name: 'monthly fee',
            on: 'CYCLE_START',
            measure: 'units',
            tiers: { by: 'QUANTITY', scope: 'GRADUATED', steps: [{ price: '4.90' }] },
          },
        ],
      },
      reason: 'The rate was entered too high, and the monthly fee was forgotten',
    },
  },
};

export class PriceOffersQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Exactly this plan.', example: 'MOBILE_M' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  plan?: string;

  @ApiPropertyOptional({ description: 'Exactly this service.', example: 'MOBILE' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  service?: string;

  @ApiPropertyOptional({
    description: 'SHELL: waits for its price. PRICED: has one.',
    enum: PRICE_OFFER_STATUSES,
    example: 'SHELL',
  })
  @IsOptional()
  @IsIn(PRICE_OFFER_STATUSES)
  status?: PriceOfferStatus;

  @ApiPropertyOptional({ description: 'The id contains this, ignoring case.', example: 'mobile' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  name?: string;
}

export class PutPricingRequest {
  @ApiProperty({
    description: 'Usage from this instant on is priced with it, until a version that starts later.',
    example: '2026-01-01T00:00:00Z',
  })
  @IsString()
  @MaxLength(40)
  effectiveFrom!: string;

  @ApiProperty({
    description:
      'In the language of prices: the currency of the offer, how charges are selected, what is granted per cycle, and the charges with their measures, increments, tiers, allowances and accumulators. Everything wrong with it is named at once.',
    type: 'object',
    additionalProperties: true,
    example: PRICING_EXAMPLE,
  })
  @IsDefined()
  pricing!: unknown;

  @ApiProperty({ description: 'Why: stands in the log for ever.', example: 'Launch price list' })
  @IsString()
  @Length(1, 1000)
  reason!: string;
}

export class PricingAnswerDto {
  @ApiProperty({ description: 'The offer.', example: 'MOBILE_M.STANDARD.MOBILE.EUR' })
  priceOfferId!: string;

  @ApiProperty({ description: 'The version that was made, from 1; also the ETag.', example: 1 })
  version!: number;

  @ApiProperty({ description: 'From when on it prices usage.', example: '2026-01-01T00:00:00.000Z' })
  effectiveFrom!: string;

  @ApiProperty({ description: 'The recorded command.', example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10' })
  commandId!: string;

  @ApiProperty({ description: 'Log position, for `minPosition` of a read.', example: 4711 })
  position!: number;
}

export class PriceOfferDto {
  @ApiProperty({
    description: '`<plan>.<rateSchedule>.<service>.<currency>`',
    example: 'MOBILE_M.STANDARD.MOBILE.EUR',
  })
  priceOfferId!: string;

  @ApiProperty({ description: 'The plan.', example: 'MOBILE_M' })
  plan!: string;

  @ApiProperty({ description: 'The rate schedule of the plan.', example: 'STANDARD' })
  rateSchedule!: string;

  @ApiProperty({ description: 'The service.', example: 'MOBILE' })
  service!: string;

  @ApiProperty({ description: 'ISO 4217.', example: 'EUR' })
  currency!: string;

  @ApiProperty({ description: 'SHELL until a price is put.', enum: PRICE_OFFER_STATUSES, example: 'PRICED' })
  status!: PriceOfferStatus;

  @ApiProperty({ description: 'Of its newest price; 0 for a shell.', example: 1 })
  version!: number;

  @ApiProperty({ description: 'When the offer begins.', example: '2026-01-01T00:00:00.000Z' })
  effectiveFrom!: string;

  @ApiProperty({
    description: 'When its newest price was put; null for a shell.',
    example: '2026-01-05T09:00:00.000Z',
    nullable: true,
    type: String,
  })
  pricedAt!: string | null;
}

export class PriceOfferPage {
  @ApiProperty({ type: () => [PriceOfferDto] })
  items!: PriceOfferDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}

export class PriceVersionDto {
  @ApiProperty({ description: 'From 1.', example: 1 })
  version!: number;

  @ApiProperty({ description: 'From when on it prices usage.', example: '2026-01-01T00:00:00.000Z' })
  effectiveFrom!: string;

  @ApiProperty({
    description: 'The price, in the language of prices.',
    type: 'object',
    additionalProperties: true,
    example: PRICING_EXAMPLE,
  })
  pricing!: unknown;

  @ApiProperty({ description: 'Why it was put.', example: 'Launch price list' })
  reason!: string;

  @ApiProperty({ description: 'Who put it.', example: 'key:3f9a1c0b7e52' })
  actor!: string;

  @ApiProperty({
    description: 'By which command.',
    example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10',
    nullable: true,
    type: String,
  })
  commandId!: string | null;

  @ApiProperty({ description: 'When it was put.', example: '2026-01-05T09:00:00.000Z' })
  putAt!: string;
}

export class PriceOfferDetailsDto extends PriceOfferDto {
  @ApiProperty({ description: 'Every version of its price, newest first.', type: () => [PriceVersionDto] })
  versions!: PriceVersionDto[];
}
