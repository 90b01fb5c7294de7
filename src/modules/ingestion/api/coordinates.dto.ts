import { ApiProperty } from '@nestjs/swagger';
import { IsIn, Matches } from 'class-validator';
import { USAGE_RECORD_TYPES, type UsageRecordType } from '../domain/events.js';
import { COORDINATE_RULE } from '../domain/streams.js';

export const COORDINATE = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/;
export const COORDINATE_MESSAGE = `must be ${COORDINATE_RULE}`;

/** The three mandatory coordinates of usage. */
export class CoordinatesDto {
  @ApiProperty({ description: 'The sending system.', example: 'switch' })
  @Matches(COORDINATE, { message: COORDINATE_MESSAGE })
  sourcePlatform!: string;

  @ApiProperty({ description: 'Grouping of services, such as VOICE, SMS, DATA, TOKENS.', example: 'VOICE' })
  @Matches(COORDINATE, { message: COORDINATE_MESSAGE })
  serviceType!: string;

  @ApiProperty({ description: 'What the records are to us.', enum: USAGE_RECORD_TYPES, example: 'POSTPAID' })
  @IsIn(USAGE_RECORD_TYPES)
  usageRecordType!: UsageRecordType;
}
