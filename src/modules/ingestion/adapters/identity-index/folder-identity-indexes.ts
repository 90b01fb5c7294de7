import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { StreamName } from '../../../../shared/kernel/stream-name.js';
import type { IdentityIndex, IdentityIndexes } from '../../application/identity-index.port.js';
import { FolderIdentityIndex } from './folder-identity-index.js';
import { HolderFolders } from './holder-folders.js';

/** Identities kept in memory before they are written as a segment: about 16 MB a stream at most. */
const MEMTABLE_ENTRIES = 524_288;

/** Identity indexes as folders of sorted segment files, one folder per usage stream. */
export class FolderIdentityIndexes implements IdentityIndexes {
  constructor(
    private readonly folder: string,
    private readonly memtableEntries = MEMTABLE_ENTRIES,
  ) {}

  open(stream: StreamName, epoch: number): IdentityIndex {
    return FolderIdentityIndex.open(new HolderFolders(this.path(stream), epoch), stream, this.memtableEntries);
  }

  /** A stream's name may be longer than a file system takes, so the folder is named by its hash. */
  private path(stream: StreamName): string {
    return join(this.folder, createHash('sha256').update(stream).digest('hex').slice(0, 32));
  }
}
