import type { Clock } from '../../../shared/kernel/clock.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import type { RoleTask } from '../../../shared/runtime/role-task.js';
import { apiKeysDecider, isActive, type ApiKey } from '../domain/api-keys.decider.js';
import type { ApiKeyEvent } from '../domain/events.js';
import { parseKeyText } from '../domain/key-text.js';
import { hashOf, matches } from './key-secret.js';

export interface IssuedKey extends ApiKey {
  readonly issuedAt: string;
  readonly issuedBy: string;
  readonly revokedAt?: string;
  readonly revokedBy?: string;
  readonly revokedReason?: string;
}

/** How long a request may wait for the ring to catch up with the log at start. */
const READY_MS = 10_000;
/** Compared when the key is unknown, so that an unknown id takes as long as a wrong secret. */
const NOBODY = hashOf('nobody');

/**
 * Every API key of every tenant, folded from the log and kept up to date by a subscription: a revocation anywhere is
 * effective here with the next wake-up, and in the process that did it before its answer.
 */
export class KeyRing implements RoleTask {
  readonly name = 'access-key-ring';
  readonly role = 'api';
  private readonly keys = new Map<string, IssuedKey & { readonly tenant: string }>();
  private position = 0;
  private caughtUp = false;
  private waiters: (() => void)[] = [];

  constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const filter = { categories: ['access'] };
    for await (const delivery of this.store.subscribe({ after: this.position, filter, signal })) {
      if (delivery.kind === 'event') this.apply(delivery.event as RecordedEvent & ApiKeyEvent);
      else this.caughtUp ||= delivery.caughtUp;
      this.position = Math.max(this.position, delivery.kind === 'event' ? delivery.event.position : delivery.position);
      this.wake();
    }
  }

  /** The principal of a key text; undefined for anything that is not an active key. */
  async principalOf(text: string): Promise<Principal | undefined> {
    if (!this.caughtUp) await this.until(() => this.caughtUp);
    const parts = parseKeyText(text);
    if (parts === undefined) return undefined;
    const key = this.keys.get(parts.keyId);
    const right = matches(parts.secret, key?.hash ?? NOBODY);
    if (key === undefined || !right || !isActive(key, this.clock.now())) return undefined;
    return { tenant: key.tenant, actor: `key:${key.keyId}`, roles: key.roles };
  }

  /** Resolves once everything up to `position` is in the ring. */
  async seen(position: number): Promise<void> {
    await this.until(() => this.position >= position);
  }

  /** A tenant's keys in the order of their ids. */
  of(tenant: string): IssuedKey[] {
    return [...this.keys.values()].filter((key) => key.tenant === tenant).sort((a, b) => (a.keyId < b.keyId ? -1 : 1));
  }

  private apply(event: RecordedEvent & ApiKeyEvent): void {
    const { tenant } = parseStreamName(event.stream);
    const before = this.keys.get(event.data.keyId);
    const after = apiKeysDecider
      .evolve(new Map(before === undefined ? [] : [[before.keyId, before]]), event)
      .get(event.data.keyId);
    if (after === undefined) return;
    const { actor, recordedAt } = event.metadata;
    this.keys.set(after.keyId, {
      ...after,
      tenant,
      ...(before ?? { issuedAt: recordedAt, issuedBy: actor }),
      revoked: after.revoked,
      ...(event.type === 'ApiKeyRevoked.v1'
        ? { revokedAt: recordedAt, revokedBy: actor, revokedReason: event.data.reason }
        : {}),
    });
  }

  private wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) waiter();
  }

  private async until(condition: () => boolean): Promise<void> {
    const deadline = AbortSignal.timeout(READY_MS);
    while (!condition()) {
      if (deadline.aborted) throw new KeyRingBehind();
      await new Promise<void>((resolve) => {
        deadline.addEventListener('abort', () => resolve(), { once: true });
        this.waiters.push(resolve);
      });
    }
  }
}

export class KeyRingBehind extends Error {
  override readonly name = 'KeyRingBehind';
  constructor() {
    super('The API keys have not been read from the log yet');
  }
}
