import { once } from 'node:events';
import { createGunzip, type Gunzip } from 'node:zlib';
import { EvidenceRefused, type EvidenceLimits } from '../../evidence-store.port.js';

/** What the received bytes turned out to hold. */
export interface VerifiedContent {
  readonly compression: 'NONE' | 'GZIP';
  readonly contentBytes: number;
  /** Received bytes that belong to gzip members; whatever follows them must be zero padding. */
  readonly consumedBytes: number;
}

/**
 * Watches the bytes of one file go by and decompresses them to the very end, counting only: a streaming gunzip gives out
 * data long before it knows that the file is damaged, so nothing may be believed before `finish` resolves. Memory stays
 * flat: what is decompressed is counted and dropped.
 */
export class ContentVerification {
  private received = 0;
  private inflated = 0;
  private gunzip: Gunzip | undefined;
  private head: Buffer = Buffer.alloc(0);
  private decided = false;
  private failure: EvidenceRefused | undefined;
  private ended: Promise<unknown> | undefined;
  private memberEnded = false;

  constructor(private readonly limits: EvidenceLimits) {}

  /** @throws EvidenceRefused as soon as a limit is passed or the compressed data are seen to be damaged. */
  async take(chunk: Buffer): Promise<void> {
    this.received += chunk.length;
    if (this.received > this.limits.maxBytes) throw tooLarge('received', this.limits.maxBytes);
    const bytes = this.decided ? chunk : Buffer.concat([this.head, chunk]);
    if (!this.decided) {
      if (bytes.length < 2) {
        this.head = bytes;
        return;
      }
      this.decided = true;
      if (bytes[0] === 0x1f && bytes[1] === 0x8b) this.startGunzip();
    }
    if (this.gunzip !== undefined) await this.feed(this.gunzip, bytes);
  }

  async finish(): Promise<VerifiedContent> {
    if (this.received === 0) throw new EvidenceRefused('evidence/empty', 'The file is empty: it has not a single byte');
    if (this.gunzip === undefined) {
      if (this.received > this.limits.maxContentBytes) throw tooLarge('content', this.limits.maxContentBytes);
      return { compression: 'NONE', contentBytes: this.received, consumedBytes: this.received };
    }
    if (!this.memberEnded && this.failure === undefined) this.gunzip.end();
    await this.ended;
    this.throwFailure();
    if (this.inflated === 0) {
      throw new EvidenceRefused('evidence/empty', 'The file is a gzip of nothing: its content has not a single byte');
    }
    return { compression: 'GZIP', contentBytes: this.inflated, consumedBytes: this.gunzip.bytesWritten };
  }

  /** Ends the decompression of a file that is given up. */
  abandon(): void {
    this.gunzip?.destroy();
  }

  private startGunzip(): void {
    const gunzip = createGunzip({ chunkSize: 256 * 1024 });
    this.gunzip = gunzip;
    gunzip.on('data', (inflated: Buffer) => {
      this.inflated += inflated.length;
      if (this.failure === undefined) this.checkLimits(gunzip);
    });
    this.ended = new Promise<void>((resolve) => {
      gunzip.once('end', () => {
        this.memberEnded = true;
        resolve();
      });
      gunzip.once('close', resolve);
      gunzip.once('error', (error: NodeJS.ErrnoException) => {
        this.failure ??= damaged(error, this.inflated);
        resolve();
      });
    });
  }

  private checkLimits(gunzip: Gunzip): void {
    const { maxContentBytes, maxRatio } = this.limits;
    if (this.inflated > maxContentBytes) this.failure = tooLarge('content', maxContentBytes);
    // A small file may compress very well by nature: the ratio says something from one MiB of content on.
    else if (this.inflated > 1_048_576 && this.inflated > this.received * maxRatio) {
      this.failure = new EvidenceRefused(
        'evidence/ratio',
        `The gzip expands to more than ${maxRatio} times its ${this.received} received bytes: it is taken for a gzip bomb`,
      );
    }
    if (this.failure !== undefined) gunzip.destroy();
  }

  private async feed(gunzip: Gunzip, bytes: Buffer): Promise<void> {
    this.throwFailure();
    if (this.memberEnded) return;
    if (!gunzip.write(bytes)) await Promise.race([once(gunzip, 'drain').catch(() => undefined), this.ended]);
    this.throwFailure();
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}

function damaged(error: NodeJS.ErrnoException, inflated: number): EvidenceRefused {
  return error.code === 'Z_BUF_ERROR'
    ? new EvidenceRefused(
        'evidence/truncated',
        `The gzip ends in the middle of its data, after ${inflated} bytes of content: it was cut off, send it again`,
      )
    : new EvidenceRefused(
        'evidence/damaged',
        `The gzip is damaged (${error.message}) after ${inflated} bytes of content: no line of it can be trusted, send it again`,
      );
}

function tooLarge(what: 'received' | 'content', limit: number): EvidenceRefused {
  return new EvidenceRefused(
    'evidence/too-large',
    what === 'received'
      ? `The file has more than ${limit} bytes: split it, or raise the limit of a received file`
      : `The file's content has more than ${limit} bytes: split it, or raise the limit of a file's content`,
  );
}
