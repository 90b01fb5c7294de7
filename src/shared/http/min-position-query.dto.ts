import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Min } from 'class-validator';

/** Of a read that follows a command: it answers with what the command did. */
export class MinPositionQuery {
  @ApiPropertyOptional({
    description: 'Answer only once the read model has seen this log position; 503 after 5 s.',
    example: 1,
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  minPosition?: number;
}
