import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { runCommand } from '../../../shared/event-store/run-command.js';
import { instantToString, type Clock } from '../../../shared/kernel/clock.js';
import { isRefused } from '../../../shared/kernel/refusal.js';
import { streamName } from '../../../shared/kernel/stream-name.js';
import { CLOCK } from '../../../shared/runtime/tokens.js';
import { apiKeysDecider } from '../domain/api-keys.decider.js';
import { keyText } from '../domain/key-text.js';
import type { FirstKey, FirstKeys } from './first-keys.port.js';
import { KeyRing, KeyRingBehind } from './key-ring.js';
import { hashOf, keyIdOf, newSecret } from './key-secret.js';

/**
 * The first key can set everything up and try everything out, so it operates and audits as well as administers. It is
 * no approver: whoever proposes may not approve, so the first approver is somebody else's key.
 */
export const FIRST_KEY_ROLES = ['admin', 'operator', 'auditor', 'viewer'] as const;

/** Makes first keys straight in the log: there is no caller yet whose command it could be. */
@Injectable()
export class MakeFirstKeys implements FirstKeys {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(KeyRing) private readonly ring: KeyRing,
  ) {}

  async make(): Promise<FirstKey[]> {
    if (this.config.auth === 'none') return [];
    const made: FirstKey[] = [];
    for (const tenant of this.config.tenants) {
      const key = await this.makeFor(tenant);
      if (key !== undefined) made.push({ tenant, key });
    }
    return made;
  }

  private async makeFor(tenant: string): Promise<string | undefined> {
    const secret = newSecret();
    const correlationId = randomUUID();
    const keyId = keyIdOf(tenant, correlationId);
    const decided = await runCommand(this.store, {
      stream: streamName('access', tenant, 'keys'),
      decider: apiKeysDecider,
      command: { kind: 'issue-first', keyId, name: 'First key', roles: FIRST_KEY_ROLES, hash: hashOf(secret) },
      metadata: { tenant, actor: 'role:api', correlationId, recordedAt: instantToString(this.clock.now()) },
      cause: correlationId,
    });
    if (isRefused(decided) || decided.events.length === 0) return undefined;
    if (this.config.roles.includes('api')) await this.known(decided.position);
    return keyText({ keyId, secret });
  }

  /** Whoever is shown a key may use it at once. It is shown once: so also when the ring is late. */
  private async known(position: number): Promise<void> {
    try {
      await this.ring.seen(position);
    } catch (error) {
      if (!(error instanceof KeyRingBehind)) throw error;
    }
  }
}
