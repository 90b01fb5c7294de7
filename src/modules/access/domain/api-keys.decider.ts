import { never, type Decider } from '../../../shared/kernel/decider.js';
import { refuse } from '../../../shared/kernel/refusal.js';
import type { ApiKeyEvent } from './events.js';

export interface ApiKey {
  readonly keyId: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly hash: string;
  readonly expiresAt?: number;
  readonly revoked: boolean;
}

/** All keys of a tenant, by key id, in the order they were issued. */
export type ApiKeys = ReadonlyMap<string, ApiKey>;

export type ApiKeyCommand =
  | {
      readonly kind: 'issue';
      readonly keyId: string;
      readonly name: string;
      readonly roles: readonly string[];
      readonly hash: string;
      readonly expiresAt?: number;
      readonly now: number;
    }
  /** The key a tenant starts with: only while it never had any, so that a restart makes no second one. */
  | {
      readonly kind: 'issue-first';
      readonly keyId: string;
      readonly name: string;
      readonly roles: readonly string[];
      readonly hash: string;
    }
  | { readonly kind: 'revoke'; readonly keyId: string; readonly reason: string; readonly now: number };

export const apiKeysDecider: Decider<ApiKeys, ApiKeyCommand, ApiKeyEvent> = {
  initialState: new Map(),

  evolve(state, event) {
    const next = new Map(state);
    switch (event.type) {
      case 'ApiKeyIssued.v1':
        next.set(event.data.keyId, { ...event.data, revoked: false });
        return next;
      case 'ApiKeyRevoked.v1': {
        const key = next.get(event.data.keyId);
        if (key !== undefined) next.set(key.keyId, { ...key, revoked: true });
        return next;
      }
      default:
        return never(event);
    }
  },

  decide(command, state) {
    switch (command.kind) {
      case 'issue':
        return issue(command, state);
      case 'issue-first': {
        const { kind: _, ...data } = command;
        return state.size > 0 ? [] : [{ type: 'ApiKeyIssued.v1', data }];
      }
      case 'revoke':
        return revoke(command, state);
      default:
        return never(command);
    }
  },
};

function issue(command: Extract<ApiKeyCommand, { kind: 'issue' }>, state: ApiKeys) {
  const { kind: _, now, ...data } = command;
  // The id comes from the command, so it is here already only when the command is run again.
  if (state.has(command.keyId)) return [];
  if (command.expiresAt !== undefined && command.expiresAt <= now) {
    return refuse(
      'access/expiry-in-the-past',
      'A key that is expired already would open nothing: give a later instant',
      {
        errors: [{ path: 'expiresAt', message: 'must be later than now' }],
      },
    );
  }
  const twin = [...state.values()].find((key) => key.name === command.name && isActive(key, now));
  if (twin !== undefined) {
    return refuse(
      'access/name-in-use',
      `"${command.name}" is the name of the active key ${twin.keyId}: revoke that one first, or take another name`,
      { facts: { keyId: twin.keyId } },
    );
  }
  return [{ type: 'ApiKeyIssued.v1' as const, data }];
}

function revoke(command: Extract<ApiKeyCommand, { kind: 'revoke' }>, state: ApiKeys) {
  const key = state.get(command.keyId);
  if (key === undefined) return refuse('access/key-not-found', `There is no API key ${command.keyId}`);
  if (key.revoked) return [];
  const others = [...state.values()].filter((other) => other.keyId !== key.keyId && isActive(other, command.now));
  if (key.roles.includes('admin') && !others.some((other) => other.roles.includes('admin'))) {
    return refuse(
      'access/last-admin',
      `${command.keyId} is the last active key with the role admin: issue another one first, or nobody could`,
    );
  }
  return [{ type: 'ApiKeyRevoked.v1' as const, data: { keyId: command.keyId, reason: command.reason } }];
}

export function isActive(key: ApiKey, now: number): boolean {
  return !key.revoked && (key.expiresAt === undefined || key.expiresAt > now);
}
