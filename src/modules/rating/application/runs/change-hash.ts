import { createHash } from 'node:crypto';
import { canonicalJson } from '../../../../shared/kernel/canonical-json.js';
import type { ChangedRow } from '../../domain/replay/account-replay.js';
import type { KeptUsage } from './kept-usage.js';

/** Of everything that would change for an account: equal if and only if the same rows would become the same. */
export function accountHash(changed: readonly ChangedRow<KeptUsage>[]): string {
  const hash = createHash('sha256');
  for (const { record, version, withdrawn, row, old } of changed) {
    const { source, line } = record.usage;
    const was = old === undefined ? null : [old.address.revision, old.address.row];
    hash.update(canonicalJson([source.fileId, line, version, withdrawn, row, was])).update('\n');
  }
  return hash.digest('hex');
}

/** Of several, in the order in which they are added: the accounts of a partition, the partitions of a run. */
export class HashOfAll {
  private readonly hash = createHash('sha256');

  add(name: string | number, hash: string): void {
    this.hash.update(`${name}:${hash}\n`);
  }

  /** To be asked for once. */
  digest(): string {
    return this.hash.digest('hex');
  }
}
