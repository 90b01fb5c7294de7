import { Body, Controller, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiExtraModels, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { COMMAND_GATEWAY, type CommandGateway } from '../../../shared/command-log/command-gateway.port.js';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { Allow, Caller } from '../../../shared/http/access.decorators.js';
import { answerOf } from '../../../shared/http/answer.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { ReceiveFeedMessages, type FeedAnswer } from '../application/commands.js';
import type { FeedKind } from '../domain/events.js';
import { MAX_MESSAGES, messagesOf } from './feed-body.js';
import { ACCOUNTS_EXAMPLES, CATALOG_EXAMPLES, FeedAnswerDto, FeedMessageDto } from './feeds.dto.js';
import { feedsRefusals } from './feeds.refusals.js';

const MESSAGES = {
  oneOf: [
    { type: 'array', maxItems: MAX_MESSAGES, items: { $ref: getSchemaPath(FeedMessageDto) } },
    { $ref: getSchemaPath(FeedMessageDto) },
  ],
};
const HOW =
  'One message or up to 1,000, applied in their order. Each is stored as it came, as an activity; a wrong one, or one that came too early, ends in ERROR with what must come first, and does not hold up the others. The same message again is IGNORED.';

@ApiTags('Feeds')
@ApiExtraModels(FeedMessageDto)
@Controller('v1/feeds')
@Allow('operator', 'admin')
export class FeedsController {
  constructor(@Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway) {}

  @Post('catalog')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Feed the catalog',
    description: `${HOW} Objects: USAGE_TYPE, SERVICE, PLAN, RATE_SCHEDULE, PLAN_SERVICE; a PLAN_SERVICE makes the price offers that wait for a price.`,
  })
  @ApiBody({ schema: MESSAGES, examples: CATALOG_EXAMPLES })
  @ApiAcceptedResponse({ type: FeedAnswerDto })
  @ApiProblems({ 409: 'A command with this Idempotency-Key is still running (`command/in-flight`).' })
  catalog(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @Headers('idempotency-key') key?: string,
  ): Promise<FeedAnswerDto> {
    return this.receive(caller, 'catalog', body, key);
  }

  @Post('accounts')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Feed the accounts',
    description: `${HOW} Objects: ACCOUNT, SUBSCRIPTION, SERVICE_ID (which can also END); and what single accounts have beside the catalog: TOP_UP (paid in advance, for PREPAID usage; only CREATE, its reference is unique), CUSTOM_RATES (steps that stand in for those of a charge) and COMMITMENT (money that each billing cycle is given), both of which can also END.`,
  })
  @ApiBody({ schema: MESSAGES, examples: ACCOUNTS_EXAMPLES })
  @ApiAcceptedResponse({ type: FeedAnswerDto })
  @ApiProblems({ 409: 'A command with this Idempotency-Key is still running (`command/in-flight`).' })
  accounts(
    @Caller() caller: Principal,
    @Body() body: unknown,
    @Headers('idempotency-key') key?: string,
  ): Promise<FeedAnswerDto> {
    return this.receive(caller, 'account', body, key);
  }

  private async receive(
    caller: Principal,
    kind: FeedKind,
    body: unknown,
    key: string | undefined,
  ): Promise<FeedAnswerDto> {
    const command = new ReceiveFeedMessages({ kind, messages: messagesOf(body) });
    const submitted = await this.gateway.submit<FeedAnswer>(caller, command, key === undefined ? {} : { key });
    const answer = answerOf(submitted, feedsRefusals);
    return { ...answer, messages: [...answer.messages] };
  }
}
