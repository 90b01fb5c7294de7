import { createHash } from 'node:crypto';
import type { ClaimGroup } from './claims.port.js';

/**
 * Who ought to hold each name: lease i belongs to live member (place + i) mod n. Everybody who sees the same members
 * comes to the same answer, so nobody has to hand out work.
 *
 * @param members ids of the live members that watch the group, in any order.
 * @returns name -> member id; empty without members.
 */
export function wantedHolders(
  group: ClaimGroup,
  names: readonly string[],
  members: readonly string[],
): ReadonlyMap<string, string> {
  const sorted = [...members].sort();
  const wanted = new Map<string, string>();
  const place = group.place ?? hash(group.name);
  for (const [index, name] of names.entries()) {
    const member = sorted[(place + index) % sorted.length];
    if (member !== undefined) wanted.set(name, member);
  }
  return wanted;
}

function hash(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0);
}
