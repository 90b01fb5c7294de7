import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** What every list takes; a module's list DTO extends it with its filters. */
export class ListQuery {
  @ApiPropertyOptional({
    description: 'Items per page, 1 to 1000.',
    type: 'integer',
    default: 50,
    minimum: 1,
    maximum: 1000,
    example: 50,
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit = 50;

  @ApiPropertyOptional({ description: 'The `next` of the page before; bound to the same filters and sort.' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  after?: string;

  @ApiPropertyOptional({
    description:
      'Answer only once the read model has seen this log position (the `position` of a command answer); 503 after 5 s.',
    example: 1,
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  minPosition?: number;
}
