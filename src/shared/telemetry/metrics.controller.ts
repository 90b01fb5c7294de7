import { Controller, Get, Header, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { AggregatorRegistry, type MetricObject } from 'prom-client';
import { Public } from '../http/access.decorators.js';
import type { OtherThreads } from '../runtime/other-threads.js';
import { OTHER_THREADS } from '../runtime/tokens.js';
import { Metrics } from './metrics.js';

@ApiTags('Health')
@Public()
@Controller('metrics')
export class MetricsController {
  constructor(
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(OTHER_THREADS) private readonly others: OtherThreads,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({
    summary: 'Metrics for Prometheus',
    description:
      'Requests by route template, the log, projections, role tasks, open suspense, and the process; all threads together. Only names and numbers: no tenant’s data.',
  })
  @ApiProduces('text/plain')
  @ApiOkResponse({
    description: 'Prometheus text format.',
    schema: { type: 'string', example: 'retally_log_head 1234' },
  })
  async show(): Promise<string> {
    const threads = await this.others.metrics();
    // Its declaration knows one thread's metrics; what it takes is a list of those.
    const all: unknown = [await this.metrics.asJson(), ...threads];
    return AggregatorRegistry.aggregate(all as MetricObject[]).metrics();
  }
}
