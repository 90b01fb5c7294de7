import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { pageOf } from '../../../shared/http/page.js';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { AllowReaders, Caller } from '../../../shared/http/access.decorators.js';
import { CatalogQueries } from '../application/catalog.queries.js';
import { CatalogObjectsQuery, PlanPage, RateSchedulePage, RateSchedulesQuery, ServicePage } from './catalog.dto.js';
import { planView, rateScheduleView, serviceView } from './catalog.views.js';

/** What the catalog feed brought; it is changed where it comes from. */
@ApiTags('Prices')
@Controller('v1')
@AllowReaders()
export class CatalogController {
  constructor(private readonly queries: CatalogQueries) {}

  @Get('services')
  @ApiOperation({ summary: 'Services', description: 'What is sold, by code. Read-only: the feed brings them.' })
  @ApiOkResponse({ type: ServicePage })
  async services(@Caller() caller: Principal, @Query() query: CatalogObjectsQuery): Promise<ServicePage> {
    return pageOf(await this.queries.objects(caller.tenant, 'SERVICE', query, query), serviceView);
  }

  @Get('plans')
  @ApiOperation({ summary: 'Plans', description: 'Plans of the billing system, by code. Read-only.' })
  @ApiOkResponse({ type: PlanPage })
  async plans(@Caller() caller: Principal, @Query() query: CatalogObjectsQuery): Promise<PlanPage> {
    return pageOf(await this.queries.objects(caller.tenant, 'PLAN', query, query), planView);
  }

  @Get('rate-schedules')
  @ApiOperation({
    summary: 'Rate schedules',
    description: 'The variants of the plans and their currencies, by plan and code. Read-only.',
  })
  @ApiOkResponse({ type: RateSchedulePage })
  async rateSchedules(@Caller() caller: Principal, @Query() query: RateSchedulesQuery): Promise<RateSchedulePage> {
    return pageOf(await this.queries.objects(caller.tenant, 'RATE_SCHEDULE', query, query), rateScheduleView);
  }
}
