import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Put,
  Query,
  Res,
  type Type,
} from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { Principal } from '../../../../shared/command-log/recorded-command.js';
import { Allow, AllowReaders, Caller } from '../../../../shared/http/access.decorators.js';
import { pageOf } from '../../../../shared/http/page.js';
import { notFound } from '../../../../shared/http/problem.js';
import { ApiProblems } from '../../../../shared/http/problem.dto.js';
import { MinPositionQuery } from '../../../../shared/http/min-position-query.dto.js';
import { BuildingBlockQueries } from '../../application/building-blocks/building-block.queries.js';
import { BLOCK_WORDS } from '../../domain/building-blocks/building-block.js';
import type { BlockApi } from './block-api.js';
import { expectedVersion, readBlockRequest } from './block-request.js';
import { BlockWriter, type HeaderWriter } from './block-writer.js';
import { blockVersionView, blockView } from './block.views.js';
import { BlockAnswerDto, RemovalQuery, type BlocksQuery } from './block.dtos.js';

type Json = Readonly<Record<string, unknown>>;

export const IF_MATCH = {
  name: 'If-Match',
  required: false,
  description: 'The version that was seen last, as the ETag said it.',
};

/** What makes the example of a replacement another version than the one of the definition. */
const FROM_NEW_YEAR = { effectiveFrom: '2026-01-01T00:00:00Z', reason: 'From the new year on' };

/** The controller of one kind: list, read, define, replace, remove. */
export function buildingBlockController({
  kind,
  className,
  plural,
  says,
  means,
  dtos,
  Query: Filters,
  examples,
}: BlockApi): Type {
  const { one, path } = BLOCK_WORDS[kind];
  const anOne = `${/^[aeio]/.test(one) ? 'an' : 'a'} ${one}`;
  const { id: usualId, ...usual } = examples.usual;
  const param = (example: unknown) => ({ name: 'id', description: `The ${one}.`, example: String(example) });
  const absent = `There is no such ${one} (\`catalog/building-block-not-found\`).`;
  const stale = 'It was changed since the version in If-Match (`catalog/building-block-changed`).';
  const wrong =
    'Something of it is wrong, or it names what is not there; every error is named (`catalog/building-block-invalid`).';

  @ApiTags('Building blocks')
  @Controller(`v1/${path}`)
  class BuildingBlockController {
    constructor(
      @Inject(BlockWriter) private readonly writer: BlockWriter,
      @Inject(BuildingBlockQueries) private readonly queries: BuildingBlockQueries,
    ) {}

    @Get()
    @AllowReaders()
    @ApiOperation({ summary: plural, description: `${says} By id, each as it was said last.` })
    @ApiOkResponse({ type: dtos.List })
    async list(@Caller() caller: Principal, @Query() query: BlocksQuery): Promise<object> {
      return pageOf(await this.queries.list(caller.tenant, kind, query, query), blockView);
    }

    @Get(':id')
    @AllowReaders()
    @ApiOperation({ summary: `One ${one}`, description: 'With every version there ever was. The ETag is the newest.' })
    @ApiParam(param(usualId))
    @ApiOkResponse({ type: dtos.Details })
    @ApiProblems({ 404: absent })
    async one(
      @Caller() caller: Principal,
      @Param('id') id: string,
      @Query() query: MinPositionQuery,
      @Res({ passthrough: true }) reply: HeaderWriter,
    ): Promise<object> {
      const row = await this.queries.one(caller.tenant, kind, id, query.minPosition);
      if (row === undefined) throw notFound('catalog/building-block-not-found', `There is no ${one} ${id}`);
      reply.header('etag', `"${row.version}"`);
      const versions = await this.queries.versions(caller.tenant, kind, id);
      return { ...blockView(row), versions: versions.map(blockVersionView) };
    }

    @Post()
    @HttpCode(201)
    @Allow('operator', 'admin')
    @ApiOperation({ summary: `Define ${anOne}`, description: means })
    @ApiBody({
      type: dtos.Define,
      examples: { usual: { value: examples.usual }, spare: { summary: 'Another one', value: examples.spare } },
    })
    @ApiCreatedResponse({ type: BlockAnswerDto })
    @ApiProblems({ 409: 'The id is taken (`catalog/building-block-exists`).', 422: wrong })
    define(
      @Caller() caller: Principal,
      @Body() body: Json,
      @Res({ passthrough: true }) reply: HeaderWriter,
      @Headers('idempotency-key') key?: string,
    ): Promise<BlockAnswerDto> {
      return this.writer.define(caller, { kind, mode: 'CREATE', ...readBlockRequest(kind, body) }, reply, key);
    }

    @Put(':id')
    @Allow('operator', 'admin')
    @ApiOperation({
      summary: `Replace ${anOne}`,
      description:
        'Becomes a new version that holds from `effectiveFrom` on; the same again changes nothing. With If-Match nobody else’s change is passed over unseen.',
    })
    @ApiParam(param(usualId))
    @ApiHeader(IF_MATCH)
    @ApiBody({ type: dtos.Replace, examples: { usual: { value: { ...usual, ...FROM_NEW_YEAR } } } })
    @ApiOkResponse({ type: BlockAnswerDto })
    @ApiProblems({ 404: absent, 412: stale, 422: wrong })
    replace(
      @Caller() caller: Principal,
      @Param('id') id: string,
      @Body() body: Json,
      @Res({ passthrough: true }) reply: HeaderWriter,
      @Headers('if-match') ifMatch?: string,
      @Headers('idempotency-key') key?: string,
    ): Promise<BlockAnswerDto> {
      const request = {
        kind,
        mode: 'REPLACE' as const,
        ...readBlockRequest(kind, body, id),
        ...expectedVersion(ifMatch),
      };
      return this.writer.define(caller, request, reply, key);
    }

    @Delete(':id')
    @Allow('operator', 'admin')
    @ApiOperation({
      summary: `Remove ${anOne}`,
      description:
        'Refused as long as anything names it, and says what. Its versions stay in the log; the id may be defined again.',
    })
    @ApiParam(param(examples.spare['id']))
    @ApiHeader(IF_MATCH)
    @ApiOkResponse({ type: BlockAnswerDto })
    @ApiProblems({ 404: absent, 409: 'Something names it (`catalog/building-block-referenced`).', 412: stale })
    remove(
      @Caller() caller: Principal,
      @Param('id') id: string,
      @Query() { reason }: RemovalQuery,
      @Res({ passthrough: true }) reply: HeaderWriter,
      @Headers('if-match') ifMatch?: string,
      @Headers('idempotency-key') key?: string,
    ): Promise<BlockAnswerDto> {
      return this.writer.remove(caller, { kind, id, reason, ...expectedVersion(ifMatch) }, reply, key);
    }
  }

  // The filters differ from kind to kind, and decorators know only what the source says.
  Reflect.defineMetadata('design:paramtypes', [Object, Filters], BuildingBlockController.prototype, 'list');
  Object.defineProperty(BuildingBlockController, 'name', { value: `${className}Controller` });
  return BuildingBlockController;
}
