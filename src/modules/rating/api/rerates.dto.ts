import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { IsInstant } from '../../../shared/http/is-instant.js';
import { ReasonDto } from '../../../shared/http/reason.dto.js';
import { RunDto, RunStatusQuery } from './rating-runs.dto.js';

export const RERATE_MODES = ['PREVIEW', 'COMMIT'] as const;
export type RerateMode = (typeof RERATE_MODES)[number];

export class RerateSelectionDto {
  @ApiPropertyOptional({ description: 'Records of these accounts; at most 10,000.', example: ['A0000001'] })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10_000)
  @IsString({ each: true })
  @IsNotEmpty({ each: true })
  @MaxLength(100, { each: true })
  accountIds?: string[];

  @ApiPropertyOptional({
    description: 'Records that are priced by this offer now, whichever version.',
    example: 'MOBILE_M.STANDARD.MOBILE.EUR',
  })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  priceOfferId?: string;

  @ApiPropertyOptional({ description: 'Records with a charge of this usage type.', example: 'CALL' })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  usageType?: string;

  @ApiPropertyOptional({ description: 'Records of this file.', example: 'f3b0c44298fc1c149afbf' })
  @IsOptional()
  @Matches(/^[0-9a-z-]{1,60}$/, { message: 'must be a file id such as f3b0c44298fc1c149afbf' })
  fileId?: string;

  @ApiPropertyOptional({ description: 'Used at or after this instant.', example: '2026-01-01T00:00:00Z' })
  @IsOptional()
  @IsInstant()
  from?: string;

  @ApiPropertyOptional({ description: 'Used before this instant.', example: '2026-02-01T00:00:00Z' })
  @IsOptional()
  @IsInstant()
  to?: string;
}

export class RerateRequestDto extends ReasonDto {
  @ApiPropertyOptional({
    description:
      'What to rate again; the members narrow each other, and at least one beside the times is needed. A commit may leave it out: it is that of its preview.',
    type: () => RerateSelectionDto,
    example: { priceOfferId: 'MOBILE_M.STANDARD.MOBILE.EUR', from: '2026-01-01T00:00:00Z' },
  })
  @ValidateIf((dto: RerateRequestDto) => dto.mode !== 'COMMIT' || dto.selection !== undefined)
  @IsNotEmpty({ message: 'must have at least one of accountIds, priceOfferId, usageType, fileId' })
  @ValidateNested()
  @Type(() => RerateSelectionDto)
  selection?: RerateSelectionDto;

  @ApiProperty({
    description: 'PREVIEW shows what would change. COMMIT does what a preview showed.',
    enum: RERATE_MODES,
    example: 'PREVIEW',
  })
  @IsIn(RERATE_MODES)
  mode!: RerateMode;

  @ApiPropertyOptional({ description: 'Of a commit: the runId of its preview.', example: '9a8b7c6d5e4f3021' })
  @ValidateIf((dto: RerateRequestDto) => dto.mode === 'COMMIT' || dto.previewId !== undefined)
  @Matches(/^[0-9a-z]{1,40}$/, { message: 'must be the runId of a preview; a commit needs it' })
  previewId?: string;

  @ApiPropertyOptional({
    description: 'Of a commit: the hash of its preview, which says what you have seen.',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  })
  @ValidateIf((dto: RerateRequestDto) => dto.mode === 'COMMIT' || dto.previewHash !== undefined)
  @Matches(/^[0-9a-f]{64}$/, { message: 'must be the hash of the preview, 64 hex digits; a commit needs it' })
  previewHash?: string;
}

export const RERATE_EXAMPLES = {
  preview: {
    summary: '1. What would change: nothing does yet',
    value: {
      mode: 'PREVIEW',
      selection: { priceOfferId: 'MOBILE_M.STANDARD.MOBILE.EUR', from: '2026-01-01T00:00:00Z' },
      reason: 'The rate was entered too high',
    },
  },
  commit: {
    summary: '2. For good, with the runId and the hash of the preview',
    value: {
      mode: 'COMMIT',
      previewId: '9a8b7c6d5e4f3021',
      previewHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      reason: 'The rate was entered too high',
    },
  },
};

export class RerateDto extends RunDto {
  @ApiProperty({ enum: RERATE_MODES, example: 'PREVIEW', description: 'A proposal, or for good.' })
  mode!: RerateMode;

  @ApiProperty({ description: 'What was chosen.', type: () => RerateSelectionDto })
  selection!: RerateSelectionDto;

  @ApiProperty({ description: 'Of a commit: its preview.', example: '9a8b7c6d5e4f3021', nullable: true, type: String })
  previewId!: string | null;

  @ApiProperty({
    description: 'Of a completed preview: to be given to commit it.',
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    nullable: true,
    type: String,
  })
  hash!: string | null;
}

export class ReratesQuery extends RunStatusQuery {
  @ApiPropertyOptional({ description: 'Only of this mode.', enum: RERATE_MODES, example: 'PREVIEW' })
  @IsOptional()
  @IsIn(RERATE_MODES)
  mode?: RerateMode;
}

export class ReratePage {
  @ApiProperty({ type: () => [RerateDto] })
  items!: RerateDto[];

  @ApiPropertyOptional({ description: 'Cursor of the next page; absent on the last one.' })
  next?: string;
}
