import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}

/** Takes the same time whatever is wrong, so that time says nothing about the stored hash. */
export function matches(secret: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(secret), 'hex'), Buffer.from(hash, 'hex'));
}

/** The id of the key a command issues: the same again when the command is run again. */
export function keyIdOf(tenant: string, cause: string): string {
  return createHash('sha256').update(`${tenant}/${cause}`, 'utf8').digest('hex').slice(0, 12);
}
