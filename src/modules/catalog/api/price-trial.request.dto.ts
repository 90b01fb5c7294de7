import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsDefined,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsTimeZone,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsInstant } from '../../../shared/http/is-instant.js';

const TRIED_PRICING = {
  currency: 'EUR',
  grants: [{ allowance: 'FREE_SECONDS', quantity: '60', unit: 'seconds' }],
  spend: { maximum: '25.00' },
  charges: [
    {
      name: 'national calls',
      when: { usageType: 'CALL', attributes: { network: 'NATIONAL' } },
      measure: 'seconds',
      increments: { first: '60', next: '6' },
      tiers: {
        by: 'BALANCE',
        accumulator: 'TALKED',
        steps: [
          { upTo: '600', price: '0.09', per: '60' },
          { price: '0.05', per: '60' },
        ],
      },
      allowances: ['FREE_SECONDS'],
      accumulators: ['TALKED'],
    },
    {
      name: 'calls abroad',
      when: { usageType: 'CALL' },
      measure: 'seconds',
      fixed: '0.10',
      tiers: { by: 'QUANTITY', steps: [{ price: '0.30', per: '60' }] },
    },
  ],
};
const TRIED_RECORDS = [
  { usageType: 'CALL', at: '2026-01-10T09:00:00Z', quantities: { seconds: '61' }, attributes: { network: 'NATIONAL' } },
  {
    usageType: 'CALL',
    at: '2026-01-10T10:00:00Z',
    quantities: { seconds: '900' },
    attributes: { network: 'NATIONAL' },
  },
  { usageType: 'CALL', at: '2026-01-11T09:00:00Z', quantities: { seconds: '120' }, attributes: { network: 'ABROAD' } },
];

export class TriedRecordRequest {
  @ApiProperty({ description: 'Usage type.', example: 'CALL' })
  @IsString()
  @Length(1, 100)
  usageType!: string;

  @ApiProperty({ description: 'Usage time: when it began.', example: '2026-01-10T09:00:00Z' })
  @IsInstant()
  at!: string;

  @ApiPropertyOptional({ description: 'Whose meter it reads; the same for all when absent.', example: '491510000001' })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  serviceId?: string;

  @ApiPropertyOptional({
    description: 'Exact decimals, as text, by name.',
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { seconds: '61' },
  })
  @IsOptional()
  @IsObject()
  quantities?: Record<string, unknown>;

  @ApiPropertyOptional({
    description: 'Texts by name.',
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { network: 'NATIONAL' },
  })
  @IsOptional()
  @IsObject()
  attributes?: Record<string, unknown>;
}

export class TryPricingRequest {
  @ApiProperty({
    description: 'In the language of prices.',
    type: 'object',
    additionalProperties: true,
    example: TRIED_PRICING,
  })
  @IsDefined()
  pricing!: unknown;

  @ApiProperty({
    description: 'Usage of one subscription, in the order in which it is rated.',
    type: () => [TriedRecordRequest],
    example: TRIED_RECORDS,
  })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(500)
  @ValidateNested({ each: true })
  @Type(() => TriedRecordRequest)
  records!: TriedRecordRequest[];

  @ApiPropertyOptional({ description: 'Day of the month at which billing cycles begin.', example: 1, default: 1 })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(31)
  billingDay?: number;

  @ApiPropertyOptional({ description: 'Zone of the billing cycles.', example: 'Europe/Berlin', default: 'UTC' })
  @IsOptional()
  @IsTimeZone()
  @MaxLength(64)
  timeZone?: string;

  @ApiPropertyOptional({
    description: 'Accumulators in the cycle of the first record, before it.',
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { TALKED: '300' },
  })
  @IsOptional()
  @IsObject()
  accumulators?: Record<string, unknown>;

  @ApiPropertyOptional({
    description: 'Allowances in the cycle of the first record, before it; what is named is not granted again.',
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { FREE_SECONDS: '60' },
  })
  @IsOptional()
  @IsObject()
  allowances?: Record<string, unknown>;
}
