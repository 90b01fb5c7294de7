/** A hash is known of this many streams at most; the ones longest not used are forgotten. */
const MAX_TIPS = 8192;

/**
 * Whoever takes over a stream has let its holder be silent for longer than this (leases are longer); so within it a
 * steady writer is alone, and what the server acknowledged are the bytes just sent. In milliseconds.
 */
const ALONE_MS = 2_000;

interface Tip {
  readonly revision: number;
  readonly hash: string;
  /** When it was certainly the truth, on the monotonic clock. */
  readonly knownAt: number;
}

export interface AcknowledgedAppend {
  readonly stream: string;
  /** Revision, hash and log position of its last event. */
  readonly revision: number;
  readonly hash: string;
  readonly position: number;
  /** The revision it was appended after. */
  readonly expected: number | 'no-stream';
  /** When it was sent, and the newest position of the log known then. */
  readonly sentAt: number;
  readonly newestBefore: number;
  /** It holds chunk events: whoever appends these holds its stream alone. */
  readonly chunks: boolean;
}

/**
 * The hash of the last event of the streams this process writes, so that a steady writer need not read each event
 * before the next append.
 *
 * What was *read* is true for ever: an event never changes. What was *acknowledged* may be an older append with the same
 * ids and other bytes (the server recognises ids alone), so its hash is believed only where that cannot be: a lone
 * writer in steady work, whose event lies behind everything known before. All else is read once before the next append.
 */
export class StreamTips {
  private readonly tips = new Map<string, Tip>();
  private readonly doubtful = new Set<string>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  hashAt(stream: string, revision: number): string | undefined {
    const tip = this.tips.get(stream);
    return tip?.revision === revision ? tip.hash : undefined;
  }

  read(stream: string, revision: number, hash: string): void {
    if ((this.tips.get(stream)?.revision ?? -1) <= revision) this.keep(stream, { revision, hash, knownAt: this.now() });
  }

  acknowledged(append: AcknowledgedAppend): void {
    const before = this.tips.get(append.stream);
    const steady =
      append.chunks &&
      before !== undefined &&
      before.revision === append.expected &&
      this.now() - before.knownAt <= ALONE_MS &&
      append.position > append.newestBefore &&
      !this.doubtful.has(append.stream);
    this.doubtful.delete(append.stream);
    if (steady) this.keep(append.stream, { revision: append.revision, hash: append.hash, knownAt: append.sentAt });
    else this.tips.delete(append.stream);
  }

  /** An append ended without an answer: whatever stands at its place was perhaps not made of the next attempt's bytes. */
  unanswered(stream: string): void {
    this.doubtful.add(stream);
  }

  private keep(stream: string, tip: Tip): void {
    this.tips.delete(stream);
    this.tips.set(stream, tip);
    if (this.tips.size <= MAX_TIPS) return;
    const [oldest] = this.tips.keys();
    if (oldest !== undefined) this.tips.delete(oldest);
  }
}
