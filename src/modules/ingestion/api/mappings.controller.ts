import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { COMMAND_GATEWAY, type CommandGateway } from '../../../shared/command-log/command-gateway.port.js';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import { Allow, AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { answerOf } from '../../../shared/http/answer.js';
import { pageByName } from '../../../shared/http/name-pages.js';
import { notFound, ProblemException } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { MediationConfiguration } from '../application/mediation-configuration.js';
import { AddMapping } from '../application/mediation.commands.js';
import { tryMapping, type Trial } from '../application/try-mapping.js';
import type { MappingDefinition } from '../domain/mapping/definition.js';
import { parseMappingDefinition } from '../domain/mapping/parse-definition.js';
import { newest, type Mapping, type MappingVersion } from '../domain/mediation-book.js';
import { ingestionRefusals } from './ingestion.refusals.js';
import {
  AddMappingRequest,
  MappingAnswerDto,
  MappingDto,
  MappingPage,
  MappingsQuery,
  TrialDto,
  TryMappingRequest,
  type MappingVersionDto,
} from './mappings.dto.js';

/** Records and exceptions shown of a trial. */
const SHOWN = 1000;

@ApiTags('Sources and mappings')
@Controller('v1/mappings')
export class MappingsController {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    @Inject(CONFIG) private readonly config: Config,
    private readonly configuration: MediationConfiguration,
  ) {}

  @Post()
  @HttpCode(201)
  @Allow('operator', 'admin')
  @ApiOperation({
    summary: 'Add a mapping, or a version of one',
    description:
      'A version never changes: files received from now on are read with the new one, files received before with theirs. Everything wrong with the definition is named at once.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'The same key again gives the first answer.' })
  @ApiCreatedResponse({ type: MappingAnswerDto })
  @ApiProblems({
    409: 'The mapping is for another source platform, service type or usage record type (`ingestion/mapping-moved`).',
  })
  async add(
    @Caller() caller: Principal,
    @Body() body: AddMappingRequest,
    @Headers('idempotency-key') key?: string,
  ): Promise<MappingAnswerDto> {
    const definition = parsed(body.definition);
    const command = new AddMapping({ mapping: body.mapping, reason: body.reason, definition });
    return answerOf(await this.gateway.submit(caller, command, key === undefined ? {} : { key }), ingestionRefusals);
  }

  @Post('try')
  @HttpCode(200)
  @Allow('operator', 'admin')
  @ApiOperation({
    summary: 'Try a mapping on a sample',
    description: 'Reads the sample exactly as a file would be read and shows what would come out. Nothing is stored.',
  })
  @ApiOkResponse({ type: TrialDto })
  async try(@Body() body: TryMappingRequest): Promise<TrialDto> {
    const definition = parsed(body.definition);
    return trialDto(await tryMapping(definition, body.sample, this.config.limits.maxRecordBytes));
  }

  @Get()
  @AllowReaders()
  @ApiOperation({ summary: 'List the mappings', description: 'By name, each with its newest version.' })
  @ApiOkResponse({ type: MappingPage })
  async list(@Caller() caller: Principal, @Query() query: MappingsQuery): Promise<MappingPage> {
    const mappings = (await this.configuration.current()).mappings(caller.tenant).filter((mapping) => {
      const { sourcePlatform, serviceType } = newest(mapping).definition;
      return (
        (query.sourcePlatform === undefined || query.sourcePlatform === sourcePlatform) &&
        (query.serviceType === undefined || query.serviceType === serviceType)
      );
    });
    const page = pageByName('mappings', mappings, (mapping) => mapping.mapping, query);
    return {
      ...page,
      items: page.items.map(({ mapping, ...rest }) => ({ mapping, newest: versionDto(newest({ mapping, ...rest })) })),
    };
  }

  @Get(':mapping')
  @AllowReaders()
  @ApiOperation({ summary: 'One mapping', description: 'With all its versions.' })
  @ApiParam({ name: 'mapping', description: 'Its name.', example: 'switch-calls' })
  @ApiOkResponse({ type: MappingDto })
  @ApiProblems({ 404: 'There is no such mapping (`ingestion/mapping-not-found`).' })
  async one(@Caller() caller: Principal, @Param('mapping') name: string): Promise<MappingDto> {
    const mapping: Mapping | undefined = (await this.configuration.current()).mapping(caller.tenant, name);
    if (mapping === undefined) throw notFound('ingestion/mapping-not-found', `There is no mapping ${name}`);
    return { mapping: mapping.mapping, versions: mapping.versions.map(versionDto) };
  }
}

function parsed(definition: Record<string, unknown>): MappingDefinition {
  const result = parseMappingDefinition(definition);
  if ('definition' in result) return result.definition;
  const errors = result.errors.map(({ path, message }) => ({
    path: path === '' ? 'definition' : `definition.${path}`,
    message,
  }));
  throw new ProblemException(422, {
    code: 'ingestion/mapping-invalid',
    message: `The definition has ${errors.length === 1 ? 'one fault' : `${errors.length} faults`}: see errors`,
    errors,
  });
}

function versionDto(version: MappingVersion): MappingVersionDto {
  return { ...version, definition: { ...version.definition } };
}

function trialDto(trial: Trial): TrialDto {
  if ('fileError' in trial) return { fileError: trial.fileError, records: [], exceptions: [] };
  const { columns, counts, quantities } = trial;
  const named = (prefix: string, row: number) =>
    Object.fromEntries(
      Object.keys(columns)
        .filter((name) => name.startsWith(prefix))
        .map((name) => [name.slice(prefix.length), columns[name]?.[row]])
        .filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  const records = columns.line.slice(0, SHOWN).map((line, row) => ({
    line,
    serviceId: columns.serviceId[row] ?? '',
    usageType: columns.usageType[row] ?? '',
    at: new Date(columns.at[row] ?? 0).toISOString(),
    quantities: named('q.', row),
    attributes: named('a.', row),
  }));
  const exceptions = columns['x.line'].slice(0, SHOWN).map((line, row) => {
    const column = columns['x.column'][row];
    return {
      line,
      outcome: columns['x.outcome'][row] ?? 'ERROR',
      code: columns['x.code'][row] ?? '',
      ...(typeof column === 'string' ? { column } : {}),
      detail: columns['x.detail'][row] ?? '',
    };
  });
  return { records, exceptions, counts: { ...counts }, quantities };
}
