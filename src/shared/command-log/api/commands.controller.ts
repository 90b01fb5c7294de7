import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { AllowReaders, Caller } from '../../http/access.decorators.js';
import { ApiProblems } from '../../http/problem.dto.js';
import { notFound } from '../../http/problem.js';
import { instantToString } from '../../kernel/clock.js';
import { READ_MODELS, type Condition, type ReadModels } from '../../read-models/read-models.port.js';
import { seenBy } from '../../read-models/read-your-writes.js';
import { commandsCollection, commandsProjection, type CommandRow } from '../commands.projection.js';
import type { Principal } from '../recorded-command.js';
import { CommandDto, CommandPage, CommandsQuery } from './commands.dto.js';

@ApiTags('Commands')
@AllowReaders()
@Controller('v1/commands')
export class CommandsController {
  constructor(@Inject(READ_MODELS) private readonly readModels: ReadModels) {}

  @Get()
  @ApiOperation({
    summary: 'List commands: who asked for what, and what came of it',
    description: 'Everything that ever changed something, newest first. Repeats of a command are not listed again.',
  })
  @ApiOkResponse({ type: CommandPage })
  async list(@Caller() caller: Principal, @Query() query: CommandsQuery): Promise<CommandPage> {
    await seenBy(this.readModels, commandsProjection.name, query.minPosition);
    const page = await this.readModels.find(commandsCollection, {
      tenant: caller.tenant,
      where: conditionsOf(query),
      sort: [{ field: 'acceptedAt', direction: 'desc' }],
      limit: query.limit,
      ...(query.after === undefined ? {} : { after: query.after }),
    });
    return { items: page.items.map(show), ...(page.next === undefined ? {} : { next: page.next }) };
  }

  @Get(':commandId')
  @ApiParam({
    name: 'commandId',
    description: 'As the command answered; the Idempotency-Key where one was sent.',
    example: '0b5f3a52-6b2e-4d52-9c3f-2f6f7d1f9a10',
  })
  @ApiOperation({ summary: 'One command', description: 'What was asked, by whom, and the answer or the refusal.' })
  @ApiOkResponse({ type: CommandDto })
  @ApiProblems({ 404: 'There is no such command (`command/not-found`).' })
  async one(@Caller() caller: Principal, @Param('commandId') commandId: string): Promise<CommandDto> {
    const row = await this.readModels.get(commandsCollection, { tenant: caller.tenant, commandId });
    if (row === undefined) throw notFound('command/not-found', `There is no command ${commandId}`);
    return show(row);
  }
}

function conditionsOf(query: CommandsQuery): Condition[] {
  const where: Condition[] = [];
  for (const field of ['name', 'status', 'actor', 'correlationId'] as const) {
    const value = query[field];
    if (value !== undefined) where.push({ field, op: 'eq', value });
  }
  if (query.from !== undefined) where.push({ field: 'acceptedAt', op: 'gte', value: Date.parse(query.from) });
  if (query.to !== undefined) where.push({ field: 'acceptedAt', op: 'lt', value: Date.parse(query.to) });
  return where;
}

function show(row: CommandRow): CommandDto {
  const { commandId, name, status, actor, roles, correlationId, payload, acceptedAt, closedAt } = row;
  return {
    commandId,
    name,
    status,
    actor,
    roles,
    correlationId,
    payload,
    acceptedAt: instantToString(acceptedAt),
    ...(closedAt === null ? {} : { closedAt: instantToString(closedAt) }),
    ...(row.answer === null ? {} : { answer: row.answer }),
    ...(row.position === null ? {} : { position: row.position }),
    ...(row.refusal === null ? {} : { refusal: row.refusal }),
  };
}
