import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { ListQuery } from '../../../../shared/http/list-query.dto.js';
import { BlockVersionDto } from './block.dtos.js';

const VALUE = [{ type: 'string' }, { type: 'boolean' }, { type: 'number' }];

export class PropertiesQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Of exactly this category.', example: 'RATING' })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  category?: string;
}

export class SetPropertyDto {
  @ApiProperty({ description: 'Its value.', oneOf: VALUE, example: 'Europe/Berlin' })
  value!: string | boolean | number;

  @ApiPropertyOptional({
    description: 'From when on it holds; for ever when absent, of a later value from now on.',
    example: '2026-01-01T00:00:00Z',
  })
  effectiveFrom?: string;

  @ApiProperty({ description: 'Why: stands in the log for ever.', example: 'Where we sell' })
  reason!: string;
}

export class SystemPropertyDto {
  @ApiProperty({ description: 'Its name.', example: 'timeZone' })
  id!: string;

  @ApiProperty({ description: 'What it is about.', example: 'TIME' })
  category!: string;

  @ApiProperty({ description: 'What reads it, and for what.', example: 'The zone of the tenant’s wall clock.' })
  description!: string;

  @ApiProperty({
    description: 'What holds now, the fallback included; null: nothing.',
    oneOf: VALUE,
    nullable: true,
    example: 'Europe/Berlin',
  })
  value!: string | boolean | number | null;

  @ApiProperty({
    description: 'What holds while it is not set; null: nothing.',
    oneOf: VALUE,
    nullable: true,
    example: null,
  })
  fallback!: string | boolean | number | null;

  @ApiProperty({ description: '0 while it was never set.', type: 'integer', example: 1 })
  version!: number;
}

export class SystemPropertyPage {
  @ApiProperty({ type: () => [SystemPropertyDto] })
  items!: SystemPropertyDto[];

  @ApiPropertyOptional()
  next?: string;
}

export class SystemPropertyDetailsDto extends SystemPropertyDto {
  @ApiProperty({ description: 'Every value it had, newest first.', type: () => [BlockVersionDto] })
  versions!: BlockVersionDto[];
}
