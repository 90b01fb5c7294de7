const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/**
 * FNV-1a (32 bit) over the UTF-16 code units, low byte first and the high byte when there is one. It must never change:
 * an account's balances live where its hash says.
 */
export function stableHash(text: string): number {
  let hash = OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    hash = Math.imul(hash ^ (unit & 0xff), PRIME);
    if (unit > 0xff) hash = Math.imul(hash ^ (unit >>> 8), PRIME);
  }
  return hash >>> 0;
}

/** An account's records are rated by one writer, in the order of the log. */
export function partitionOfAccount(account: string, partitions: number): number {
  return stableHash(account) % partitions;
}

/** Records whose account is not known are spread by their service id; `?` keeps them apart from accounts. */
export function partitionOfServiceId(serviceId: string, partitions: number): number {
  return stableHash(`?${serviceId}`) % partitions;
}
