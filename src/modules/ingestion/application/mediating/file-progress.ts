import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import { Decimal } from '../../../../shared/kernel/decimal.js';
import type { MediationCounts, UsageBatchMediated, UsageBatchMediatedHead } from '../../domain/events.js';

/** How far the log has a file: what its chunks sum up to and where the next one starts. */
export interface FileProgress {
  readonly chunks: number;
  readonly counts: MediationCounts;
  readonly quantities: Readonly<Record<string, string>>;
  readonly lastChunkPosition: number;
  /** Content offset and line where the next chunk starts; 0 and 1 when there is none yet. */
  readonly offset: number;
  readonly line: number;
}

export const NO_COUNTS: MediationCounts = { total: 0, mediated: 0, ignored: 0, duplicate: 0, error: 0 };

/** A sum over a file's chunk heads; the chunks may come in any order. */
export class ProgressSum {
  private chunks = 0;
  private counts = NO_COUNTS;
  private readonly quantities = new Map<string, Decimal>();
  private position = 0;
  private offset = 0;
  private line = 1;

  add(head: UsageBatchMediatedHead, position: number): void {
    this.addTotals({ chunks: 1, counts: head.counts, quantities: head.quantities });
    if (position >= this.position) {
      this.position = position;
      this.offset = head.endOffset;
      this.line = head.lastLine + 1;
    }
  }

  addTotals(part: Pick<FileProgress, 'chunks' | 'counts' | 'quantities'>): void {
    this.chunks += part.chunks;
    this.counts = addCounts(this.counts, part.counts);
    for (const [name, value] of Object.entries(part.quantities)) {
      this.quantities.set(name, (this.quantities.get(name) ?? Decimal.ZERO).plus(Decimal.parse(value)));
    }
  }

  get progress(): FileProgress {
    const quantities = [...this.quantities].map(([name, value]) => [name, value.toString()] as const);
    return {
      chunks: this.chunks,
      counts: this.counts,
      quantities: Object.fromEntries(quantities),
      lastChunkPosition: this.position,
      offset: this.offset,
      line: this.line,
    };
  }
}

/**
 * Files of a stream are mediated one after the other, so the chunks of the file under way are the last of the stream: read
 * backwards (heads only) until its first chunk or another file.
 */
export async function fileProgress(store: EventStore, stream: string, fileId: string): Promise<FileProgress> {
  const sum = new ProgressSum();
  for await (const event of store.readStream(stream, { direction: 'backward' })) {
    const { head } = event.data as UsageBatchMediated['data'];
    if (head.fileId !== fileId) break;
    sum.add(head, event.position);
    if (head.chunk === 0) break;
  }
  return sum.progress;
}

export function addCounts(a: MediationCounts, b: MediationCounts): MediationCounts {
  return {
    total: a.total + b.total,
    mediated: a.mediated + b.mediated,
    ignored: a.ignored + b.ignored,
    duplicate: a.duplicate + b.duplicate,
    error: a.error + b.error,
  };
}
