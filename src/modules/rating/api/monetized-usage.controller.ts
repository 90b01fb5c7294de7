import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { instantOf } from '../../../shared/http/is-instant.js';
import { pageOf } from '../../../shared/http/page.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { notFound } from '../../../shared/http/problem.js';
import { ChargeExplainer } from '../application/queries/charge-explainer.js';
import { LogMonetizedUsage } from '../application/queries/monetized-usage.reader.js';
import { MonetizedUsageQueries } from '../application/queries/monetized-usage.queries.js';
import { RecordVersions, versionAt } from '../application/queries/record-versions.js';
import {
  MonetizedUsageDetailDto,
  MonetizedUsagePage,
  MonetizedUsageQuery,
  OneMonetizedUsageQuery,
} from './monetized-usage.dto.js';
import { detailView, monetizedView } from './rating.views.js';

@ApiTags('Monetized usage')
@Controller('v1/monetized-usage')
@AllowReaders()
export class MonetizedUsageController {
  constructor(
    private readonly queries: MonetizedUsageQueries,
    private readonly reader: LogMonetizedUsage,
    private readonly explainer: ChargeExplainer,
    private readonly versions: RecordVersions,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Monetized usage records',
    description:
      'With an account or a service id: its records, newest usage first. With a file, or without any: newest rated ' +
      'first, read from the rated events; a page may then hold fewer records than asked for and still have a `next`.',
  })
  @ApiOkResponse({ type: MonetizedUsagePage })
  @ApiProblems({ 422: 'A filter is wrong, or the cursor belongs to another list.' })
  async list(@Caller() caller: Principal, @Query() query: MonetizedUsageQuery): Promise<MonetizedUsagePage> {
    const { from, to, ...filter } = query;
    const { limit, after, minPosition, ...exact } = filter;
    const page = await this.queries.list(
      caller.tenant,
      { ...exact, from: instantOf(from), to: instantOf(to) },
      { limit, after, minPosition },
    );
    return pageOf(page, monetizedView);
  }

  @Get(':id')
  @ApiOperation({
    summary: 'One monetized usage record, explained',
    description:
      'Its impacts by name, how the amount came about in words and numbers, the price version, and where it stands in ' +
      'the log. The charge is computed anew for the answer; `recomputed.equal` says whether it is what was stored. A record ' +
      'that was rated again has versions: each with its amount, its run, who asked for it and why, and the lines it was ' +
      'billed and taken back in. `asOf` answers the version that stood in the log then.',
  })
  @ApiParam({ name: 'id', description: '`<fileId>:<line>:<charge>`', example: 'f3b0c44298fc1c149afbf:3:0' })
  @ApiOkResponse({ type: MonetizedUsageDetailDto })
  @ApiProblems({
    404:
      'There is no such monetized record (`rating/monetized-usage-not-found`): the line is unknown, suspended, or not rated ' +
      'yet; or it was not rated yet at `asOf` (`rating/monetized-usage-not-yet`).',
    422: '`asOf` is no instant.',
  })
  async one(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Query() { asOf }: OneMonetizedUsageQuery,
  ): Promise<MonetizedUsageDetailDto> {
    const records = await this.reader.versionsById(caller.tenant, id);
    const [first] = records;
    if (first === undefined) {
      throw notFound(
        'rating/monetized-usage-not-found',
        `There is no monetized usage record ${id}: an id is <fileId>:<line>:<charge>; a line that is suspended or not ` +
          'rated yet has none (look at /v1/raw-usage/<fileId>:<line>)',
      );
    }
    const record = asOf === undefined ? records.at(-1) : versionAt(records, Date.parse(asOf));
    if (record === undefined) {
      throw notFound(
        'rating/monetized-usage-not-yet',
        `Monetized usage record ${id} did not stand in the log at ${asOf ?? ''}: it was rated at ${first.address.recordedAt}`,
      );
    }
    const explained = await this.explainer.explain(caller.tenant, record);
    return detailView(explained, await this.versions.describe(caller.tenant, records));
  }
}
