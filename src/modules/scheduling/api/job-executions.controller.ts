import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { COMMAND_GATEWAY, type CommandGateway } from '../../../shared/command-log/command-gateway.port.js';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { Allow, AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { answerOf } from '../../../shared/http/answer.js';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { notFound } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { MinPositionQuery } from '../../../shared/http/min-position-query.dto.js';
import { CreateJobExecution, ProcessJobExecution, type ExecutionAnswer } from '../application/commands.js';
import { SchedulingQueries } from '../application/scheduling.queries.js';
import { BusinessDateDto, ExecutionAnswerDto, ExecutionDto, ExecutionPage } from './job-schedule.dto.js';
import { executionView } from './job-schedule.views.js';
import { schedulingRefusals } from './scheduling.refusals.js';

const KEY = { name: 'Idempotency-Key', required: false, description: 'The same key again gives the first answer.' };
const NAME = { name: 'name', description: 'The schedule.', example: 'daily' };
const DATE = { name: 'date', description: 'The business date.', example: '2026-02-01' };

@ApiTags('Schedules')
@Controller('v1/job-schedules/:name/executions')
export class JobExecutionsController {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    private readonly queries: SchedulingQueries,
  ) {}

  @Post()
  @Allow('operator')
  @ApiOperation({
    summary: 'Create an execution',
    description:
      'For a business date that has none; it does not run until it is processed, and the tick leaves it alone.',
  })
  @ApiParam(NAME)
  @ApiHeader(KEY)
  @ApiCreatedResponse({ type: ExecutionAnswerDto })
  @ApiProblems({
    404: 'No such schedule (`scheduling/schedule-not-found`).',
    409: 'There is one for the date (`scheduling/execution-exists`).',
  })
  async create(
    @Caller() caller: Principal,
    @Param('name') name: string,
    @Body() body: BusinessDateDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<ExecutionAnswerDto> {
    const command = new CreateJobExecution({ name, businessDate: body.businessDate, by: 'HAND', run: false });
    return this.submit(caller, command, key);
  }

  @Post(':date/process')
  @HttpCode(202)
  @Allow('operator')
  @ApiOperation({
    summary: 'Run an execution',
    description: 'Starts its first job; a created and not started one only, of a business date that has begun.',
  })
  @ApiParam(NAME)
  @ApiParam(DATE)
  @ApiHeader(KEY)
  @ApiAcceptedResponse({ type: ExecutionAnswerDto })
  @ApiProblems({
    404: 'None was created for the date (`scheduling/execution-not-found`).',
    409: 'It was started already (`scheduling/execution-started`), or its date has not begun (`scheduling/business-date-not-begun`, which says when it may be started).',
  })
  async process(
    @Caller() caller: Principal,
    @Param('name') name: string,
    @Param('date') date: string,
    @Headers('idempotency-key') key?: string,
  ): Promise<ExecutionAnswerDto> {
    return this.submit(caller, new ProcessJobExecution({ name, businessDate: date }), key);
  }

  @Get()
  @AllowReaders()
  @ApiOperation({ summary: 'Executions', description: 'Of a schedule, the latest business date first.' })
  @ApiParam(NAME)
  @ApiOkResponse({ type: ExecutionPage })
  async list(
    @Caller() caller: Principal,
    @Param('name') name: string,
    @Query() query: ListQuery,
  ): Promise<ExecutionPage> {
    const { items, next } = await this.queries.executions(caller.tenant, name, query);
    const views = items.map(executionView);
    return next === undefined ? { items: views } : { items: views, next };
  }

  @Get(':date')
  @AllowReaders()
  @ApiOperation({ summary: 'One execution', description: 'Its jobs with their status and counts.' })
  @ApiParam(NAME)
  @ApiParam(DATE)
  @ApiOkResponse({ type: ExecutionDto })
  @ApiProblems({ 404: 'None was created for the date (`scheduling/execution-not-found`).' })
  async one(
    @Caller() caller: Principal,
    @Param('name') name: string,
    @Param('date') date: string,
    @Query() query: MinPositionQuery,
  ): Promise<ExecutionDto> {
    const row = await this.queries.execution(caller.tenant, name, date, query.minPosition);
    if (row === undefined) {
      throw notFound('scheduling/execution-not-found', `There is no execution ${date} of job schedule ${name}`);
    }
    return executionView(row);
  }

  private async submit(
    caller: Principal,
    command: CreateJobExecution | ProcessJobExecution,
    key: string | undefined,
  ): Promise<ExecutionAnswerDto> {
    const submitted = await this.gateway.submit<ExecutionAnswer>(caller, command, key === undefined ? {} : { key });
    return answerOf(submitted, schedulingRefusals);
  }
}
