import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { pageOf } from '../../../shared/http/page.js';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { notFound } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { SuspenseQueries } from '../application/suspense.queries.js';
import {
  SuspendedRecordPage,
  SuspendedRecordsQuery,
  SuspenseErrorsDto,
  SuspenseErrorsQuery,
  SuspenseFilePage,
  SuspenseFilesQuery,
} from './suspense-list.dto.js';
import { errorViews, fileView, recordView } from './suspense.views.js';

@ApiTags('Suspense')
@Controller('v1/suspense')
@AllowReaders()
export class SuspenseController {
  constructor(private readonly queries: SuspenseQueries) {}

  @Get('files')
  @ApiOperation({
    summary: 'Files with suspended records',
    description:
      'Level 1: one row per file that has records in suspense, newest loaded first. A file leaves the list when its last record became money.',
  })
  @ApiOkResponse({ type: SuspenseFilePage })
  async files(@Caller() caller: Principal, @Query() query: SuspenseFilesQuery): Promise<SuspenseFilePage> {
    return pageOf(await this.queries.files(caller.tenant, query, query), fileView);
  }

  @Get('files/:fileId/errors')
  @ApiOperation({
    summary: 'Suspense codes of a file',
    description: 'Level 2: how many records of the file stand where, by code and status, with what brings them back.',
  })
  @ApiParam({ name: 'fileId', description: 'The file.', example: 'f3b0c44298fc1c149afbf' })
  @ApiOkResponse({ type: SuspenseErrorsDto })
  @ApiProblems({ 404: 'No such file (`suspense/file-not-found`), or it is not known to suspense yet.' })
  async errors(
    @Caller() caller: Principal,
    @Param('fileId') fileId: string,
    @Query() query: SuspenseErrorsQuery,
  ): Promise<SuspenseErrorsDto> {
    const file = await this.queries.file(caller.tenant, fileId, query.minPosition);
    if (file === undefined) throw notFound('suspense/file-not-found', `There is no usage file ${fileId}`);
    return { fileId, fileName: file.fileName, items: errorViews(file, query.status) };
  }

  @Get('records')
  @ApiOperation({
    summary: 'Suspended records',
    description: 'Level 3: the records themselves, by file and line. Without a status: what is in suspense now.',
  })
  @ApiOkResponse({ type: SuspendedRecordPage })
  async records(@Caller() caller: Principal, @Query() query: SuspendedRecordsQuery): Promise<SuspendedRecordPage> {
    return pageOf(await this.queries.records(caller.tenant, query, query), recordView);
  }
}
