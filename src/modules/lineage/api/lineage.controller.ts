import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { ProblemException, problemOf } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { isRefused, type Refused } from '../../../shared/kernel/refusal.js';
import { MalformedCursor } from '../application/line-records.js';
import { LineageQueries } from '../application/lineage.queries.js';
import type { Lineage } from '../domain/lineage.js';
import { LineageDto, LineageQuery, LineageRecordsQuery } from './lineage.dto.js';
import { lineageRefusals } from './lineage.refusals.js';

const MISSING =
  'A link of the chain is missing (`lineage/not-found`): the message says which, and whether it is still to come.';

@ApiTags('Lineage')
@Controller('v1/lineage')
@AllowReaders()
export class LineageController {
  constructor(private readonly queries: LineageQueries) {}

  @Get('usage-records/:recordId')
  @ApiOperation({
    summary: 'From a raw line to its invoice lines',
    description:
      'File, exact line, mediated record, every charge with its price version, aggregated line, batch, invoice; for a suspended record its history. Where the chain stops, `openEnds` says why.',
  })
  @ApiParam({ name: 'recordId', description: '`<fileId>:<line>`', example: 'f3b0c44298fc1c149afbf:3' })
  @ApiOkResponse({ type: LineageDto })
  @ApiProblems({ 404: MISSING, 422: 'Not a record id (`lineage/malformed-id`).' })
  async usageRecord(
    @Caller() caller: Principal,
    @Param('recordId') id: string,
    @Query() query: LineageQuery,
  ): Promise<LineageDto> {
    await this.queries.seen(query.minPosition);
    return shown(await this.queries.usageRecord(caller.tenant, id));
  }

  @Get('monetized-usage/:id')
  @ApiOperation({
    summary: 'One charge, back to its raw line and on to its invoice line',
    description: 'As for a raw line, with this charge alone.',
  })
  @ApiParam({ name: 'id', description: '`<fileId>:<line>:<charge>`', example: 'f3b0c44298fc1c149afbf:3:0' })
  @ApiOkResponse({ type: LineageDto })
  @ApiProblems({ 404: MISSING, 422: 'Not an id of monetized usage (`lineage/malformed-id`).' })
  async monetizedUsage(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Query() query: LineageQuery,
  ): Promise<LineageDto> {
    await this.queries.seen(query.minPosition);
    return shown(await this.queries.monetizedUsage(caller.tenant, id));
  }

  @Get('aggregated-usage/:lineId')
  @ApiOperation({
    summary: 'From a billing line back to its raw lines',
    description:
      'The line with its sums recomputed from its records (`balanced`), its run, its batch with every attempt, its invoice lines; its monetized records a page at a time, each traced back to the exact raw line.',
  })
  @ApiParam({ name: 'lineId', description: '`<runId>-<batch>-<line>`', example: '7d0c3f5e9a1b4c2d-1-1' })
  @ApiOkResponse({ type: LineageDto })
  @ApiProblems({ 404: MISSING, 422: 'Not a line id (`lineage/malformed-id`), or a cursor of another list.' })
  async aggregatedUsage(
    @Caller() caller: Principal,
    @Param('lineId') lineId: string,
    @Query() query: LineageRecordsQuery,
  ): Promise<LineageDto> {
    await this.queries.seen(query.minPosition);
    return paged(() => this.queries.aggregatedLine(caller.tenant, lineId, query));
  }

  @Get('invoice-lines/:id')
  @ApiOperation({
    summary: 'From an invoice line back to its raw lines',
    description:
      'The billing lines that were invoiced on it and their records, a page at a time, each traced back to the exact raw line, under which price, by whose action.',
  })
  @ApiParam({ name: 'id', description: '`<invoiceNo>.<invoiceLineNo>`', example: 'INV-000001.1' })
  @ApiOkResponse({ type: LineageDto })
  @ApiProblems({
    404: MISSING,
    422: 'Not an id of an invoice line (`lineage/malformed-id`), or a cursor of another list.',
  })
  async invoiceLine(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Query() query: LineageRecordsQuery,
  ): Promise<LineageDto> {
    await this.queries.seen(query.minPosition);
    return paged(() => this.queries.invoiceLine(caller.tenant, id, query));
  }
}

function shown(lineage: Lineage | Refused): LineageDto {
  if (isRefused(lineage)) throw problemOf(lineage.refused, lineageRefusals);
  return lineage;
}

async function paged(query: () => Promise<Lineage | Refused>): Promise<LineageDto> {
  try {
    return shown(await query());
  } catch (error) {
    if (!(error instanceof MalformedCursor)) throw error;
    const errors = [{ path: 'after', message: error.message }];
    throw new ProblemException(422, { code: 'lineage/malformed-cursor', message: error.message, errors });
  }
}
