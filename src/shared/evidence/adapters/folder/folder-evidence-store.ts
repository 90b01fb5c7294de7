import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import {
  EvidenceRefused,
  type EvidenceLimits,
  type EvidenceStore,
  type SealedEvidence,
} from '../../evidence-store.port.js';
import { ContentVerification, type VerifiedContent } from './content-verification.js';

export interface FolderEvidenceOptions {
  readonly folder: string;
  readonly limits: EvidenceLimits;
  /** A partial file nobody has written to for this long belongs to a process that died. Default one hour. */
  readonly abandonedAfterMs?: number;
}

const READ_BYTES = 1_048_576;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Evidence in a local folder: `<folder>/<first two hex>/<sha256>`, the bytes exactly as received, read-only. Files arrive
 * under `<folder>/incoming/` and get their name by an atomic rename once they were verified whole and synced, so a name is
 * never seen without its bytes.
 */
export class FolderEvidenceStore implements EvidenceStore {
  private constructor(
    private readonly folder: string,
    private readonly incoming: string,
    private readonly limits: EvidenceLimits,
  ) {}

  /** Makes the folder when it is missing and removes what crashed processes left half written. */
  static async open(options: FolderEvidenceOptions): Promise<FolderEvidenceStore> {
    const incoming = join(options.folder, 'incoming');
    await mkdir(incoming, { recursive: true });
    await removeAbandoned(incoming, options.abandonedAfterMs ?? 3_600_000);
    return new FolderEvidenceStore(options.folder, incoming, options.limits);
  }

  async seal(source: Readable): Promise<SealedEvidence> {
    const partial = join(this.incoming, `${randomUUID()}.part`);
    const file = await open(partial, 'wx+', 0o440);
    try {
      const arrived = await this.receive(source, file);
      await file.sync();
      await file.close();
      const { sha256, bytes } = arrived;
      await this.keep(partial, sha256, bytes);
      return { sha256, bytes, compression: arrived.compression, contentBytes: arrived.contentBytes };
    } catch (error) {
      source.destroy();
      await file.close().catch(() => undefined);
      await unlink(partial).catch(() => undefined);
      throw error;
    }
  }

  async openContent(sha256: string, fromOffset = 0): Promise<Readable> {
    const path = await this.existing(sha256);
    if (!(await isGzip(path))) return createReadStream(path, { start: fromOffset, highWaterMark: READ_BYTES });
    return Readable.from(inflatedFrom(path, fromOffset), { objectMode: true, highWaterMark: 1 });
  }

  async openReceived(sha256: string): Promise<Readable> {
    return createReadStream(await this.existing(sha256), { highWaterMark: READ_BYTES });
  }

  async readContent(sha256: string, offset: number, length: number): Promise<Uint8Array> {
    const parts: Buffer[] = [];
    let missing = length;
    if (length > 0) {
      for await (const part of (await this.openContent(sha256, offset)) as AsyncIterable<Buffer>) {
        parts.push(part.subarray(0, missing));
        missing -= Math.min(part.length, missing);
        if (missing === 0) break;
      }
    }
    if (missing > 0) throw new RangeError(`Evidence ${sha256} has no ${length} bytes of content at offset ${offset}`);
    return Buffer.concat(parts);
  }

  private async receive(
    source: Readable,
    file: FileHandle,
  ): Promise<VerifiedContent & { sha256: string; bytes: number }> {
    const verification = new ContentVerification(this.limits);
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      for await (const part of arriving(source)) {
        hash.update(part);
        bytes += part.length;
        await verification.take(part);
        await file.appendFile(part);
      }
      const content = await verification.finish();
      await requireZeroPadding(file, content.consumedBytes, bytes);
      return { ...content, sha256: hash.digest('hex'), bytes };
    } finally {
      verification.abandon();
    }
  }

  private async keep(partial: string, sha256: string, bytes: number): Promise<void> {
    const shelf = join(this.folder, sha256.slice(0, 2));
    const path = join(shelf, sha256);
    const there = await stat(path).catch(() => undefined);
    if (there?.size === bytes) {
      await unlink(partial);
      // The other one may have been renamed an instant ago and not be synced yet.
      await syncFolder(shelf);
      return;
    }
    if ((await mkdir(shelf, { recursive: true })) !== undefined) await syncFolder(this.folder);
    await rename(partial, path);
    await syncFolder(shelf);
  }

  private async existing(sha256: string): Promise<string> {
    if (!SHA256.test(sha256)) throw new Error(`"${sha256}" is not the hex SHA-256 of any evidence`);
    const path = join(this.folder, sha256.slice(0, 2), sha256);
    if (!(await stat(path).catch(() => undefined))?.isFile()) throw new Error(`There is no evidence ${sha256}`);
    return path;
  }
}

/** The source's own failure (a connection cut, a disk that cannot be read) says: the file did not arrive. */
async function* arriving(source: Readable): AsyncGenerator<Buffer> {
  const parts = source[Symbol.asyncIterator]();
  for (;;) {
    let part: IteratorResult<unknown>;
    try {
      part = await parts.next();
    } catch (error) {
      if (error instanceof EvidenceRefused) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw Object.assign(
        new EvidenceRefused(
          'evidence/truncated',
          `The file stopped arriving before its end (${reason}): send it again`,
        ),
        { cause: error },
      );
    }
    if (part.done === true) return;
    yield typeof part.value === 'string' ? Buffer.from(part.value) : Buffer.from(part.value as Uint8Array);
  }
}

async function requireZeroPadding(file: FileHandle, from: number, to: number): Promise<void> {
  const block = Buffer.alloc(65_536);
  for (let at = from; at < to;) {
    const { bytesRead } = await file.read(block, 0, Math.min(block.length, to - at), at);
    if (bytesRead === 0) return;
    if (block.subarray(0, bytesRead).some((byte) => byte !== 0)) {
      throw new EvidenceRefused(
        'evidence/damaged',
        `After the end of the gzip at byte ${from} come ${to - from} bytes that are no gzip: the file is damaged, send it again`,
      );
    }
    at += bytesRead;
  }
}

async function* inflatedFrom(path: string, fromOffset: number): AsyncGenerator<Buffer> {
  const received = createReadStream(path, { highWaterMark: READ_BYTES });
  const gunzip = received.pipe(createGunzip({ chunkSize: 256 * 1024 }));
  received.once('error', (error) => gunzip.destroy(error));
  let skip = fromOffset;
  try {
    for await (const part of gunzip as AsyncIterable<Buffer>) {
      if (skip >= part.length) skip -= part.length;
      else {
        yield skip === 0 ? part : part.subarray(skip);
        skip = 0;
      }
    }
  } finally {
    received.destroy();
    gunzip.destroy();
  }
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const magic = Buffer.alloc(2);
    await file.read(magic, 0, 2, 0);
    return magic[0] === 0x1f && magic[1] === 0x8b;
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeAbandoned(incoming: string, abandonedAfterMs: number): Promise<void> {
  // File times against file times: a fresh file's own stamp is "now" even on a volume whose clock is not ours.
  const probe = join(incoming, `${randomUUID()}.now`);
  await (await open(probe, 'wx')).close();
  const now = (await stat(probe)).mtimeMs;
  await unlink(probe);
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const age = now - ((await stat(path).catch(() => undefined))?.mtimeMs ?? now);
    if (age > abandonedAfterMs) await unlink(path).catch(() => undefined);
  }
}
