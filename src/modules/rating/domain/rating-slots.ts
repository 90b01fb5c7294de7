import { stableHash } from './partition-of.js';

/** Claimed one by one by the instances that rate; many tenants with many partitions each share them. */
const SLOTS = 16;

/** Names of the claims, in their order. */
export const RATING_SLOTS: readonly string[] = Array.from({ length: SLOTS }, (_, slot) => `rating/${slot}`);

/** Whoever holds this one keeps what all partitions have in common. */
export const COMMON_SLOT = 'rating/0';

/**
 * The claim a partition goes with. Neighbours go with different claims, so that the partitions of one tenant spread over
 * the instances. Two versions that disagree cost work, not truth: the stream's revision is the fence.
 */
export function slotOf(tenant: string, partition: number): string {
  return RATING_SLOTS[(stableHash(tenant) + partition) % SLOTS] ?? COMMON_SLOT;
}
