import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { pageOf } from '../../../shared/http/page.js';
import { notFound } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { instantToString } from '../../../shared/kernel/clock.js';
import { parseRecordId, recordId } from '../../../shared/kernel/record-id.js';
import type { RawRecord } from '../application/raw-records.js';
import { RawUsageQueries, type RawUsageFilter } from '../application/raw-usage.queries.js';
import { RawRecordDetailDto, RawUsagePage, RawUsageQuery } from './raw-usage.dto.js';

@ApiTags('Raw usage')
@Controller('v1/raw-usage')
export class RawUsageController {
  constructor(private readonly queries: RawUsageQueries) {}

  @Get()
  @AllowReaders()
  @ApiOperation({
    summary: 'Raw usage',
    description:
      'Lines as received, with what became of each. Source platform, service type and usage record type are needed, for each has its own shape. The newest lines first; with a file, in the order of the file.',
  })
  @ApiOkResponse({ type: RawUsagePage })
  async list(@Caller() caller: Principal, @Query() query: RawUsageQuery): Promise<RawUsagePage> {
    return pageOf(await this.queries.list(caller.tenant, filterOf(query), query), recordView);
  }

  @Get(':recordId')
  @AllowReaders()
  @ApiOperation({
    summary: 'One raw record',
    description:
      'The exact line from the sealed bytes, what mediation made of it, what became of it, and where it stands in the log.',
  })
  @ApiParam({ name: 'recordId', description: 'File and line.', example: 'f3b0c44298fc1c149afbf:3' })
  @ApiOkResponse({ type: RawRecordDetailDto })
  @ApiProblems({ 404: 'There is no such record (`ingestion/record-not-found`), or it is not mediated yet.' })
  async one(@Caller() caller: Principal, @Param('recordId') id: string): Promise<RawRecordDetailDto> {
    const address = parseRecordId(id);
    const found = address && (await this.queries.one(caller.tenant, address.fileId, address.line));
    if (found === undefined) throw notFound('ingestion/record-not-found', `There is no raw record ${id}`);
    const { record, file, event, text } = found;
    return {
      ...recordView(record),
      text,
      fileName: file.fileName,
      sha256: file.sha256,
      mapping: { name: file.mappingName, version: file.mappingVersion },
      event: { stream: event.stream, revision: event.revision, position: event.position, id: event.id },
      links: { file: `/v1/usage-files/${file.fileId}`, lineage: `/v1/lineage/usage-records/${id}` },
    };
  }
}

function recordView({ fileId, line, offset, length, status, outcome, usage, fault }: RawRecord) {
  return {
    recordId: recordId(fileId, line),
    fileId,
    line,
    offset,
    length,
    status,
    ...(outcome === undefined ? {} : { outcome }),
    ...(usage === undefined
      ? {}
      : {
          usage: {
            serviceId: usage.serviceId,
            usageType: usage.usageType,
            at: instantToString(usage.at),
            quantities: { ...usage.quantities },
            attributes: { ...usage.attributes },
          },
        }),
    ...(fault === undefined ? {} : { fault: { ...fault } }),
  };
}

function filterOf(query: RawUsageQuery): RawUsageFilter {
  const { sourcePlatform, serviceType, usageRecordType, fileId, fromLine, toLine, outcome, status, serviceId } = query;
  return {
    sourcePlatform,
    serviceType,
    usageRecordType,
    ...(fileId === undefined ? {} : { fileId }),
    ...(fromLine === undefined ? {} : { fromLine }),
    ...(toLine === undefined ? {} : { toLine }),
    ...(query.from === undefined ? {} : { from: Date.parse(query.from) }),
    ...(query.to === undefined ? {} : { to: Date.parse(query.to) }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(status === undefined ? {} : { status }),
    ...(serviceId === undefined ? {} : { serviceId }),
  };
}
