import {
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
  Sse,
  type MessageEvent,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { COMMAND_GATEWAY, type CommandGateway } from '../../../shared/command-log/command-gateway.port.js';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { EVIDENCE_STORE, type EvidenceStore } from '../../../shared/evidence/evidence-store.port.js';
import { Allow, AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { answerOf } from '../../../shared/http/answer.js';
import { pageOf } from '../../../shared/http/page.js';
import { notFound } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { MinPositionQuery } from '../../../shared/http/min-position-query.dto.js';
import { READ_MODELS, type ReadModels } from '../../../shared/read-models/read-models.port.js';
import { ReceiveUsageFile } from '../application/receive-usage-file.command.js';
import { UsageFilesQueries } from '../application/usage-files.queries.js';
import { fileProgress } from './file-progress.js';
import { ingestionRefusals } from './ingestion.refusals.js';
import { SAMPLE_FILE } from './sample-file.js';
import { readUpload } from './usage-file-upload.js';
import {
  FileErrorsQuery,
  FileExceptionPage,
  ReceivedFileDto,
  UsageFileDto,
  UsageFilePage,
  UsageFilesQuery,
} from './usage-files.dto.js';
import { fileExceptionView, usageFileView } from './usage-files.views.js';

const FILE_ID = { name: 'fileId', description: 'As the upload answered.', example: 'f3b0c44298fc1c149afbf' };

const RECEIVED = {
  fileId: 'f3b0c44298fc1c149afbf',
  commandId: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10',
  position: 14,
};

@ApiTags('Usage files')
@Controller('v1/usage-files')
export class UsageFilesController {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    @Inject(EVIDENCE_STORE) private readonly evidence: EvidenceStore,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    private readonly queries: UsageFilesQueries,
  ) {}

  @Post()
  @HttpCode(202)
  @Allow('operator')
  @ApiOperation({
    summary: 'Upload a usage file',
    description:
      'The bytes are sealed under their SHA-256 and verified whole (gzip included), then mediated and rated in the background: follow the file by its id. The same bytes again answer 200 with `duplicateOf`, unless the first file was rejected.\n\nFor a first try, with the example mapping in place, save these lines as `calls-2026-01-31.csv` and choose it below:\n\n```text\n' +
      SAMPLE_FILE +
      '```',
  })
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['file', 'sourcePlatform', 'serviceType', 'usageRecordType'],
      properties: {
        sourcePlatform: { type: 'string', example: 'switch', description: 'The sending system.' },
        serviceType: { type: 'string', example: 'VOICE', description: 'Grouping of services.' },
        usageRecordType: {
          type: 'string',
          enum: ['POSTPAID', 'PRERATED', 'PREPAID'],
          example: 'POSTPAID',
          description: 'What the records are to us.',
        },
        mapping: {
          type: 'string',
          example: 'switch-calls',
          description: 'Its name; needed only where several mappings can read such files.',
        },
        file: { type: 'string', format: 'binary', description: 'The usage file, plain or gzip.' },
      },
    },
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key again gives the first answer.' })
  @ApiAcceptedResponse({ type: ReceivedFileDto, example: RECEIVED, description: 'It was received; its lines follow.' })
  @ApiOkResponse({ type: ReceivedFileDto, description: 'The same bytes came before.' })
  @ApiProblems({
    413: 'The file, or what its gzip holds, is larger than this server takes (`evidence/too-large`).',
    415: 'The body is no multipart/form-data (`request/unsupported-media-type`).',
  })
  async upload(
    @Caller() caller: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('idempotency-key') key?: string,
  ): Promise<ReceivedFileDto> {
    const command = new ReceiveUsageFile(await readUpload(request, this.evidence));
    const answer = answerOf(
      await this.gateway.submit(caller, command, key === undefined ? {} : { key }),
      ingestionRefusals,
    );
    if (answer.duplicateOf !== undefined) reply.status(200);
    return answer;
  }

  @Get()
  @AllowReaders()
  @ApiOperation({ summary: 'Usage files', description: 'Newest first, with their phases and control totals.' })
  @ApiOkResponse({ type: UsageFilePage })
  async list(@Caller() caller: Principal, @Query() query: UsageFilesQuery): Promise<UsageFilePage> {
    return pageOf(await this.queries.list(caller.tenant, query, query), usageFileView);
  }

  @Get(':fileId')
  @AllowReaders()
  @ApiOperation({
    summary: 'One usage file',
    description:
      'Where it stands: the counters of its three phases, its control totals, its money, and whether all of it balances.',
  })
  @ApiParam(FILE_ID)
  @ApiOkResponse({ type: UsageFileDto })
  @ApiProblems({
    404: 'No such file (`ingestion/file-not-found`), or the read model has not seen it yet: ask with minPosition.',
  })
  async one(
    @Caller() caller: Principal,
    @Param('fileId') fileId: string,
    @Query() query: MinPositionQuery,
  ): Promise<UsageFileDto> {
    const row = await this.queries.one(caller.tenant, fileId, query.minPosition);
    if (row === undefined) throw unknownFile(fileId);
    return usageFileView(row);
  }

  @Get(':fileId/errors')
  @AllowReaders()
  @ApiOperation({
    summary: 'Lines of a file that did not become usage',
    description:
      'In the order of the file: errors, duplicates and ignored lines, each with what is wrong and where. For the source to mend.',
  })
  @ApiParam(FILE_ID)
  @ApiOkResponse({ type: FileExceptionPage })
  @ApiProblems({ 404: 'There is no such file (`ingestion/file-not-found`).' })
  async errors(
    @Caller() caller: Principal,
    @Param('fileId') fileId: string,
    @Query() query: FileErrorsQuery,
  ): Promise<FileExceptionPage> {
    const row = await this.queries.one(caller.tenant, fileId, query.minPosition);
    if (row === undefined) throw unknownFile(fileId);
    return pageOf(await this.queries.exceptions(caller.tenant, fileId, query.outcome, query), fileExceptionView);
  }

  @Sse(':fileId/events')
  @AllowReaders()
  @ApiOperation({
    summary: 'Progress of a file',
    description:
      'Server-sent events of type `progress` whenever the file has come further, each with the file as data and the log position as id; ends when the file is completed or rejected. Last-Event-ID goes on from there.',
  })
  @ApiParam(FILE_ID)
  @ApiProduces('text/event-stream')
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The id of the last message received.' })
  @ApiOkResponse({ type: UsageFileDto, description: 'A stream of messages; the data of each is the file.' })
  @ApiProblems({
    404: 'No such file (`ingestion/file-not-found`), or the read model has not seen it yet: ask with minPosition.',
  })
  async events(
    @Caller() caller: Principal,
    @Param('fileId') fileId: string,
    @Query() query: MinPositionQuery,
    @Headers('last-event-id') lastEventId?: string,
  ): Promise<Observable<MessageEvent>> {
    const row = await this.queries.one(caller.tenant, fileId, query.minPosition);
    if (row === undefined) throw unknownFile(fileId);
    const last = /^\d{1,15}$/.test(lastEventId ?? '') ? Number(lastEventId) : 0;
    return fileProgress(
      { readModels: this.readModels, queries: this.queries },
      { tenant: caller.tenant, fileId },
      last,
    );
  }
}

function unknownFile(fileId: string) {
  return notFound('ingestion/file-not-found', `There is no usage file ${fileId}`);
}
