import { Body, Controller, Delete, Get, Headers, Param, Put, Query, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../../shared/command-log/recorded-command.js';
import { Allow, AllowReaders, Caller } from '../../../../shared/http/access.decorators.js';
import { pageByName } from '../../../../shared/http/name-pages.js';
import { notFound } from '../../../../shared/http/problem.js';
import { ApiProblems } from '../../../../shared/http/problem.dto.js';
import { MinPositionQuery } from '../../../../shared/http/min-position-query.dto.js';
import { BuildingBlockQueries } from '../../application/building-blocks/building-block.queries.js';
import { SYSTEM_PROPERTIES } from '../../domain/building-blocks/system-properties.js';
import type { BuildingBlockRow } from '../../projections/building-blocks.collections.js';
import { expectedVersion, readBlockRequest } from './block-request.js';
import { BlockWriter, type HeaderWriter } from './block-writer.js';
import { blockVersionView } from './block.views.js';
import { BlockAnswerDto, RemovalQuery } from './block.dtos.js';
import { IF_MATCH } from './building-block.controller.js';
import {
  PropertiesQuery,
  SetPropertyDto,
  SystemPropertyDetailsDto,
  SystemPropertyPage,
  type SystemPropertyDto,
} from './system-properties.dto.js';

type PropertyView = Pick<SystemPropertyDto, keyof SystemPropertyDto>;

const KIND = 'SYSTEM_PROPERTY';
const NAME = { name: 'id', description: 'Its name.', example: 'timeZone' };
const UNKNOWN = 'There is no property of this name (`catalog/building-block-not-found`); the list has them all.';
const STALE = 'It was changed since the version in If-Match (`catalog/building-block-changed`).';
const MOST = { limit: 1000 };

/** Settings of the tenant: a fixed set of names, each with what holds while it is not set. */
@ApiTags('Building blocks')
@Controller('v1/system-properties')
export class SystemPropertiesController {
  constructor(
    private readonly writer: BlockWriter,
    private readonly queries: BuildingBlockQueries,
  ) {}

  @Get()
  @AllowReaders()
  @ApiOperation({
    summary: 'System properties',
    description:
      'Settings of the tenant, by name: all there are, with what holds now. Others are refused: nothing would read them.',
  })
  @ApiOkResponse({ type: SystemPropertyPage })
  async list(@Caller() caller: Principal, @Query() query: PropertiesQuery): Promise<SystemPropertyPage> {
    const { minPosition } = query;
    const { items } = await this.queries.list(caller.tenant, KIND, {}, { ...MOST, minPosition });
    const names = Object.keys(SYSTEM_PROPERTIES).sort();
    const wanted = names.filter(
      (id) => query.category === undefined || SYSTEM_PROPERTIES[id]?.category === query.category,
    );
    const page = pageByName('system-properties', wanted, (id) => id, query);
    return {
      ...page,
      items: page.items.flatMap(
        (id) =>
          propertyView(
            id,
            items.find((row) => row.id === id),
          ) ?? [],
      ),
    };
  }

  @Get(':id')
  @AllowReaders()
  @ApiOperation({ summary: 'One system property', description: 'With every value it had. The ETag is its version.' })
  @ApiParam(NAME)
  @ApiOkResponse({ type: SystemPropertyDetailsDto })
  @ApiProblems({ 404: UNKNOWN })
  async one(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Query() query: MinPositionQuery,
    @Res({ passthrough: true }) reply: HeaderWriter,
  ): Promise<SystemPropertyDetailsDto> {
    const row = await this.queries.one(caller.tenant, KIND, id, query.minPosition);
    const versions = await this.queries.versions(caller.tenant, KIND, id);
    const view = propertyView(id, row);
    if (view === undefined) throw notFound('catalog/building-block-not-found', `There is no system property ${id}`);
    const version = versions[0]?.version ?? 0;
    reply.header('etag', `"${version}"`);
    return { ...view, version, versions: versions.map(blockVersionView) };
  }

  @Put(':id')
  @Allow('admin')
  @ApiOperation({
    summary: 'Set a system property',
    description: 'Becomes a new version that holds from `effectiveFrom` on; the same again changes nothing.',
  })
  @ApiParam(NAME)
  @ApiHeader(IF_MATCH)
  @ApiBody({ type: SetPropertyDto })
  @ApiOkResponse({ type: BlockAnswerDto })
  @ApiProblems({
    412: STALE,
    422: 'The value is not one, or there is no property of this name (`catalog/building-block-invalid`).',
  })
  set(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Body() body: Readonly<Record<string, unknown>>,
    @Res({ passthrough: true }) reply: HeaderWriter,
    @Headers('if-match') ifMatch?: string,
    @Headers('idempotency-key') key?: string,
  ): Promise<BlockAnswerDto> {
    const request = {
      kind: KIND,
      mode: 'PUT',
      ...readBlockRequest(KIND, body, id),
      ...expectedVersion(ifMatch),
    } as const;
    return this.writer.define(caller, request, reply, key);
  }

  @Delete(':id')
  @Allow('admin')
  @ApiOperation({
    summary: 'Unset a system property',
    description: 'Its fallback holds again. Refused as long as anything needs it set, and says what.',
  })
  @ApiParam(NAME)
  @ApiHeader(IF_MATCH)
  @ApiOkResponse({ type: BlockAnswerDto })
  @ApiProblems({
    404: 'It is not set (`catalog/building-block-not-found`).',
    409: 'Something needs it (`catalog/building-block-referenced`).',
    412: STALE,
  })
  unset(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Query() { reason }: RemovalQuery,
    @Res({ passthrough: true }) reply: HeaderWriter,
    @Headers('if-match') ifMatch?: string,
    @Headers('idempotency-key') key?: string,
  ): Promise<BlockAnswerDto> {
    return this.writer.remove(caller, { kind: KIND, id, reason, ...expectedVersion(ifMatch) }, reply, key);
  }
}

function propertyView(id: string, row: BuildingBlockRow | undefined): PropertyView | undefined {
  const rule = Object.hasOwn(SYSTEM_PROPERTIES, id) ? SYSTEM_PROPERTIES[id] : undefined;
  if (rule === undefined) return undefined;
  const { category, says, fallback } = rule;
  const set = row?.definition['value'] as SystemPropertyDto['value'] | undefined;
  return { id, category, description: says, value: set ?? fallback, fallback, version: row?.version ?? 0 };
}
