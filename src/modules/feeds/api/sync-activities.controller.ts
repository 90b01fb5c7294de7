import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { COMMAND_GATEWAY, type CommandGateway } from '../../../shared/command-log/command-gateway.port.js';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { Allow, AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { answerOf } from '../../../shared/http/answer.js';
import { notFound } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { MinPositionQuery } from '../../../shared/http/min-position-query.dto.js';
import { instantToString } from '../../../shared/kernel/clock.js';
import { ReprocessSyncActivities, type ActivitySelection, type FeedReprocessAnswer } from '../application/commands.js';
import { SyncActivitiesQueries } from '../application/sync-activities.queries.js';
import { activityId } from '../domain/feed-message.js';
import type { SyncActivityRow } from '../projections/sync-activities.collection.js';
import { feedsRefusals } from './feeds.refusals.js';
import {
  ActivityReprocessAnswerDto,
  ActivityReprocessRequest,
  SyncActivitiesQuery,
  SyncActivityDetailsDto,
  SyncActivityPage,
  type ActivitySelectionDto,
  type SyncActivityDto,
} from './sync-activities.dto.js';

@ApiTags('Feeds')
@Controller('v1/sync-activities')
export class SyncActivitiesController {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    private readonly queries: SyncActivitiesQueries,
  ) {}

  @Get()
  @AllowReaders()
  @ApiOperation({
    summary: 'Messages of the feeds',
    description: 'Every message that came and what became of it, newest first.',
  })
  @ApiOkResponse({ type: SyncActivityPage })
  async list(@Caller() caller: Principal, @Query() query: SyncActivitiesQuery): Promise<SyncActivityPage> {
    const { items, next } = await this.queries.list(caller.tenant, query, query);
    return { items: items.map(activityView), ...(next === undefined ? {} : { next }) };
  }

  @Get(':activityId')
  @AllowReaders()
  @ApiOperation({ summary: 'One message', description: 'As it came, with every error of an invalid one.' })
  @ApiParam({ name: 'activityId', description: 'As the feed answered.', example: '17-0' })
  @ApiOkResponse({ type: SyncActivityDetailsDto })
  @ApiProblems({
    404: 'There is no such activity (`feeds/activity-not-found`), or the read model has not seen it yet: ask with minPosition.',
  })
  async one(
    @Caller() caller: Principal,
    @Param('activityId') id: string,
    @Query() query: MinPositionQuery,
  ): Promise<SyncActivityDetailsDto> {
    const found = await this.queries.one(caller.tenant, id, query.minPosition);
    if (found === undefined) throw notFound('feeds/activity-not-found', `There is no activity ${id}`);
    const { activity, raw, errors, actor, commandId = null } = found;
    return Object.assign(activityView(activity), { raw, errors: [...errors], actor, commandId });
  }

  @Post('reprocesses')
  @HttpCode(202)
  @Allow('operator', 'admin')
  @ApiOperation({
    summary: 'Apply messages in error again',
    description:
      'Takes the messages of the selection that ended in ERROR and applies them, in the order in which they came, as the catalog and the accounts stand now: single ones, a code, a feed, or all. At most 50,000 of a feed at a time.',
  })
  @ApiAcceptedResponse({ type: ActivityReprocessAnswerDto })
  @ApiProblems({
    409: 'A command with this Idempotency-Key is still running (`command/in-flight`).',
    422: 'No activity in ERROR matches the selection (`feeds/nothing-selected`).',
  })
  async reprocess(
    @Caller() caller: Principal,
    @Body() { selection, reason = 'Reprocess' }: ActivityReprocessRequest,
    @Headers('idempotency-key') key?: string,
  ): Promise<ActivityReprocessAnswerDto> {
    const command = new ReprocessSyncActivities({ selection: selectionOf(selection), reason });
    const submitted = await this.gateway.submit<FeedReprocessAnswer>(caller, command, key === undefined ? {} : { key });
    return answerOf(submitted, feedsRefusals);
  }
}

/** Plain JSON with the members that were given, for the recorded payload. */
function selectionOf({ kind, activityIds, errorCode }: ActivitySelectionDto): ActivitySelection {
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(activityIds === undefined ? {} : { activityIds }),
    ...(errorCode === undefined ? {} : { errorCode }),
  };
}

function activityView(row: SyncActivityRow): SyncActivityDto {
  const { kind, messageId, object, action, effectiveFrom, status, code, reason, attempts } = row;
  return {
    activityId: activityId(row.position, row.ordinal),
    kind,
    messageId,
    object,
    action,
    effectiveFrom: effectiveFrom === null ? null : instantToString(effectiveFrom),
    status,
    code,
    reason,
    receivedAt: instantToString(row.receivedAt),
    attempts,
  };
}
