import { createHash } from 'node:crypto';

/** Claimed one by one by the instances that ingest. */
const SLOTS = 16;

/** Names of the claims, in their order. */
export const INGEST_SLOTS: readonly string[] = Array.from({ length: SLOTS }, (_, slot) => `ingest/${slot}`);

/**
 * The claim a usage stream goes with. A usage stream is what cannot be divided: its files are mediated in their order,
 * and whoever appends to it must know every identity in it.
 */
export function slotOf(stream: string): string {
  const hash = createHash('sha256').update(stream).digest().readUInt32BE(0);
  return INGEST_SLOTS[hash % SLOTS] ?? 'ingest/0';
}
