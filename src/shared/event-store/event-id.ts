import { createHash } from 'node:crypto';

/** Namespace of Retally's event ids (a fixed random UUID). */
const NAMESPACE = Buffer.from('5b1f6f0e2f0b4f0f9d3c8a41d2f7c6e9', 'hex');

/**
 * The deterministic id (UUIDv5) of an event: the same cause gives the same id, in every process and after every crash.
 * @param cause what makes the event this event and no other, for example `usage-main.a.b.c/17` or `<commandId>/0`.
 */
export function eventId(cause: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(cause, 'utf8').digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
