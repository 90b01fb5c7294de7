import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot, SnapshotStore } from '../../snapshot-store.port.js';

/** `RTLSNAP1`, position (8 bytes, big endian), SHA-256 of position and bytes (32), then the bytes. */
const MAGIC = Buffer.from('RTLSNAP1', 'latin1');
const POSITION_AT = MAGIC.length;
const DIGEST_AT = POSITION_AT + 8;
const BYTES_AT = DIGEST_AT + 32;
const SUFFIX = '.snapshot';
const PART = '.part';
/** A file name has 255 bytes at most; a longer snapshot name is told apart by its hash. */
const MAX_NAME = 100;
/** A save takes milliseconds: a part this old is what a crash left, also where the clocks of a shared folder differ. */
const LEFTOVER_MS = 3_600_000;

/**
 * Snapshots as files in one folder. What cannot be read, for whatever reason, counts as not there: its owner replays.
 * One name has one owner at a time (the task whose cache it is); different names may be used by many threads and, in a
 * shared folder, instances at once. Two owners at once (one was paused) replace each other's: either is whole.
 */
export class FileSnapshotStore implements SnapshotStore {
  /** Saves of one name follow each other, so that an older one never lands on a newer one. */
  private readonly saving = new Map<string, Promise<void>>();

  private constructor(private readonly folder: string) {}

  /** Makes the folder, and removes what a crash left half written. */
  static async open(folder: string): Promise<FileSnapshotStore> {
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder)) {
      if (name.endsWith(PART)) await removeLeftover(join(folder, name));
    }
    return new FileSnapshotStore(folder);
  }

  async load(name: string): Promise<Snapshot | undefined> {
    try {
      return decoded(await readFile(this.path(name)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Written beside, synced, renamed over the old one, and the folder synced: whole or not at all, also in a crash. */
  async save(name: string, snapshot: Snapshot): Promise<void> {
    const before = this.saving.get(name) ?? Promise.resolve();
    const now = before.catch(() => undefined).then(() => this.write(this.path(name), encoded(snapshot)));
    this.saving.set(name, now);
    try {
      await now;
    } finally {
      if (this.saving.get(name) === now) this.saving.delete(name);
    }
  }

  async remove(name: string): Promise<void> {
    await this.saving.get(name)?.catch(() => undefined);
    await rm(this.path(name), { force: true });
  }

  private async write(path: string, parts: readonly Uint8Array[]): Promise<void> {
    const part = `${path}.${randomUUID()}${PART}`;
    try {
      const file = await open(part, 'wx');
      try {
        await file.writev([...parts]);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    await this.syncFolder();
  }

  private async syncFolder(): Promise<void> {
    const folder = await open(this.folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** Readable where it can be; capitals are spelled out, for file systems that do not tell them apart. */
  private path(name: string): string {
    const safe = name.replaceAll(/[^a-z0-9._-]/g, (character) => `%${Buffer.from(character, 'utf8').toString('hex')}`);
    const short = safe.length <= MAX_NAME ? safe : `${safe.slice(0, MAX_NAME)}%${sha256(name).toString('hex')}`;
    return join(this.folder, `${short}${SUFFIX}`);
  }
}

async function removeLeftover(path: string): Promise<void> {
  try {
    if (Date.now() - (await stat(path)).mtimeMs > LEFTOVER_MS) await rm(path, { force: true });
  } catch (error) {
    // Another thread's save was renamed in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function sha256(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function encoded({ position, bytes }: Snapshot): readonly Uint8Array[] {
  const head = Buffer.alloc(BYTES_AT);
  MAGIC.copy(head);
  head.writeBigUInt64BE(BigInt(position), POSITION_AT);
  sha256(head.subarray(POSITION_AT, DIGEST_AT), bytes).copy(head, DIGEST_AT);
  return [head, bytes];
}

function decoded(file: Buffer): Snapshot | undefined {
  if (file.length < BYTES_AT || !file.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const bytes = file.subarray(BYTES_AT);
  const digest = sha256(file.subarray(POSITION_AT, DIGEST_AT), bytes);
  if (!digest.equals(file.subarray(DIGEST_AT, BYTES_AT))) return undefined;
  return { position: Number(file.readBigUInt64BE(POSITION_AT)), bytes };
}
