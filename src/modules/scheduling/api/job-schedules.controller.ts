import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { COMMAND_GATEWAY, type CommandGateway } from '../../../shared/command-log/command-gateway.port.js';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import { Allow, AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { answerOf } from '../../../shared/http/answer.js';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { notFound, ProblemException } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { MinPositionQuery } from '../../../shared/http/min-position-query.dto.js';
import { ChangeJobSchedule, CreateJobSchedule, type ScheduleAnswer } from '../application/commands.js';
import { SchedulingQueries } from '../application/scheduling.queries.js';
import type { JobScheduleConfiguration } from '../domain/events.js';
import {
  NewScheduleDto,
  ScheduleAnswerDto,
  ScheduleConfigurationDto,
  ScheduleDto,
  SchedulePage,
} from './job-schedule.dto.js';
import { scheduleView } from './job-schedule.views.js';
import { schedulingRefusals } from './scheduling.refusals.js';

const KEY = { name: 'Idempotency-Key', required: false, description: 'The same key again gives the first answer.' };

/** What of the answer the controller touches. */
interface HeaderWriter {
  header(name: string, value: string): unknown;
}

@ApiTags('Schedules')
@Controller('v1/job-schedules')
export class JobSchedulesController {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    private readonly queries: SchedulingQueries,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @Allow('operator')
  @ApiOperation({
    summary: 'Make a job schedule',
    description:
      'Its jobs run in their order at the scheduled time of every business date, once per date. A client has one daily schedule.',
  })
  @ApiHeader(KEY)
  @ApiCreatedResponse({ type: ScheduleAnswerDto })
  @ApiProblems({ 409: 'The name is taken (`scheduling/name-taken`), or there is a daily schedule already.' })
  async create(
    @Caller() caller: Principal,
    @Body() body: NewScheduleDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<ScheduleAnswerDto> {
    const command = new CreateJobSchedule({ name: body.name, configuration: configurationOf(body) });
    const submitted = await this.gateway.submit<ScheduleAnswer>(caller, command, key === undefined ? {} : { key });
    return answerOf(submitted, schedulingRefusals);
  }

  @Put(':name')
  @Allow('operator')
  @ApiOperation({
    summary: 'Change a job schedule',
    description: 'Everything but its name. Executions keep the jobs they were created with.',
  })
  @ApiParam({ name: 'name', description: 'The schedule.', example: 'daily' })
  @ApiHeader(KEY)
  @ApiHeader({ name: 'If-Match', required: false, description: 'The ETag that was read, such as "1".' })
  @ApiOkResponse({ type: ScheduleAnswerDto })
  @ApiProblems({
    404: 'No such schedule (`scheduling/schedule-not-found`).',
    412: 'It was changed since it was read (`scheduling/schedule-changed`).',
  })
  async change(
    @Caller() caller: Principal,
    @Param('name') name: string,
    @Body() body: ScheduleConfigurationDto,
    @Headers('idempotency-key') key?: string,
    @Headers('if-match') ifMatch?: string,
  ): Promise<ScheduleAnswerDto> {
    const command = new ChangeJobSchedule({ name, configuration: configurationOf(body), ...versionOf(ifMatch) });
    const submitted = await this.gateway.submit<ScheduleAnswer>(caller, command, key === undefined ? {} : { key });
    return answerOf(submitted, schedulingRefusals);
  }

  @Get()
  @AllowReaders()
  @ApiOperation({ summary: 'Job schedules', description: 'By name.' })
  @ApiOkResponse({ type: SchedulePage })
  async list(@Caller() caller: Principal, @Query() query: ListQuery): Promise<SchedulePage> {
    const { items, next } = await this.queries.schedules(caller.tenant, query);
    const views = items.map((row) => scheduleView(row, this.config.timeZone));
    return next === undefined ? { items: views } : { items: views, next };
  }

  @Get(':name')
  @AllowReaders()
  @HttpCode(200)
  @ApiOperation({ summary: 'One job schedule', description: 'With an ETag for If-Match of a change.' })
  @ApiParam({ name: 'name', description: 'The schedule.', example: 'daily' })
  @ApiOkResponse({ type: ScheduleDto })
  @ApiProblems({ 404: 'No such schedule (`scheduling/schedule-not-found`).' })
  async one(
    @Caller() caller: Principal,
    @Param('name') name: string,
    @Query() query: MinPositionQuery,
    @Res({ passthrough: true }) response: HeaderWriter,
  ): Promise<ScheduleDto> {
    const row = await this.queries.schedule(caller.tenant, name, query.minPosition);
    if (row === undefined) throw notFound('scheduling/schedule-not-found', `There is no job schedule ${name}`);
    response.header('etag', `"${row.version}"`);
    return scheduleView(row, this.config.timeZone);
  }
}

function configurationOf(body: ScheduleConfigurationDto): JobScheduleConfiguration {
  const { description = '', frequency, scheduledTime, jobs } = body;
  return { description, frequency, scheduledTime, jobs };
}

function versionOf(ifMatch: string | undefined): { readonly expectedVersion?: number } {
  if (ifMatch === undefined || ifMatch === '*') return {};
  const match = /^"(\d{1,9})"$/.exec(ifMatch);
  if (match === null) {
    throw new ProblemException(400, {
      code: 'request/if-match',
      message: 'If-Match must be the ETag that was read, such as "1"',
    });
  }
  return { expectedVersion: Number(match[1]) };
}
