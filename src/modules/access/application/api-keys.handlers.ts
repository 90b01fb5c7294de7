import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { metadataOf, RecordedCommand, type Outcome } from '../../../shared/command-log/recorded-command.js';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { runCommand } from '../../../shared/event-store/run-command.js';
import { isRefused } from '../../../shared/kernel/refusal.js';
import { streamName } from '../../../shared/kernel/stream-name.js';
import { apiKeysDecider, type ApiKeyCommand } from '../domain/api-keys.decider.js';
import { KeyRing } from './key-ring.js';
import { keyIdOf } from './key-secret.js';

export interface IssueApiKeyPayload {
  readonly name: string;
  readonly roles: readonly string[];
  readonly expiresAt?: number;
}

/** The hash travels beside the payload: the command log remembers payloads and answers for ever, and no secret may be in either. */
export class IssueApiKey extends RecordedCommand<{ keyId: string }> {
  readonly name = 'IssueApiKey';
  constructor(
    readonly payload: IssueApiKeyPayload,
    readonly hash: string,
  ) {
    super();
  }
}

export class RevokeApiKey extends RecordedCommand<{ keyId: string }> {
  readonly name = 'RevokeApiKey';
  constructor(readonly payload: { readonly keyId: string; readonly reason: string }) {
    super();
  }
}

abstract class ApiKeyHandler {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(KeyRing) private readonly ring: KeyRing,
  ) {}

  protected async run(
    command: RecordedCommand<{ keyId: string }>,
    decision: ApiKeyCommand,
  ): Promise<Outcome<{ keyId: string }>> {
    const decided = await runCommand(this.store, {
      stream: streamName('access', command.context.tenant, 'keys'),
      decider: apiKeysDecider,
      command: decision,
      metadata: metadataOf(command.context),
      cause: command.context.commandId,
    });
    if (isRefused(decided)) return decided;
    // A revoked key must not open anything once its revocation has been answered.
    await this.ring.seen(decided.position);
    return { answer: { keyId: decision.keyId }, position: decided.position };
  }
}

@CommandHandler(IssueApiKey)
export class IssueApiKeyHandler extends ApiKeyHandler implements ICommandHandler<IssueApiKey> {
  execute(command: IssueApiKey): Promise<Outcome<{ keyId: string }>> {
    const { tenant, commandId, now } = command.context;
    const keyId = keyIdOf(tenant, commandId);
    return this.run(command, { kind: 'issue', ...command.payload, keyId, hash: command.hash, now });
  }
}

@CommandHandler(RevokeApiKey)
export class RevokeApiKeyHandler extends ApiKeyHandler implements ICommandHandler<RevokeApiKey> {
  execute(command: RevokeApiKey): Promise<Outcome<{ keyId: string }>> {
    return this.run(command, { kind: 'revoke', ...command.payload, now: command.context.now });
  }
}
