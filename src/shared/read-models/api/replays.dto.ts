import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';
import { instantToString } from '../../kernel/clock.js';
import { REPLAY_MODES, type ReplayMode } from '../events.js';
import type { ReplayView } from '../replay.service.js';

export class RequestReplayBody {
  @ApiProperty({ description: 'The read model, by its name in `GET /v1/replays`.', example: 'usage-files' })
  @IsString()
  @Matches(/^[a-z][a-z0-9-]{0,79}$/, { message: 'readModel must be a name from GET /v1/replays' })
  readModel!: string;

  @ApiPropertyOptional({
    description:
      '`REBUILD`: all rows are built anew beside the serving ones and take their place at once. `RESUME`: a read model that stopped tries the event again that it stopped at.',
    enum: REPLAY_MODES,
    default: 'REBUILD',
    example: 'REBUILD',
  })
  @IsOptional()
  @IsIn(REPLAY_MODES)
  mode: ReplayMode = 'REBUILD';

  @ApiPropertyOptional({ description: 'Why, for the record.', example: 'Check of the read side', maxLength: 500 })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  reason?: string;
}

export class ReplayAcceptedDto {
  @ApiProperty({ description: 'The read model.', example: 'usage-files' })
  readModel!: string;

  @ApiProperty({ description: 'What was asked for.', enum: REPLAY_MODES, example: 'REBUILD' })
  mode!: ReplayMode;

  @ApiProperty({ description: 'The command, as it stands in `GET /v1/commands`.', example: 'c3f2a0e1-5b1f-4c0e' })
  commandId!: string;

  @ApiProperty({ description: 'Log position of the request.', example: 4711 })
  position!: number;
}

export class RebuildDto {
  @ApiProperty({ description: 'Log position the new rows have come to.', example: 1200 })
  position!: number;

  @ApiProperty({ description: 'Log position they have to reach.', example: 4711 })
  until!: number;
}

export class ReplayRequestDto {
  @ApiProperty({ description: 'What was asked for.', enum: REPLAY_MODES, example: 'REBUILD' })
  mode!: ReplayMode;

  @ApiProperty({ description: 'Who asked.', example: 'key:3f9a1c0b7e52' })
  actor!: string;

  @ApiProperty({ description: 'When, RFC 3339 UTC.', example: '2026-01-01T10:00:00.000Z' })
  requestedAt!: string;

  @ApiProperty({ description: 'Why; null when nothing was said.', type: String, nullable: true, example: 'Check' })
  reason!: string | null;

  @ApiProperty({ description: 'Log position of the request.', example: 4711 })
  position!: number;
}

export class ReplayDto {
  @ApiProperty({ description: 'The read model.', example: 'usage-files' })
  readModel!: string;

  @ApiProperty({
    description: '`STOPPED` = it could not apply an event and waits for a fix; it never skips one.',
    enum: ['RUNNING', 'REBUILDING', 'STOPPED'],
    example: 'RUNNING',
  })
  state!: 'RUNNING' | 'REBUILDING' | 'STOPPED';

  @ApiProperty({ description: 'Version of its rows.', example: 1 })
  version!: number;

  @ApiProperty({ description: 'Log position its rows stand for.', example: 4711 })
  position!: number;

  @ApiProperty({ description: 'Positions it is behind the end of the log.', example: 0 })
  behind!: number;

  @ApiPropertyOptional({
    description: 'How far the rows are that are built beside the serving ones.',
    type: RebuildDto,
  })
  rebuild?: RebuildDto;

  @ApiPropertyOptional({ description: 'Why it stopped, or why its last rebuild failed.', example: 'amount is missing' })
  error?: string;

  @ApiPropertyOptional({ description: 'Log position of the event it could not apply.', example: 4712 })
  errorPosition?: number;

  @ApiPropertyOptional({ description: 'When its last rebuild took over.', example: '2026-01-01T10:00:00.000Z' })
  rebuiltAt?: string;

  @ApiPropertyOptional({ description: 'The latest request of this tenant to replay it.', type: ReplayRequestDto })
  request?: ReplayRequestDto;
}

export class ReplayListDto {
  @ApiProperty({ description: 'Every read model, by name.', type: [ReplayDto] })
  items!: ReplayDto[];
}

export function replayDto({ status, head, request }: ReplayView): ReplayDto {
  const { projection, state, version, position, rebuild, error, errorPosition, rebuiltAt } = status;
  return {
    readModel: projection,
    state,
    version,
    position,
    behind: Math.max(0, head - position),
    ...(rebuild === undefined ? {} : { rebuild }),
    ...(error === undefined ? {} : { error }),
    ...(errorPosition === undefined ? {} : { errorPosition }),
    ...(rebuiltAt === undefined ? {} : { rebuiltAt: instantToString(rebuiltAt) }),
    ...(request === undefined
      ? {}
      : {
          request: {
            mode: request.mode,
            actor: request.actor,
            requestedAt: instantToString(request.requestedAt),
            reason: request.reason,
            position: request.position,
          },
        }),
  };
}
