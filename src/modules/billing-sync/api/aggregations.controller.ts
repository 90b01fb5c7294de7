import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { pageOf } from '../../../shared/http/page.js';
import { COMMAND_GATEWAY, type CommandGateway } from '../../../shared/command-log/command-gateway.port.js';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import { Allow, AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { answerOf } from '../../../shared/http/answer.js';
import { notFound } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { MinPositionQuery } from '../../../shared/http/min-position-query.dto.js';
import { ReasonDto } from '../../../shared/http/reason.dto.js';
import { BillingQueries } from '../application/billing.queries.js';
import { RequestAggregation, type AggregationAnswer } from '../application/commands.js';
import { AGGREGATION_KEY } from '../domain/usage-groups.js';
import { AggregationConfigDto, AggregationDto, AggregationPage } from './billing-answer.dto.js';
import { AggregationsQuery } from './billing-list.dto.js';
import { AggregationAnswerDto } from './billing-request.dto.js';
import { billingSyncRefusals } from './billing-sync.refusals.js';
import { aggregationView } from './billing.views.js';

@ApiTags('Aggregation')
@Controller('v1')
export class AggregationsController {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    private readonly queries: BillingQueries,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('aggregations')
  @HttpCode(202)
  @Allow('operator')
  @ApiOperation({
    summary: 'Sum up monetized usage into billing lines',
    description:
      'Takes everything rated since the last completed run, makes one line per group of the aggregation key, rounds each line once and seals the lines in batches. Nothing is sent by it: see POST /v1/billing-batches/sends. With nothing new it completes empty.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key again gives the first answer.' })
  @ApiAcceptedResponse({ type: AggregationAnswerDto })
  @ApiProblems({ 409: 'A run is under way (`billing-sync/aggregation-running`).' })
  async aggregate(
    @Caller() caller: Principal,
    @Body() body: ReasonDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<AggregationAnswerDto> {
    const command = new RequestAggregation({ reason: body.reason });
    const submitted = await this.gateway.submit<AggregationAnswer>(caller, command, key === undefined ? {} : { key });
    return answerOf(submitted, billingSyncRefusals);
  }

  @Get('aggregations')
  @AllowReaders()
  @ApiOperation({ summary: 'Aggregation runs', description: 'Newest first, with their control totals by currency.' })
  @ApiOkResponse({ type: AggregationPage })
  async list(@Caller() caller: Principal, @Query() query: AggregationsQuery): Promise<AggregationPage> {
    return pageOf(await this.queries.runs(caller.tenant, query.status, query), aggregationView);
  }

  @Get('aggregations/:runId')
  @AllowReaders()
  @ApiOperation({ summary: 'One aggregation run', description: 'Its window, its totals, and why it failed if it did.' })
  @ApiParam({ name: 'runId', description: 'As the request answered.', example: '7d0c3f5e9a1b4c2d' })
  @ApiOkResponse({ type: AggregationDto })
  @ApiProblems({
    404: 'No such run (`billing-sync/run-not-found`), or the read model has not seen it yet: ask with minPosition.',
  })
  async one(
    @Caller() caller: Principal,
    @Param('runId') runId: string,
    @Query() query: MinPositionQuery,
  ): Promise<AggregationDto> {
    const row = await this.queries.run(caller.tenant, runId, query.minPosition);
    if (row === undefined) throw notFound('billing-sync/run-not-found', `There is no aggregation run ${runId}`);
    return aggregationView(row);
  }

  @Get('aggregation-config')
  @AllowReaders()
  @ApiOperation({ summary: 'How usage is summed up', description: 'The key of a line and the size of a batch.' })
  @ApiOkResponse({ type: AggregationConfigDto })
  configuration(): AggregationConfigDto {
    const batchSize = this.config.billing?.batchSize ?? 1000;
    return { key: AGGREGATION_KEY, batchSize, frequency: 'ON_DEMAND', rounding: 'MINOR_UNIT' };
  }
}
