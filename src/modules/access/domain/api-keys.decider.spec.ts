import { fold } from '../../../shared/kernel/decider.js';
import { apiKeysDecider, type ApiKeyCommand } from './api-keys.decider.js';
import type { ApiKeyEvent } from './events.js';

const now = Date.parse('2026-03-01T00:00:00Z');
const hash = 'ab'.repeat(32);

function issued(keyId: string, more: { roles?: string[]; name?: string; expiresAt?: number } = {}): ApiKeyEvent {
  return { type: 'ApiKeyIssued.v1', data: { keyId, name: more.name ?? keyId, roles: ['admin'], hash, ...more } };
}
const revoked = (keyId: string): ApiKeyEvent => ({ type: 'ApiKeyRevoked.v1', data: { keyId, reason: 'lost' } });
const decide = (given: readonly ApiKeyEvent[], command: ApiKeyCommand) =>
  apiKeysDecider.decide(command, fold(apiKeysDecider, given));
const issue: ApiKeyCommand = { kind: 'issue', keyId: 'b', name: 'Upload', roles: ['operator'], hash, now };
const revoke = (keyId: string): ApiKeyCommand => ({ kind: 'revoke', keyId, reason: 'lost', now });

describe('API keys', () => {
  it('issues a key once, however often its command runs', () => {
    const event: ApiKeyEvent = {
      type: 'ApiKeyIssued.v1',
      data: { keyId: 'b', name: 'Upload', roles: ['operator'], hash },
    };
    expect(decide([issued('a')], issue)).toEqual([event]);
    expect(decide([issued('a'), event], issue)).toEqual([]);
  });

  it('refuses the name of an active key, and takes that of a revoked or expired one', () => {
    expect(decide([issued('a', { name: 'Upload' })], issue)).toMatchObject({ refused: { code: 'access/name-in-use' } });
    expect(decide([issued('a', { name: 'Upload' }), revoked('a')], issue)).toHaveLength(1);
    expect(decide([issued('a', { name: 'Upload', expiresAt: now })], issue)).toHaveLength(1);
  });

  it('refuses an expiry that has passed', () => {
    expect(decide([], { ...issue, expiresAt: now })).toMatchObject({ refused: { code: 'access/expiry-in-the-past' } });
  });

  it('makes a first key only for a tenant that never had one', () => {
    const first: ApiKeyCommand = { kind: 'issue-first', keyId: 'f', name: 'First key', roles: ['admin'], hash };
    expect(decide([], first)).toHaveLength(1);
    expect(decide([issued('a')], first)).toEqual([]);
    expect(decide([issued('a'), revoked('a')], first)).toEqual([]);
  });

  it('revokes once, and never the last active admin', () => {
    expect(decide([issued('a'), issued('b')], revoke('a'))).toEqual([revoked('a')]);
    expect(decide([issued('a'), issued('b'), revoked('a')], revoke('a'))).toEqual([]);
    expect(decide([issued('a'), issued('b', { expiresAt: now })], revoke('a'))).toMatchObject({
      refused: { code: 'access/last-admin' },
    });
    expect(decide([issued('a'), issued('b', { roles: ['viewer'] })], revoke('b'))).toEqual([revoked('b')]);
    expect(decide([], revoke('a'))).toMatchObject({ refused: { code: 'access/key-not-found' } });
  });
});
