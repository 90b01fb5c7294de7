import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { ACTIONS, type Action } from '../domain/configuration-change.js';

const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const DATE_MESSAGE = { message: 'must be a date such as 2026-01-31' };

export class UserActivitiesQuery extends ListQuery {
  @ApiPropertyOptional({
    description:
      'Of exactly this kind: a kind of building block, PRICE, MAPPING, SOURCE_PLATFORM, JOB_SCHEDULE, API_KEY.',
    example: 'ZONE_UNIT',
  })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  object?: string;

  @ApiPropertyOptional({ description: 'Its id contains this, ignoring case.', example: 'destin' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  id?: string;

  @ApiPropertyOptional({ description: 'What was done.', enum: ACTIONS, example: 'DEFINED' })
  @IsOptional()
  @IsIn(ACTIONS)
  action?: Action;

  @ApiPropertyOptional({ description: 'Who did it.', example: 'key:3f9a1c0b7e52' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  actor?: string;

  @ApiPropertyOptional({ description: 'From 00:00 of this date on.', example: '2026-01-01' })
  @IsOptional()
  @Matches(DATE, DATE_MESSAGE)
  startDate?: string;

  @ApiPropertyOptional({ description: 'Before 00:00 of this date.', example: '2027-01-01' })
  @IsOptional()
  @Matches(DATE, DATE_MESSAGE)
  endDate?: string;
}

export class UserActivityDto {
  @ApiProperty({ description: 'The log position of its event.', example: '900001' })
  activityId!: string;

  @ApiProperty({ description: 'What kind of thing was changed.', example: 'ZONE_UNIT' })
  object!: string;

  @ApiProperty({ description: 'Which one.', example: 'DESTINATIONS' })
  id!: string;

  @ApiProperty({ description: 'What was done.', enum: ACTIONS, example: 'DEFINED' })
  action!: Action;

  @ApiProperty({ description: 'Who did it.', example: 'key:3f9a1c0b7e52' })
  actor!: string;

  @ApiProperty({
    description: 'By which command.',
    example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10',
    nullable: true,
    type: String,
  })
  commandId!: string | null;

  @ApiProperty({ description: 'Why, where one is asked for.', example: 'Launch', nullable: true, type: String })
  reason!: string | null;

  @ApiProperty({ description: 'When.', example: '2026-01-31T22:15:00.000Z' })
  at!: string;
}

export class UserActivityPage {
  @ApiProperty({ type: () => [UserActivityDto] })
  items!: UserActivityDto[];

  @ApiPropertyOptional()
  next?: string;
}

export class UserActivityDetailsDto extends UserActivityDto {
  @ApiProperty({
    description: 'What it was before; null when it was not there.',
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: null,
  })
  before!: unknown;

  @ApiProperty({
    description: 'What it became; null when it was removed.',
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { name: 'Called networks', kind: 'PREFIX', attribute: 'to', prefixCount: 5 },
  })
  after!: unknown;
}
