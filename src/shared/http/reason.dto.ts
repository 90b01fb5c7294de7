import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';

/** What is asked for with a reason and perhaps more; a module's request DTO extends it with the rest. */
export class ReasonDto {
  @ApiProperty({ description: 'Why: stands in the log for ever.', example: 'The month of January is complete' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(1000)
  reason!: string;
}
