import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
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
import { pageOf } from '../../../shared/http/page.js';
import { notFound } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { MinPositionQuery } from '../../../shared/http/min-position-query.dto.js';
import { parseInstant } from '../../../shared/kernel/fields.js';
import { RatingRunsQueries } from '../application/runs/rating-runs.queries.js';
import { RequestRatingRun, type RatingRunAnswer } from '../application/runs/request-rating-run.command.js';
import { CYCLE_RUN_KINDS, RATING_RUN_KINDS } from '../domain/runs/run-events.js';
import {
  RatingRunDto,
  RatingRunPage,
  RATING_RUN_EXAMPLES,
  RatingRunRequestDto,
  RatingRunsQuery,
  RunAnswerDto,
} from './rating-runs.dto.js';
import { ratingRunRefusals } from './rating-runs.refusals.js';
import { ratingRunView } from './rating-runs.views.js';
import { ByAccountQuery, RunAccountPage, RunChangePage } from './run-changes.dto.js';
import { RunReader } from './run-reader.js';

const RUN_ID = { name: 'runId', description: 'As the request answered.', example: '4f1e2d3c5b6a7980' };
const ANY_RUN = { name: 'runId', description: 'Of whichever kind the run is.', example: '9a8b7c6d5e4f3021' };
const NOT_FOUND = 'No such run (`rating/run-not-found`), or the read model has not seen it yet: ask with minPosition.';

@ApiTags('Rating runs')
@Controller('v1/rating-runs')
export class RatingRunsController {
  private readonly cycleRuns: RunReader;
  private readonly runs: RunReader;

  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    private readonly queries: RatingRunsQueries,
  ) {
    const missing = (runId: string) => notFound('rating/run-not-found', `There is no rating run ${runId}`);
    this.cycleRuns = new RunReader(queries, CYCLE_RUN_KINDS, missing);
    this.runs = new RunReader(queries, RATING_RUN_KINDS, missing);
  }

  @Post()
  @HttpCode(202)
  @Allow('operator')
  @ApiOperation({
    summary: 'Settle billing cycles that have ended',
    description:
      'By hand what the jobs BILLTIME_USAGE_RATING (SECOND_PASS) and BILLING (CYCLE_END) of a schedule do. The run stands in the log like usage does: it sees what came before it. Run again for the same instant it finds only what has come since.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key again gives the first answer.' })
  @ApiBody({ type: RatingRunRequestDto, examples: RATING_RUN_EXAMPLES })
  @ApiAcceptedResponse({ type: RunAnswerDto })
  @ApiProblems({
    409: 'A command with this Idempotency-Key is still running (`command/in-flight`).',
    422: 'asOf has not come yet (`rating/as-of-in-future`).',
  })
  async request(
    @Caller() caller: Principal,
    @Body() { kind, asOf, reason }: RatingRunRequestDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<RunAnswerDto> {
    const command = new RequestRatingRun({ wanted: { kind, asOf: parseInstant(asOf) ?? NaN }, reason });
    const submitted = await this.gateway.submit<RatingRunAnswer>(caller, command, key === undefined ? {} : { key });
    return answerOf(submitted, ratingRunRefusals);
  }

  @Get()
  @AllowReaders()
  @ApiOperation({ summary: 'Runs over billing cycles', description: 'Second passes and ends of cycles, newest first.' })
  @ApiOkResponse({ type: RatingRunPage })
  @ApiProblems({ 422: 'A filter is wrong, or the cursor belongs to another list.' })
  async list(@Caller() caller: Principal, @Query() query: RatingRunsQuery): Promise<RatingRunPage> {
    const { kind, status } = query;
    const kinds = kind === undefined ? CYCLE_RUN_KINDS : [kind];
    return pageOf(await this.queries.runs(caller.tenant, { kinds, status }, query), ratingRunView);
  }

  @Get(':runId')
  @AllowReaders()
  @ApiOperation({
    summary: 'One run over billing cycles',
    description: 'What it looked at and what changed, in counts and money; and what it had to leave as it was.',
  })
  @ApiParam(RUN_ID)
  @ApiOkResponse({ type: RatingRunDto })
  @ApiProblems({ 404: NOT_FOUND })
  async one(
    @Caller() caller: Principal,
    @Param('runId') runId: string,
    @Query() query: MinPositionQuery,
  ): Promise<RatingRunDto> {
    return ratingRunView(await this.cycleRuns.one({ tenant: caller.tenant, runId }, query.minPosition));
  }

  @Get(':runId/changes')
  @AllowReaders()
  @ApiOperation({
    summary: 'What a run changes, charge by charge',
    description:
      'Old and new of every charge that comes out otherwise, by account and usage time; of a second pass, or of a rerate. The end of a cycle changes none: what it makes is in GET /v1/monetized-non-usage.',
  })
  @ApiParam(ANY_RUN)
  @ApiOkResponse({ type: RunChangePage })
  @ApiProblems({ 404: NOT_FOUND, 422: 'A filter is wrong, or the cursor belongs to another list.' })
  async changes(
    @Caller() caller: Principal,
    @Param('runId') runId: string,
    @Query() query: ByAccountQuery,
  ): Promise<RunChangePage> {
    return this.runs.changes({ tenant: caller.tenant, runId }, query);
  }

  @Get(':runId/accounts')
  @AllowReaders()
  @ApiOperation({
    summary: 'What a run changes, account by account',
    description:
      'Money, old and new, and the balances that move; of a second pass, or of a rerate. Accounts that stay as they are do not appear.',
  })
  @ApiParam(ANY_RUN)
  @ApiOkResponse({ type: RunAccountPage })
  @ApiProblems({ 404: NOT_FOUND, 422: 'A filter is wrong, or the cursor belongs to another list.' })
  async accounts(
    @Caller() caller: Principal,
    @Param('runId') runId: string,
    @Query() query: ByAccountQuery,
  ): Promise<RunAccountPage> {
    return this.runs.accounts({ tenant: caller.tenant, runId }, query);
  }
}
