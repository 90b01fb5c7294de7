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
import { RatingRunsQueries } from '../application/runs/rating-runs.queries.js';
import { RequestRatingRun, type RatingRunAnswer } from '../application/runs/request-rating-run.command.js';
import { RunAnswerDto } from './rating-runs.dto.js';
import { ratingRunRefusals } from './rating-runs.refusals.js';
import { rerateView } from './rating-runs.views.js';
import { wantedOf } from './rerate-request.js';
import { RERATE_EXAMPLES, RerateDto, ReratePage, RerateRequestDto, ReratesQuery } from './rerates.dto.js';
import { ByAccountQuery, RunAccountPage, RunChangePage } from './run-changes.dto.js';
import { RunReader } from './run-reader.js';

const KINDS = ['RERATE'] as const;
const RUN_ID = { name: 'runId', description: 'As the request answered.', example: '9a8b7c6d5e4f3021' };
const NOT_FOUND =
  'No such rerate (`rating/rerate-not-found`), or the read model has not seen it yet: ask with minPosition.';

@ApiTags('Rating runs')
@Controller('v1/rerates')
export class ReratesController {
  private readonly rerates: RunReader;

  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    private readonly queries: RatingRunsQueries,
  ) {
    this.rerates = new RunReader(queries, KINDS, (runId) =>
      notFound('rating/rerate-not-found', `There is no rerate ${runId}`),
    );
  }

  @Post()
  @HttpCode(202)
  @Allow('operator')
  @ApiOperation({
    summary: 'Rate again what is rated',
    description:
      'After a price or an account was corrected. First a PREVIEW: records of the selection are rated as catalog and accounts stand now, and with them those whose balances move by it, in the order of their usage times; nothing changes yet. Then a COMMIT of what was seen: every charge that comes out otherwise gets its next version, and nothing is overwritten. What is billed already is adjusted by the next aggregation. Accounts that have moved since the preview are left alone and counted as `stale`.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key again gives the first answer.' })
  @ApiBody({ type: RerateRequestDto, examples: RERATE_EXAMPLES })
  @ApiAcceptedResponse({ type: RunAnswerDto })
  @ApiProblems({
    404: 'There is no preview `previewId` (`rating/preview-not-found`).',
    409: 'The preview is under way (`rating/preview-not-completed`), or its hash or selection is another (`rating/preview-stale`); or a command with this Idempotency-Key is still running (`command/in-flight`).',
    422: 'The selection chooses nothing (`rating/nothing-selected`), or a field is wrong.',
  })
  async request(
    @Caller() caller: Principal,
    @Body() body: RerateRequestDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<RunAnswerDto> {
    const command = new RequestRatingRun({ wanted: wantedOf(body), reason: body.reason });
    const submitted = await this.gateway.submit<RatingRunAnswer>(caller, command, key === undefined ? {} : { key });
    return answerOf(submitted, ratingRunRefusals);
  }

  @Get()
  @AllowReaders()
  @ApiOperation({ summary: 'Rerates', description: 'Previews and commits, newest first.' })
  @ApiOkResponse({ type: ReratePage })
  @ApiProblems({ 422: 'A filter is wrong, or the cursor belongs to another list.' })
  async list(@Caller() caller: Principal, @Query() query: ReratesQuery): Promise<ReratePage> {
    const { mode, status } = query;
    return pageOf(await this.queries.runs(caller.tenant, { kinds: KINDS, mode, status }, query), rerateView);
  }

  @Get(':runId')
  @AllowReaders()
  @ApiOperation({
    summary: 'One rerate',
    description:
      'How far it is, what changes in counts and money, old to new; of a preview, the hash to commit it with.',
  })
  @ApiParam(RUN_ID)
  @ApiOkResponse({ type: RerateDto })
  @ApiProblems({ 404: NOT_FOUND })
  async one(
    @Caller() caller: Principal,
    @Param('runId') runId: string,
    @Query() query: MinPositionQuery,
  ): Promise<RerateDto> {
    return rerateView(await this.rerates.one({ tenant: caller.tenant, runId }, query.minPosition));
  }

  @Get(':runId/changes')
  @AllowReaders()
  @ApiOperation({
    summary: 'What a rerate changes, charge by charge',
    description: 'Old and new of every charge that comes out otherwise, by account and usage time.',
  })
  @ApiParam(RUN_ID)
  @ApiOkResponse({ type: RunChangePage })
  @ApiProblems({ 404: NOT_FOUND, 422: 'A filter is wrong, or the cursor belongs to another list.' })
  async changes(
    @Caller() caller: Principal,
    @Param('runId') runId: string,
    @Query() query: ByAccountQuery,
  ): Promise<RunChangePage> {
    return this.rerates.changes({ tenant: caller.tenant, runId }, query);
  }

  @Get(':runId/accounts')
  @AllowReaders()
  @ApiOperation({
    summary: 'What a rerate changes, account by account',
    description: 'Money, old and new, and the balances that move. Accounts that stay as they are do not appear.',
  })
  @ApiParam(RUN_ID)
  @ApiOkResponse({ type: RunAccountPage })
  @ApiProblems({ 404: NOT_FOUND, 422: 'A filter is wrong, or the cursor belongs to another list.' })
  async accounts(
    @Caller() caller: Principal,
    @Param('runId') runId: string,
    @Query() query: ByAccountQuery,
  ): Promise<RunAccountPage> {
    return this.rerates.accounts({ tenant: caller.tenant, runId }, query);
  }
}
