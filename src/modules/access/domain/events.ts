import type { DomainEvent } from '../../../shared/kernel/event.js';
import type { EventDefinition } from '../../../shared/kernel/event-definition.js';

/** Stream `access-<tenant>.keys`. The secret itself is in no event: only who knows it can prove it. */
export type ApiKeyIssued = DomainEvent<
  'ApiKeyIssued.v1',
  {
    readonly keyId: string;
    readonly name: string;
    readonly roles: readonly string[];
    /** Hex SHA-256 of the secret. It has 256 random bits, so a slow hash would protect nothing more. */
    readonly hash: string;
    /** Epoch ms; absent = never. */
    readonly expiresAt?: number;
  }
>;

export type ApiKeyRevoked = DomainEvent<'ApiKeyRevoked.v1', { readonly keyId: string; readonly reason: string }>;

export type ApiKeyEvent = ApiKeyIssued | ApiKeyRevoked;

export const accessEvents: readonly EventDefinition[] = [
  { type: 'ApiKeyIssued.v1', encoding: 'json' },
  { type: 'ApiKeyRevoked.v1', encoding: 'json' },
];
