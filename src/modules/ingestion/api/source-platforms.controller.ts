import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { COMMAND_GATEWAY, type CommandGateway } from '../../../shared/command-log/command-gateway.port.js';
import type { Principal, RecordedCommand } from '../../../shared/command-log/recorded-command.js';
import { Allow, AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { answerOf } from '../../../shared/http/answer.js';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { pageByName } from '../../../shared/http/name-pages.js';
import { notFound } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { MediationConfiguration } from '../application/mediation-configuration.js';
import {
  CreateSourcePlatform,
  PauseSourcePlatform,
  ResumeSourcePlatform,
  type SourcePlatformAnswer,
} from '../application/mediation.commands.js';
import { ingestionRefusals } from './ingestion.refusals.js';
import {
  CreateSourcePlatformRequest,
  ReasonRequest,
  SourcePlatformAnswerDto,
  SourcePlatformDto,
  SourcePlatformPage,
} from './source-platforms.dto.js';

const IDEMPOTENCY = {
  name: 'Idempotency-Key',
  required: false,
  description: 'The same key again gives the first answer.',
};
const PLATFORM = { name: 'sourcePlatform', description: 'The platform.', example: 'switch' };

@ApiTags('Sources and mappings')
@Controller('v1/source-platforms')
export class SourcePlatformsController {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    private readonly configuration: MediationConfiguration,
  ) {}

  @Post()
  @HttpCode(201)
  @Allow('operator', 'admin')
  @ApiOperation({
    summary: 'Create a source platform',
    description: 'Makes its folder too; the input folders of its streams come with their mappings.',
  })
  @ApiHeader(IDEMPOTENCY)
  @ApiCreatedResponse({ type: SourcePlatformAnswerDto })
  @ApiProblems({ 409: 'There is a platform of this id already (`ingestion/platform-exists`).' })
  create(
    @Caller() caller: Principal,
    @Body() body: CreateSourcePlatformRequest,
    @Headers('idempotency-key') key?: string,
  ): Promise<SourcePlatformAnswerDto> {
    const { sourcePlatform, name, description } = body;
    const payload = { sourcePlatform, name, ...(description === undefined ? {} : { description }) };
    return this.submit(caller, new CreateSourcePlatform(payload), key);
  }

  @Get()
  @AllowReaders()
  @ApiOperation({ summary: 'List the source platforms', description: 'By id, as the log has them now.' })
  @ApiOkResponse({ type: SourcePlatformPage })
  async list(@Caller() caller: Principal, @Query() query: ListQuery): Promise<SourcePlatformPage> {
    const platforms = (await this.configuration.current()).platforms(caller.tenant);
    return pageByName('source-platforms', platforms, (platform) => platform.sourcePlatform, query);
  }

  @Get(':sourcePlatform')
  @AllowReaders()
  @ApiOperation({ summary: 'One source platform', description: 'Its state, and who changed it last and why.' })
  @ApiParam(PLATFORM)
  @ApiOkResponse({ type: SourcePlatformDto })
  @ApiProblems({ 404: 'There is no such platform (`ingestion/platform-not-found`).' })
  async one(@Caller() caller: Principal, @Param('sourcePlatform') id: string): Promise<SourcePlatformDto> {
    const platform = (await this.configuration.current()).platform(caller.tenant, id);
    if (platform === undefined) throw unknown(id);
    return platform;
  }

  @Post(':sourcePlatform/pause')
  @HttpCode(200)
  @Allow('operator', 'admin')
  @ApiOperation({
    summary: 'Pause a source platform',
    description:
      'Files of it go on arriving and wait; a file under way stops at the end of a chunk and goes on there later.',
  })
  @ApiParam(PLATFORM)
  @ApiHeader(IDEMPOTENCY)
  @ApiOkResponse({ type: SourcePlatformAnswerDto })
  @ApiProblems({ 404: 'There is no such platform (`ingestion/platform-not-found`).' })
  pause(
    @Caller() caller: Principal,
    @Param('sourcePlatform') sourcePlatform: string,
    @Body() body: ReasonRequest,
    @Headers('idempotency-key') key?: string,
  ): Promise<SourcePlatformAnswerDto> {
    return this.change(caller, new PauseSourcePlatform({ sourcePlatform, reason: body.reason }), key);
  }

  @Post(':sourcePlatform/resume')
  @HttpCode(200)
  @Allow('operator', 'admin')
  @ApiOperation({ summary: 'Resume a source platform', description: 'Its files are mediated in the order they came.' })
  @ApiParam(PLATFORM)
  @ApiHeader(IDEMPOTENCY)
  @ApiOkResponse({ type: SourcePlatformAnswerDto })
  @ApiProblems({ 404: 'There is no such platform (`ingestion/platform-not-found`).' })
  resume(
    @Caller() caller: Principal,
    @Param('sourcePlatform') sourcePlatform: string,
    @Body() body: ReasonRequest,
    @Headers('idempotency-key') key?: string,
  ): Promise<SourcePlatformAnswerDto> {
    return this.change(caller, new ResumeSourcePlatform({ sourcePlatform, reason: body.reason }), key);
  }

  private async change(caller: Principal, command: PauseSourcePlatform | ResumeSourcePlatform, key?: string) {
    const { sourcePlatform } = command.payload;
    if ((await this.configuration.current()).platform(caller.tenant, sourcePlatform) === undefined) {
      throw unknown(sourcePlatform);
    }
    return this.submit(caller, command, key);
  }

  private async submit(caller: Principal, command: RecordedCommand<SourcePlatformAnswer>, key?: string) {
    const submitted = await this.gateway.submit(caller, command, key === undefined ? {} : { key });
    return answerOf(submitted, ingestionRefusals);
  }
}

function unknown(sourcePlatform: string) {
  return notFound('ingestion/platform-not-found', `There is no source platform ${sourcePlatform}`);
}
