import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { pageOf } from '../../../shared/http/page.js';
import { COMMAND_GATEWAY, type CommandGateway } from '../../../shared/command-log/command-gateway.port.js';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { Allow, AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { answerOf } from '../../../shared/http/answer.js';
import { notFound } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { MinPositionQuery } from '../../../shared/http/min-position-query.dto.js';
import { BillingQueries } from '../application/billing.queries.js';
import {
  ReprocessBillingBatches,
  SendBillingBatches,
  type ReprocessSelection,
  type SendAnswer,
} from '../application/commands.js';
import { AggregatedUsageDto, AggregatedUsagePage, BatchDto, BatchErrorsDto, BatchPage } from './billing-answer.dto.js';
import { AggregatedUsageQuery, BatchesQuery } from './billing-list.dto.js';
import { BatchReprocessDto, SendAnswerDto, SendRequestDto } from './billing-request.dto.js';
import { billingSyncRefusals } from './billing-sync.refusals.js';
import { batchView, lineView } from './billing.views.js';

const KEY = { name: 'Idempotency-Key', required: false, description: 'The same key again gives the first answer.' };

@ApiTags('Billing')
@Controller('v1')
export class BillingBatchesController {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    private readonly queries: BillingQueries,
  ) {}

  @Post('billing-batches/sends')
  @HttpCode(202)
  @Allow('operator')
  @ApiOperation({
    summary: 'Send batches to the billing system',
    description:
      'Sends the batches of runs completed since the last send, and looks up what earlier sends left in doubt. A line whose answer was never seen is looked up by its id before it is ever sent again.',
  })
  @ApiHeader(KEY)
  @ApiAcceptedResponse({ type: SendAnswerDto })
  @ApiProblems({ 409: 'No billing system is configured (`billing-sync/not-configured`).' })
  async send(
    @Caller() caller: Principal,
    @Body() body: SendRequestDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<SendAnswerDto> {
    const command = new SendBillingBatches({ reason: body.reason, errored: body.errored ?? false });
    return this.submit(caller, command, key);
  }

  @Post('billing-batches/reprocesses')
  @HttpCode(202)
  @Allow('operator')
  @ApiOperation({
    summary: 'Send errored lines again',
    description:
      'Only lines in ERROR are offered again: all of them, those of a batch, or those of one error code within a batch. While nothing is in ERROR it is refused with 409.',
  })
  @ApiHeader(KEY)
  @ApiAcceptedResponse({ type: SendAnswerDto })
  @ApiProblems({
    404: 'No such batch (`billing-sync/batch-not-found`).',
    409: 'Nothing is in error there (`billing-sync/nothing-in-error`), or no billing system is configured.',
  })
  async reprocess(
    @Caller() caller: Principal,
    @Body() body: BatchReprocessDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<SendAnswerDto> {
    const command = new ReprocessBillingBatches({ selection: selectionOf(body), reason: body.reason });
    return this.submit(caller, command, key);
  }

  @Get('billing-batches')
  @AllowReaders()
  @ApiOperation({
    summary: 'Billing batches',
    description: 'Newest first; incomplete ones by default. A batch leaves that list when its last line is complete.',
  })
  @ApiOkResponse({ type: BatchPage })
  async list(@Caller() caller: Principal, @Query() query: BatchesQuery): Promise<BatchPage> {
    return pageOf(await this.queries.batches(caller.tenant, query, query), batchView);
  }

  @Get('billing-batches/:batchId')
  @AllowReaders()
  @ApiOperation({ summary: 'One billing batch', description: 'How many of its lines stand where, and its calls.' })
  @ApiParam({ name: 'batchId', description: 'The batch.', example: '7d0c3f5e9a1b4c2d-1' })
  @ApiOkResponse({ type: BatchDto })
  @ApiProblems({
    404: 'No such batch (`billing-sync/batch-not-found`), or the read model has not seen it yet: ask with minPosition.',
  })
  async one(
    @Caller() caller: Principal,
    @Param('batchId') batchId: string,
    @Query() query: MinPositionQuery,
  ): Promise<BatchDto> {
    const row = await this.queries.batch(caller.tenant, batchId, query.minPosition);
    if (row === undefined) throw noBatch(batchId);
    return batchView(row);
  }

  @Get('billing-batches/:batchId/errors')
  @AllowReaders()
  @ApiOperation({ summary: 'Errors of a batch', description: 'Lines in error or in doubt, by code and status.' })
  @ApiParam({ name: 'batchId', description: 'The batch.', example: '7d0c3f5e9a1b4c2d-1' })
  @ApiOkResponse({ type: BatchErrorsDto })
  @ApiProblems({ 404: 'No such batch (`billing-sync/batch-not-found`).' })
  async errors(
    @Caller() caller: Principal,
    @Param('batchId') batchId: string,
    @Query() query: MinPositionQuery,
  ): Promise<BatchErrorsDto> {
    const row = await this.queries.batch(caller.tenant, batchId, query.minPosition);
    if (row === undefined) throw noBatch(batchId);
    return { batchId, items: await this.queries.batchErrors(caller.tenant, batchId) };
  }

  @Get('aggregated-usage')
  @AllowReaders()
  @ApiOperation({
    summary: 'Aggregated usage',
    description: 'The lines sent to billing, each a blend of monetized records; by batch, account, status, error code.',
  })
  @ApiOkResponse({ type: AggregatedUsagePage })
  async lines(@Caller() caller: Principal, @Query() query: AggregatedUsageQuery): Promise<AggregatedUsagePage> {
    return pageOf(await this.queries.lines(caller.tenant, query, query), lineView);
  }

  @Get('aggregated-usage/:lineId')
  @AllowReaders()
  @ApiOperation({ summary: 'One aggregated line', description: 'Its sums, its rounding, its status and its invoice.' })
  @ApiParam({ name: 'lineId', description: 'The line.', example: '7d0c3f5e9a1b4c2d-1-1' })
  @ApiOkResponse({ type: AggregatedUsageDto })
  @ApiProblems({ 404: 'No such line (`billing-sync/line-not-found`).' })
  async line(
    @Caller() caller: Principal,
    @Param('lineId') lineId: string,
    @Query() query: MinPositionQuery,
  ): Promise<AggregatedUsageDto> {
    const row = await this.queries.line(caller.tenant, lineId, query.minPosition);
    if (row === undefined) throw notFound('billing-sync/line-not-found', `There is no aggregated line ${lineId}`);
    return lineView(row);
  }

  private async submit(
    caller: Principal,
    command: SendBillingBatches | ReprocessBillingBatches,
    key: string | undefined,
  ): Promise<SendAnswerDto> {
    const submitted = await this.gateway.submit<SendAnswer>(caller, command, key === undefined ? {} : { key });
    return answerOf(submitted, billingSyncRefusals);
  }
}

function noBatch(batchId: string) {
  return notFound('billing-sync/batch-not-found', `There is no billing batch ${batchId}`);
}

/** The members that the level needs; the DTO has made sure that they are there. */
function selectionOf({ level, batchId = '', errorCode = '' }: BatchReprocessDto): ReprocessSelection {
  if (level === 'all') return { level };
  return level === 'batch' ? { level, batchId } : { level, batchId, errorCode };
}
