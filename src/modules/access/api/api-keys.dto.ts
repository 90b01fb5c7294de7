import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMinSize, ArrayUnique, IsIn, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';
import { ROLES } from '../../../shared/http/access.decorators.js';
import { IsInstant } from '../../../shared/http/is-instant.js';

export class IssueApiKeyRequest {
  @ApiProperty({
    description: 'What the key is for; unique among the active keys.',
    example: 'Nightly upload',
    maxLength: 100,
  })
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  name!: string;

  @ApiProperty({
    description: 'What it may do. Nothing is implied: an admin that shall also operate gets both.',
    enum: ROLES,
    isArray: true,
    example: ['operator'],
  })
  @IsIn(ROLES, { each: true })
  @ArrayUnique()
  @ArrayMinSize(1)
  roles!: string[];

  @ApiPropertyOptional({
    description: 'RFC 3339; from then on the key opens nothing.',
    example: '2099-12-31T23:59:59Z',
  })
  @IsOptional()
  @IsInstant()
  expiresAt?: string;
}

export class RevokeApiKeyRequest {
  @ApiProperty({ description: 'Why; it stands in the log.', example: 'The machine was retired', maxLength: 500 })
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  reason!: string;
}

export class IssuedApiKeyDto {
  @ApiProperty({ description: 'The key’s name in logs and events: `key:<keyId>`.', example: '3f9a1c0b7e52' })
  keyId!: string;

  @ApiPropertyOptional({
    description: 'The key itself, shown this once and stored nowhere. Absent when the command was answered before.',
    example: 'rtl_3f9a1c0b7e52_q0W9xkq1m0l1Jb6Jr0QeO1s3m2b9yXc4v5n6z7a8b9c',
  })
  key?: string;

  @ApiProperty({ description: 'The command that issued it.', example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10' })
  commandId!: string;

  @ApiProperty({ description: 'Log position of its event.', example: 17 })
  position!: number;
}

export class RevokedApiKeyDto {
  @ApiProperty({ description: 'The revoked key.', example: '3f9a1c0b7e52' })
  keyId!: string;

  @ApiProperty({ description: 'The command that revoked it.', example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10' })
  commandId!: string;

  @ApiProperty({ description: 'Log position of its event.', example: 18 })
  position!: number;
}

export class ApiKeyDto {
  @ApiProperty({ description: 'The key’s name in logs and events: `key:<keyId>`.', example: '3f9a1c0b7e52' })
  keyId!: string;

  @ApiProperty({ description: 'What it is for.', example: 'Nightly upload' })
  name!: string;

  @ApiProperty({ description: 'What it may do.', enum: ROLES, isArray: true, example: ['operator'] })
  roles!: readonly string[];

  @ApiProperty({
    description: 'ACTIVE, EXPIRED or REVOKED.',
    enum: ['ACTIVE', 'EXPIRED', 'REVOKED'],
    example: 'ACTIVE',
  })
  status!: 'ACTIVE' | 'EXPIRED' | 'REVOKED';

  @ApiProperty({ description: 'When it was issued.', example: '2026-11-01T08:00:00.000Z' })
  issuedAt!: string;

  @ApiProperty({ description: 'Who issued it.', example: 'key:3f9a1c0b7e52' })
  issuedBy!: string;

  @ApiPropertyOptional({ description: 'When it ends by itself.', example: '2099-12-31T23:59:59.000Z' })
  expiresAt?: string;

  @ApiPropertyOptional({ description: 'When it was revoked.', example: '2026-11-02T08:00:00.000Z' })
  revokedAt?: string;

  @ApiPropertyOptional({ description: 'Who revoked it.', example: 'key:3f9a1c0b7e52' })
  revokedBy?: string;

  @ApiPropertyOptional({ description: 'Why it was revoked.', example: 'The machine was retired' })
  revokedReason?: string;
}

export class ApiKeyPage {
  @ApiProperty({ description: 'Keys in the order of their ids.', type: () => [ApiKeyDto] })
  items!: ApiKeyDto[];

  @ApiPropertyOptional({
    description: 'Give it as `after` for the next page; absent on the last.',
    example: '3f9a1c0b7e52',
  })
  next?: string;
}
