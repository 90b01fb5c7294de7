import type { Type } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length, MaxLength } from 'class-validator';
import { ListQuery } from '../../../../shared/http/list-query.dto.js';

const SOURCES = ['OWN', 'FEED'] as const;

export class BlocksQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Id or name contain this, ignoring case.', example: 'e' })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  name?: string;

  @ApiPropertyOptional({ description: 'OWN: defined here. FEED: of the catalog feed.', enum: SOURCES, example: 'OWN' })
  @IsOptional()
  @IsIn(SOURCES)
  source?: (typeof SOURCES)[number];
}

export class UnitsQuery extends BlocksQuery {
  @ApiPropertyOptional({ description: 'Counted in exactly this.', example: 'seconds' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  unit?: string;
}

export class RateUnitsQuery extends BlocksQuery {
  @ApiPropertyOptional({ description: 'Counting exactly this.', example: 'kWh' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  unit?: string;
}

export class ServicesQuery extends BlocksQuery {
  @ApiPropertyOptional({ description: 'Of exactly this service type.', example: 'VOICE' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  serviceType?: string;
}

/** A removal has no body, so its reason stands in the address. */
export class RemovalQuery {
  @ApiProperty({ description: 'Why: stands in the log for ever.', example: 'Not sold any more' })
  @IsString()
  @Length(1, 1000)
  reason!: string;
}

export class BlockAnswerDto {
  @ApiProperty({ description: 'What was changed.', example: 'EUR' })
  id!: string;

  @ApiProperty({ description: 'Its version now, from 1; also the ETag.', type: 'integer', example: 1 })
  version!: number;

  @ApiProperty({ description: 'The recorded command.', example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10' })
  commandId!: string;

  @ApiProperty({ description: 'Log position, for `minPosition` of a read.', example: 4711 })
  position!: number;
}

export class BlockVersionDto {
  @ApiProperty({ description: 'From 1; a removal counts too.', type: 'integer', example: 1 })
  version!: number;

  @ApiProperty({ description: 'What was done.', enum: ['DEFINED', 'REMOVED'], example: 'DEFINED' })
  action!: string;

  @ApiProperty({
    description: 'From when on it holds; null of a removal.',
    example: '1970-01-01T00:00:00.000Z',
    nullable: true,
    type: String,
  })
  effectiveFrom!: string | null;

  @ApiProperty({
    description: 'As it was defined; null of a removal. What it was before is the next version in this list.',
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: { name: 'Euro' },
  })
  definition!: unknown;

  @ApiProperty({ description: 'Why.', example: 'Launch' })
  reason!: string;

  @ApiProperty({ description: 'Who did it.', example: 'key:3f9a1c0b7e52' })
  actor!: string;

  @ApiProperty({
    description: 'By which command.',
    example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10',
    nullable: true,
    type: String,
  })
  commandId!: string | null;

  @ApiProperty({ description: 'When.', example: '2026-01-31T22:15:00.000Z' })
  at!: string;
}

/** The DTOs of one kind of building block; what they share is written once. */
export interface BlockDtos {
  readonly Define: Type;
  readonly Replace: Type;
  readonly Details: Type;
  readonly List: Type;
}

/**
 * @param name of the kind in the document: `Allowance`.
 * @param Members what a definition has, as it is given.
 * @param Shown what is shown of it; the same unless told.
 */
export function blockDtos(name: string, Members: Type, Shown: Type = Members): BlockDtos {
  class Replace extends Members {
    @ApiPropertyOptional({
      description:
        'From when on it holds; for ever when absent, of a later version from now on. Usage is rated by its own time.',
      example: '2026-01-01T00:00:00Z',
    })
    effectiveFrom?: string;

    @ApiProperty({ description: 'Why: stands in the log for ever.', example: 'Launch' })
    reason!: string;
  }
  class Define extends Replace {
    @ApiProperty({ description: 'By which everything else names it, for ever.' })
    id!: string;
  }
  class Item extends Shown {
    @ApiProperty({ description: 'By which everything else names it.' })
    id!: string;

    @ApiProperty({
      description: 'OWN: defined here. FEED: brought by the catalog feed, and changed there.',
      enum: SOURCES,
    })
    source!: string;

    @ApiProperty({ description: 'From 1; 0 of what the feed brought.', type: 'integer', example: 1 })
    version!: number;

    @ApiProperty({ description: 'From when on it holds.', example: '1970-01-01T00:00:00.000Z' })
    effectiveFrom!: string;

    @ApiProperty({ description: 'When this version was said.', example: '2026-01-31T22:15:00.000Z' })
    definedAt!: string;

    @ApiProperty({ description: 'By whom.', example: 'key:3f9a1c0b7e52' })
    definedBy!: string;
  }
  class Details extends Item {
    @ApiProperty({ description: 'Every version there ever was, newest first.', type: () => [BlockVersionDto] })
    versions!: BlockVersionDto[];
  }
  class List {
    @ApiProperty({ type: () => [Item] })
    items!: Item[];

    @ApiPropertyOptional()
    next?: string;
  }
  named(Item, `${name}Dto`);
  return {
    Define: named(Define, `Define${name}Dto`),
    Replace: named(Replace, `Replace${name}Dto`),
    Details: named(Details, `${name}DetailsDto`),
    List: named(List, `${name}PageDto`),
  };
}

/** The document calls a schema by its class. */
function named<Class extends Type>(of: Class, name: string): Class {
  Object.defineProperty(of, 'name', { value: name });
  return of;
}
