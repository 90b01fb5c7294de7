/**
 * An entry is eight 32-bit words:
 *
 *     0..3 identity hash | 4..5 payload hash | 6 file ordinal | 7 line
 *
 * A segment is sorted by word 0 (unsigned), then 1, 2, 3.
 */
export const WORDS = 8;
export const ENTRY_BYTES = WORDS * 4;

/** Compares two identities as unsigned words. */
export function compareIdentities(a: Uint32Array, aAt: number, b: Uint32Array, bAt: number): number {
  for (let word = 0; word < 4; word += 1) {
    const left = a[aAt + word] ?? 0;
    const right = b[bAt + word] ?? 0;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
