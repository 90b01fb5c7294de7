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
import { ReprocessSuspense, type ReprocessAnswer } from '../application/reprocess-suspense.command.js';
import { SuspenseQueries } from '../application/suspense.queries.js';
import type { SuspenseSelection } from '../domain/events.js';
import { suspenseRefusals } from './suspense.refusals.js';
import { reprocessView } from './suspense.views.js';
import { ReprocessesQuery } from './suspense-list.dto.js';
import {
  ReprocessAnswerDto,
  ReprocessDto,
  ReprocessPage,
  ReprocessRequestDto,
  type SuspenseSelectionDto,
} from './suspense-reprocess.dto.js';

@ApiTags('Suspense')
@Controller('v1/suspense/reprocesses')
export class SuspenseReprocessesController {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    private readonly queries: SuspenseQueries,
  ) {}

  @Post()
  @HttpCode(202)
  @Allow('operator')
  @ApiOperation({
    summary: 'Rate suspended records again',
    description:
      'Takes the open records of the selection (a file, a code, single records, an account) and rates them as the catalog and the accounts stand now. Records in the hands of another reprocess are left to it. First bring what the remedy names: see GET /v1/suspense/files/{fileId}/errors.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key again gives the first answer.' })
  @ApiAcceptedResponse({ type: ReprocessAnswerDto })
  @ApiProblems({
    409: 'A command with this Idempotency-Key is still running (`command/in-flight`).',
    422: 'The selection is empty, or no open record matches it (`suspense/nothing-selected`).',
  })
  async reprocess(
    @Caller() caller: Principal,
    @Body() body: ReprocessRequestDto,
    @Headers('idempotency-key') key?: string,
  ): Promise<ReprocessAnswerDto> {
    const command = new ReprocessSuspense({ selection: selectionOf(body.selection), reason: body.reason });
    const submitted = await this.gateway.submit<ReprocessAnswer>(caller, command, key === undefined ? {} : { key });
    return answerOf(submitted, suspenseRefusals);
  }

  @Get()
  @AllowReaders()
  @ApiOperation({ summary: 'Reprocesses', description: 'What was rated again, by whom and why, newest first.' })
  @ApiOkResponse({ type: ReprocessPage })
  async list(@Caller() caller: Principal, @Query() query: ReprocessesQuery): Promise<ReprocessPage> {
    return pageOf(await this.queries.reprocesses(caller.tenant, query, query), reprocessView);
  }

  @Get(':reprocessId')
  @AllowReaders()
  @ApiOperation({
    summary: 'One reprocess',
    description: 'How far it is: what became money, by the code it had, and what was suspended again, by its new code.',
  })
  @ApiParam({ name: 'reprocessId', description: 'As the request answered.', example: 'r0c4f2a9be1d74f0aa1b2' })
  @ApiOkResponse({ type: ReprocessDto })
  @ApiProblems({
    404: 'No such reprocess (`suspense/reprocess-not-found`), or the read model has not seen it yet: ask with minPosition.',
  })
  async one(
    @Caller() caller: Principal,
    @Param('reprocessId') reprocessId: string,
    @Query() query: MinPositionQuery,
  ): Promise<ReprocessDto> {
    const row = await this.queries.reprocess(caller.tenant, reprocessId, query.minPosition);
    if (row === undefined) throw notFound('suspense/reprocess-not-found', `There is no reprocess ${reprocessId}`);
    return reprocessView(row);
  }
}

/** Plain JSON with the members that were given, for the recorded payload. */
function selectionOf(dto: SuspenseSelectionDto): SuspenseSelection {
  return {
    ...(dto.fileId === undefined ? {} : { fileId: dto.fileId }),
    ...(dto.errorCode === undefined ? {} : { errorCode: dto.errorCode }),
    ...(dto.recordIds === undefined ? {} : { recordIds: dto.recordIds }),
    ...(dto.accountId === undefined ? {} : { accountId: dto.accountId }),
  };
}
