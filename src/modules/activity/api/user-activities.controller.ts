import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import { AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { pageOf } from '../../../shared/http/page.js';
import { notFound } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { instantToString } from '../../../shared/kernel/clock.js';
import { UserActivitiesQueries } from '../application/user-activities.queries.js';
import type { UserActivityRow } from '../projections/user-activities.collections.js';
import {
  UserActivitiesQuery,
  UserActivityDetailsDto,
  UserActivityPage,
  type UserActivityDto,
} from './user-activities.dto.js';

type ActivityView = Pick<UserActivityDto, keyof UserActivityDto>;

@ApiTags('Commands')
@AllowReaders()
@Controller('v1/user-activities')
export class UserActivitiesController {
  constructor(
    private readonly queries: UserActivitiesQueries,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Who changed what of the configuration, and when',
    description:
      'Newest first: prices, building blocks, mappings, sources, schedules and keys. What is refused changes nothing and is not here, but among the commands.',
  })
  @ApiOkResponse({ type: UserActivityPage })
  async list(@Caller() caller: Principal, @Query() query: UserActivitiesQuery): Promise<UserActivityPage> {
    return pageOf(await this.queries.list(caller.tenant, query, query, this.config.timeZone), activityView);
  }

  @Get(':activityId')
  @ApiOperation({
    summary: 'One change, with what it was before',
    description:
      'Before and after, read from the log itself. Secrets are never shown; a table of prefixes is summed up.',
  })
  @ApiParam({ name: 'activityId', description: 'As the list says it.', example: '900001' })
  @ApiOkResponse({ type: UserActivityDetailsDto })
  @ApiProblems({ 404: 'There is no such activity (`activity/not-found`).' })
  async one(@Caller() caller: Principal, @Param('activityId') activityId: string): Promise<UserActivityDetailsDto> {
    const position = /^\d{1,15}$/.test(activityId) ? Number(activityId) : 0;
    const found = await this.queries.one(caller.tenant, position);
    if (found === undefined) throw notFound('activity/not-found', `There is no activity ${activityId}`);
    const { row, before, after } = found;
    return { ...activityView(row), before, after };
  }
}

function activityView({ position, object, id, action, actor, commandId, reason, at }: UserActivityRow): ActivityView {
  return { activityId: String(position), object, id, action, actor, commandId, reason, at: instantToString(at) };
}
