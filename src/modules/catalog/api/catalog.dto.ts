import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { ListQuery } from '../../../shared/http/list-query.dto.js';

export class CatalogObjectsQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'The name contains this, ignoring case.', example: 'mobile' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  name?: string;
}

export class RateSchedulesQuery extends CatalogObjectsQuery {
  @ApiPropertyOptional({ description: 'Of exactly this plan.', example: 'MOBILE_M' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  plan?: string;
}

/** A version of what the feed said. */
class VersionDto {
  @ApiProperty({ description: 'From when on it holds.', example: '2026-01-01T00:00:00.000Z' })
  effectiveFrom!: string;

  @ApiProperty({ description: 'Its name.', example: 'Mobile call' })
  name!: string;
}

export class ServiceVersionDto extends VersionDto {
  @ApiProperty({ description: 'Grouping of services.', example: 'MOBILE' })
  serviceType!: string;

  @ApiProperty({ description: 'What can be used with it.', example: ['CALL', 'MESSAGE'] })
  usageTypes!: string[];
}

export class ServiceDto {
  @ApiProperty({ description: 'Its code.', example: 'MOBILE' })
  service!: string;

  @ApiProperty({ description: 'What the feed said, oldest start first.', type: () => [ServiceVersionDto] })
  versions!: ServiceVersionDto[];
}

export class ServicePage {
  @ApiProperty({ type: () => [ServiceDto] })
  items!: ServiceDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}

export class PlanVersionDto extends VersionDto {}

export class PlanDto {
  @ApiProperty({ description: 'Its code.', example: 'MOBILE_M' })
  plan!: string;

  @ApiProperty({ description: 'What the feed said, oldest start first.', type: () => [PlanVersionDto] })
  versions!: PlanVersionDto[];
}

export class PlanPage {
  @ApiProperty({ type: () => [PlanDto] })
  items!: PlanDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}

export class RateScheduleVersionDto extends VersionDto {
  @ApiProperty({ description: 'ISO 4217.', example: 'EUR' })
  currency!: string;
}

export class RateScheduleDto {
  @ApiProperty({ description: 'Its plan.', example: 'MOBILE_M' })
  plan!: string;

  @ApiProperty({ description: 'Its code within the plan.', example: 'STANDARD' })
  rateSchedule!: string;

  @ApiProperty({ description: 'What the feed said, oldest start first.', type: () => [RateScheduleVersionDto] })
  versions!: RateScheduleVersionDto[];
}

export class RateSchedulePage {
  @ApiProperty({ type: () => [RateScheduleDto] })
  items!: RateScheduleDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}
