import { ApiProperty } from '@nestjs/swagger';
import { IMPACT_MEANINGS } from '../domain/pricing/explaining/name-impact.js';

/** What a record changes, by one step of its price: as it is tried, and as it is stored. */
export class PriceImpactDto {
  @ApiProperty({ enum: IMPACT_MEANINGS, example: 'USAGE', description: 'Which step of the price it is.' })
  meaning!: string;

  @ApiProperty({
    description: 'What kind of resource it changes.',
    enum: ['PRICE', 'ALLOWANCE', 'ACCUMULATOR'],
    example: 'PRICE',
  })
  offerType!: string;

  @ApiProperty({ example: 'EUR', description: 'The currency, allowance or accumulator that changes.' })
  resource!: string;

  @ApiProperty({ description: 'By how much; an allowance that gives is negative.', example: '66' })
  quantity!: string;

  @ApiProperty({ example: '0.09', nullable: true, type: String, description: 'Price of `per` units.' })
  rate!: string | null;

  @ApiProperty({ description: 'Units the rate is for.', example: '60', nullable: true, type: String })
  per!: string | null;

  @ApiProperty({
    example: '0.099',
    nullable: true,
    type: String,
    description: 'In the currency; offsets are negative.',
  })
  amount!: string | null;

  @ApiProperty({ example: 0, nullable: true, type: Number, description: 'Step of the tiers, from 0.' })
  tier!: number | null;

  @ApiProperty({ example: '0', nullable: true, type: String, description: 'The tier is (tierFrom, tierTo].' })
  tierFrom!: string | null;

  @ApiProperty({ example: '600', nullable: true, type: String, description: 'null = open end.' })
  tierTo!: string | null;

  @ApiProperty({
    description: 'The impact in one sentence.',
    example: '66 seconds in tier 1 (above 0 up to 600) at 0.09 EUR per 60: 0.099 EUR.',
  })
  text!: string;
}
