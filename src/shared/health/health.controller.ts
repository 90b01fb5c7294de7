import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheckService } from '@nestjs/terminus';
import type { HealthCheckResult } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { Public } from '../http/access.decorators.js';
import { HealthDto } from './health.dto.js';
import { Readiness } from './readiness.js';

@ApiTags('Health')
@Public()
@Controller('health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(Readiness) private readonly readiness: Readiness,
  ) {}

  @Get('live')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Is the process alive?',
    description:
      'Answers as long as the event loop turns; asks nothing of disks and stores. Restart it when this fails.',
  })
  @ApiOkResponse({ type: HealthDto })
  live(): HealthDto {
    return { status: 'ok', details: {} };
  }

  @Get('ready')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'May work be sent here?',
    description:
      'The log answers, no projection has stopped, the role threads live, there is room on the disk, and it is not on its way down.',
  })
  @ApiOkResponse({ type: HealthDto })
  @ApiServiceUnavailableResponse({ description: 'Not ready; `error` says which part and why.', type: HealthDto })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthDto> {
    const result = await this.check();
    reply.status(result.status === 'ok' || result.status === 'degraded' ? 200 : 503);
    return {
      status: result.status,
      ...(result.info === undefined ? {} : { info: result.info }),
      ...(result.error === undefined ? {} : { error: result.error }),
      details: result.details,
    };
  }

  /** Terminus throws its result when a part is down; a probe's answer is not an error of the server. */
  private async check(): Promise<HealthCheckResult> {
    try {
      return await this.health.check(this.readiness.checks());
    } catch (error) {
      const response = (error as { getResponse?: () => unknown }).getResponse?.();
      if (typeof response === 'object' && response !== null && 'details' in response) {
        return response as HealthCheckResult;
      }
      throw error;
    }
  }
}
