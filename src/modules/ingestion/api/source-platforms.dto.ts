import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator';
import { COORDINATE, COORDINATE_MESSAGE } from './coordinates.dto.js';

export class CreateSourcePlatformRequest {
  @ApiProperty({ description: 'Its id: part of folders, streams and filters, for ever.', example: 'switch' })
  @Matches(COORDINATE, { message: COORDINATE_MESSAGE })
  sourcePlatform!: string;

  @ApiProperty({ description: 'Its name for people.', example: 'Switch, north' })
  @IsString()
  @Length(1, 200)
  name!: string;

  @ApiPropertyOptional({ description: 'What it sends, and who runs it.', example: 'Hourly call records, by SFTP' })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  description?: string;
}

export class ReasonRequest {
  @ApiProperty({ description: 'Why, for whoever reads the log later.', example: 'The source sends wrong durations' })
  @IsString()
  @Length(1, 1000)
  reason!: string;
}

export class SourcePlatformAnswerDto {
  @ApiProperty({ description: 'The platform.', example: 'switch' })
  sourcePlatform!: string;

  @ApiProperty({ description: 'The command in the log.', example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10' })
  commandId!: string;

  @ApiProperty({ description: 'Log position of its last event.', example: 12 })
  position!: number;
}

export class SourcePlatformDto {
  @ApiProperty({ description: 'The platform.', example: 'switch' })
  sourcePlatform!: string;

  @ApiProperty({ description: 'Its name for people.', example: 'Switch, north' })
  name!: string;

  @ApiPropertyOptional({ description: 'What it sends, and who runs it.', example: 'Hourly call records, by SFTP' })
  description?: string;

  @ApiProperty({ description: 'PAUSED: files arrive and wait.', enum: ['ACTIVE', 'PAUSED'], example: 'ACTIVE' })
  state!: 'ACTIVE' | 'PAUSED';

  @ApiPropertyOptional({ description: 'Why it was paused or resumed last.', example: 'The source is mended' })
  reason?: string;

  @ApiProperty({ description: 'When it was created.', example: '2026-01-31T22:15:03.120Z' })
  createdAt!: string;

  @ApiProperty({ description: 'When it was changed last.', example: '2026-01-31T22:15:03.120Z' })
  changedAt!: string;

  @ApiProperty({ description: 'Who changed it last.', example: 'key:3f9a1c0b7e52' })
  changedBy!: string;
}

export class SourcePlatformPage {
  @ApiProperty({ type: [SourcePlatformDto] })
  items!: SourcePlatformDto[];

  @ApiPropertyOptional({ description: 'Give it as `after` for the next page; absent on the last one.' })
  next?: string;
}
