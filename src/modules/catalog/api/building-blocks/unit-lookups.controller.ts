import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../../shared/command-log/recorded-command.js';
import { AllowReaders, Caller } from '../../../../shared/http/access.decorators.js';
import { pageByName } from '../../../../shared/http/name-pages.js';
import { notFound } from '../../../../shared/http/problem.js';
import { ApiProblems } from '../../../../shared/http/problem.dto.js';
import { invalidRequest } from '../../../../shared/http/validation.js';
import type { Clock } from '../../../../shared/kernel/clock.js';
import { CLOCK } from '../../../../shared/runtime/tokens.js';
import { CatalogBooks } from '../../application/catalog-books.js';
import {
  PrefixesQuery,
  PrefixPage,
  TimeLookupDto,
  TimeLookupQuery,
  ZoneLookupDto,
  ZoneLookupQuery,
} from './unit-lookups.dto.js';

const ZONE_UNIT = { name: 'id', description: 'The zone unit.', example: 'DESTINATIONS' };
const TIME_UNIT = { name: 'id', description: 'The time unit.', example: 'PEAK_HOURS' };

/** Asking a unit what rating asks it, from the same tables. */
@ApiTags('Building blocks')
@Controller('v1')
@AllowReaders()
export class UnitLookupsController {
  constructor(
    private readonly books: CatalogBooks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('zone-units/:id/prefixes')
  @ApiOperation({
    summary: 'The prefixes of a zone unit',
    description: 'Of its newest version, ascending. A unit of distances has none.',
  })
  @ApiParam(ZONE_UNIT)
  @ApiOkResponse({ type: PrefixPage })
  @ApiProblems({ 404: 'There is no such zone unit (`catalog/building-block-not-found`).' })
  async prefixes(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Query() query: PrefixesQuery,
  ): Promise<PrefixPage> {
    const unit = (await this.books.current(caller.tenant)).blocks.latest('ZONE_UNIT', id);
    if (unit === undefined) throw unknown('zone unit', id);
    const { prefixes, zones } = 'prefixes' in unit ? unit : { prefixes: [], zones: [] };
    const rows = prefixes
      .map((prefix, index) => ({ prefix, zone: zones[index] ?? '' }))
      .filter(
        ({ prefix, zone }) =>
          (query.prefix === undefined || prefix.startsWith(query.prefix)) &&
          (query.zone === undefined || zone === query.zone),
      );
    return pageByName(`zone-units/${id}/prefixes`, rows, ({ prefix }) => prefix, query);
  }

  @Get('zone-units/:id/lookup')
  @ApiOperation({ summary: 'Which zone is it?', description: 'What rating would find at that time.' })
  @ApiParam(ZONE_UNIT)
  @ApiOkResponse({ type: ZoneLookupDto })
  @ApiProblems({ 404: 'There is no such zone unit at that time (`catalog/building-block-not-found`).' })
  async zone(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Query() { value, to, at }: ZoneLookupQuery,
  ): Promise<ZoneLookupDto> {
    const unit = (await this.books.current(caller.tenant)).unitsAt(this.instant(at)).zoneUnit(id);
    if (unit === undefined) throw unknown('zone unit', id);
    if (value === undefined) throw invalidRequest([{ path: 'value', message: 'is missing: what shall be looked up?' }]);
    return { zone: unit.zoneOf(value, to) ?? null };
  }

  @Get('time-units/:id/lookup')
  @ApiOperation({ summary: 'What time is it?', description: 'What rating would find at that time.' })
  @ApiParam(TIME_UNIT)
  @ApiOkResponse({ type: TimeLookupDto })
  @ApiProblems({ 404: 'There is no such time unit at that time (`catalog/building-block-not-found`).' })
  async time(
    @Caller() caller: Principal,
    @Param('id') id: string,
    @Query() { at, zone }: TimeLookupQuery,
  ): Promise<TimeLookupDto> {
    const instant = this.instant(at);
    const unit = (await this.books.current(caller.tenant)).unitsAt(instant).timeUnit(id);
    if (unit === undefined) throw unknown('time unit', id);
    return { time: unit.timeNameAt(instant, zone) ?? null };
  }

  private instant(at: string | undefined): number {
    return at === undefined ? this.clock.now() : Date.parse(at);
  }
}

function unknown(what: string, id: string) {
  return notFound('catalog/building-block-not-found', `There is no ${what} ${id}`);
}
