import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { COMMAND_GATEWAY, type CommandGateway } from '../../../shared/command-log/command-gateway.port.js';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { Allow, Caller } from '../../../shared/http/access.decorators.js';
import { answerOf } from '../../../shared/http/answer.js';
import { ListQuery } from '../../../shared/http/list-query.dto.js';
import { ProblemException } from '../../../shared/http/problem.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { instantToString, type Clock } from '../../../shared/kernel/clock.js';
import { InvalidQuery } from '../../../shared/read-models/read-models.port.js';
import { CLOCK } from '../../../shared/runtime/tokens.js';
import { IssueApiKey, RevokeApiKey } from '../application/api-keys.handlers.js';
import { KeyRing, KeyRingBehind, type IssuedKey } from '../application/key-ring.js';
import { hashOf, newSecret } from '../application/key-secret.js';
import { keyText } from '../domain/key-text.js';
import { accessRefusals } from './access.refusals.js';
import {
  ApiKeyPage,
  IssueApiKeyRequest,
  IssuedApiKeyDto,
  RevokeApiKeyRequest,
  RevokedApiKeyDto,
} from './api-keys.dto.js';
import type { ApiKeyDto } from './api-keys.dto.js';

/** Pages go on after a key's id. */
const KEY_ID = /^[0-9a-f]{12}$/;

@ApiTags('Access')
@ApiBearerAuth()
@Controller('v1/api-keys')
@Allow('admin')
export class ApiKeysController {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    @Inject(KeyRing) private readonly ring: KeyRing,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List the API keys',
    description: 'Every key this tenant ever had, without its secret, which is stored nowhere.',
  })
  @ApiOkResponse({ type: ApiKeyPage })
  async list(@Caller() caller: Principal, @Query() query: ListQuery): Promise<ApiKeyPage> {
    if (query.after !== undefined && !KEY_ID.test(query.after)) {
      throw new InvalidQuery('after', 'is no cursor of this list');
    }
    if (query.minPosition !== undefined) await this.seen(query.minPosition);
    const keys = this.ring.of(caller.tenant).filter((key) => query.after === undefined || key.keyId > query.after);
    const items = keys.slice(0, query.limit).map((key) => this.show(key));
    const last = items.at(-1);
    return { items, ...(keys.length > items.length && last !== undefined ? { next: last.keyId } : {}) };
  }

  @Post()
  @HttpCode(201)
  @ApiOperation({
    summary: 'Issue an API key',
    description:
      'The answer shows the key once. Sent again under the same Idempotency-Key it answers without it; revoke such a key and issue another if the first answer was lost.',
  })
  @ApiCreatedResponse({ type: IssuedApiKeyDto })
  @ApiProblems({ 409: 'An active key has this name (`access/name-in-use`).' })
  async issue(
    @Caller() caller: Principal,
    @Body() body: IssueApiKeyRequest,
    @Headers('idempotency-key') key?: string,
  ): Promise<IssuedApiKeyDto> {
    const secret = newSecret();
    const { name, roles, expiresAt } = body;
    const payload = { name, roles, ...(expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) }) };
    const hash = hashOf(secret);
    const submitted = await this.gateway.submit(
      caller,
      new IssueApiKey(payload, hash),
      key === undefined ? {} : { key },
    );
    const answer = answerOf(submitted, accessRefusals);
    // Shown only when this secret is the one whose hash stands in the log: not when the command was run before.
    const issued = this.ring.of(caller.tenant).find((each) => each.keyId === answer.keyId);
    return issued?.hash === hash ? { ...answer, key: keyText({ keyId: answer.keyId, secret }) } : answer;
  }

  @Post(':keyId/revoke')
  @HttpCode(200)
  @ApiParam({ name: 'keyId', description: 'As the list shows it.', example: '3f9a1c0b7e52' })
  @ApiOperation({
    summary: 'Revoke an API key',
    description: 'From the answer on it opens nothing. The last active key with the role admin cannot be revoked.',
  })
  @ApiOkResponse({ type: RevokedApiKeyDto })
  @ApiProblems({
    404: 'There is no such key (`access/key-not-found`).',
    409: 'It is the last active admin key (`access/last-admin`).',
  })
  async revoke(
    @Caller() caller: Principal,
    @Param('keyId') keyId: string,
    @Body() body: RevokeApiKeyRequest,
    @Headers('idempotency-key') key?: string,
  ): Promise<RevokedApiKeyDto> {
    const command = new RevokeApiKey({ keyId, reason: body.reason });
    return answerOf(await this.gateway.submit(caller, command, key === undefined ? {} : { key }), accessRefusals);
  }

  private async seen(position: number): Promise<void> {
    try {
      await this.ring.seen(position);
    } catch (error) {
      if (!(error instanceof KeyRingBehind)) throw error;
      const message = `The list of API keys has not reached position ${position} yet: ask again, or look at /health/ready`;
      throw new ProblemException(503, { code: 'read-model/behind', message });
    }
  }

  private show(key: IssuedKey): ApiKeyDto {
    const { hash: _, revoked, expiresAt, ...shown } = key;
    const expired = expiresAt !== undefined && expiresAt <= this.clock.now();
    const { keyId, name, roles, issuedAt, issuedBy, revokedAt, revokedBy, revokedReason } = shown;
    return {
      keyId,
      name,
      roles,
      status: revoked ? 'REVOKED' : expired ? 'EXPIRED' : 'ACTIVE',
      issuedAt,
      issuedBy,
      ...(expiresAt === undefined ? {} : { expiresAt: instantToString(expiresAt) }),
      ...(revokedAt === undefined ? {} : { revokedAt }),
      ...(revokedBy === undefined ? {} : { revokedBy }),
      ...(revokedReason === undefined ? {} : { revokedReason }),
    };
  }
}
