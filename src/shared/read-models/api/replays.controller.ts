import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBearerAuth, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { COMMAND_GATEWAY, type CommandGateway } from '../../command-log/command-gateway.port.js';
import type { Principal } from '../../command-log/recorded-command.js';
import { Allow, AllowReaders, Caller } from '../../http/access.decorators.js';
import { answerOf } from '../../http/answer.js';
import { ApiProblems } from '../../http/problem.dto.js';
import { notFound, type RefusalStatuses } from '../../http/problem.js';
import { ReplayService } from '../replay.service.js';
import { RequestReplay } from '../request-replay.command.js';
import { ReplayAcceptedDto, ReplayDto, ReplayListDto, replayDto, RequestReplayBody } from './replays.dto.js';

export const replayRefusals: RefusalStatuses = {
  'replay/unknown-read-model': 404,
  'replay/under-way': 409,
  'replay/not-stopped': 409,
};

@ApiTags('Replays')
@ApiBearerAuth()
@Controller('v1/replays')
export class ReplaysController {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    @Inject(ReplayService) private readonly replays: ReplayService,
  ) {}

  @Post()
  @HttpCode(202)
  @Allow('operator', 'admin')
  @ApiOperation({
    summary: 'Replay a read model',
    description:
      'Builds all rows of a read model anew from the log, for all tenants, while the old rows serve; the new ones take their place at once. Or, with `mode: RESUME`, lets one that stopped try again.',
  })
  @ApiAcceptedResponse({ type: ReplayAcceptedDto })
  @ApiProblems({
    404: 'There is no such read model (`replay/unknown-read-model`).',
    409: 'It is being rebuilt already (`replay/under-way`), or there is nothing to resume.',
  })
  async request(
    @Caller() caller: Principal,
    @Body() body: RequestReplayBody,
    @Headers('idempotency-key') key?: string,
  ): Promise<ReplayAcceptedDto> {
    const { readModel, mode, reason } = body;
    const command = new RequestReplay({ readModel, mode, reason: reason ?? null });
    return answerOf(await this.gateway.submit(caller, command, key === undefined ? {} : { key }), replayRefusals);
  }

  @Get()
  @AllowReaders()
  @ApiOperation({
    summary: 'List the read models',
    description: 'Where each stands in the log, whether it is being rebuilt, and why it stopped if it did.',
  })
  @ApiOkResponse({ type: ReplayListDto })
  async list(@Caller() caller: Principal): Promise<ReplayListDto> {
    return { items: (await this.replays.list(caller.tenant)).map(replayDto) };
  }

  @Get(':readModel')
  @AllowReaders()
  @ApiOperation({ summary: 'Show a read model', description: 'The progress of its rebuild, while there is one.' })
  @ApiParam({ name: 'readModel', description: 'Its name in the list.', example: 'usage-files' })
  @ApiOkResponse({ type: ReplayDto })
  @ApiProblems({ 404: 'There is no such read model (`replay/unknown-read-model`).' })
  async find(@Caller() caller: Principal, @Param('readModel') readModel: string): Promise<ReplayDto> {
    const view = await this.replays.find(caller.tenant, readModel);
    if (view === undefined) {
      throw notFound('replay/unknown-read-model', `There is no read model ${readModel.slice(0, 80)}`);
    }
    return replayDto(view);
  }
}
