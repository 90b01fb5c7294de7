import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class HealthDto {
  @ApiProperty({ description: '`ok`, `degraded` (serving, but look at it) or `error`.', example: 'ok' })
  status!: string;

  @ApiPropertyOptional({
    description: 'The parts that are well.',
    type: 'object',
    additionalProperties: true,
    example: { log: { status: 'up', head: 1234 } },
  })
  info?: Record<string, unknown>;

  @ApiPropertyOptional({
    description: 'The parts that are not.',
    type: 'object',
    additionalProperties: true,
    example: {},
  })
  error?: Record<string, unknown>;

  @ApiProperty({
    description: 'Every part, by name.',
    type: 'object',
    additionalProperties: true,
    example: { log: { status: 'up', head: 1234 }, projections: { status: 'up', behind: 0 } },
  })
  details!: Record<string, unknown>;
}
