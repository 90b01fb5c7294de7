import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { IsInstant } from '../../../../shared/http/is-instant.js';
import { ListQuery } from '../../../../shared/http/list-query.dto.js';

export class PrefixesQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'The prefix begins with this.', example: '44' })
  @IsOptional()
  @IsString()
  @MaxLength(20)
  prefix?: string;

  @ApiPropertyOptional({ description: 'Of exactly this zone.', example: 'UK_MOBILE' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  zone?: string;
}

export class PrefixDto {
  @ApiProperty({ description: 'With a star a prefix, without one a whole number.', example: '447*' })
  prefix!: string;

  @ApiProperty({ description: 'Its zone.', example: 'UK_MOBILE' })
  zone!: string;
}

export class PrefixPage {
  @ApiProperty({ type: () => [PrefixDto] })
  items!: PrefixDto[];

  @ApiPropertyOptional()
  next?: string;
}

class AtQuery {
  @ApiPropertyOptional({
    description: 'At this usage time, RFC 3339; now when absent.',
    example: '2026-02-02T09:30:00Z',
  })
  @IsOptional()
  @IsInstant()
  at?: string;
}

export class ZoneLookupQuery extends AtQuery {
  @ApiProperty({
    description: 'What the attribute of a record says: a number, or the place of departure.',
    example: '447700900123',
  })
  @IsOptional()
  @IsString()
  @Length(1, 100)
  value?: string;

  @ApiPropertyOptional({ description: 'With distances: the place of arrival.', example: 'HAMBURG' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  to?: string;
}

export class ZoneLookupDto {
  @ApiProperty({
    description: 'The zone; null when there is none.',
    example: 'UK_MOBILE',
    nullable: true,
    type: String,
  })
  zone!: string | null;
}

export class TimeLookupQuery extends AtQuery {
  @ApiPropertyOptional({ description: 'With RECORD: the zone or offset that the record says.', example: '+02:00' })
  @IsOptional()
  @IsString()
  @MaxLength(60)
  zone?: string;
}

export class TimeLookupDto {
  @ApiProperty({
    description: 'What time it is; null when the zone of the record is needed and is none.',
    example: 'PEAK',
    nullable: true,
    type: String,
  })
  time!: string | null;
}
