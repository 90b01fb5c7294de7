/** A hash is kept of this many streams at most; the ones longest not used are forgotten. */
const MAX_TIPS = 8192;

interface Tip {
  readonly revision: number;
  readonly hash: Promise<string>;
}

/**
 * The hash of the last event of streams, as it was *read*: such a hash is true for ever, for an event never changes.
 *
 * What an append was acknowledged with is not believed: the server recognises a repeated append by its ids alone, and
 * acknowledges it as well when it stored other bytes the first time. So the next event would follow a hash that stands
 * nowhere. A writer of large events has its last one read back while it prepares the next, and need not wait for it.
 */
export class StreamTips {
  private readonly tips = new Map<string, Tip>();

  hashAt(stream: string, revision: number): Promise<string> | undefined {
    const tip = this.tips.get(stream);
    return tip?.revision === revision ? tip.hash : undefined;
  }

  /** Keeps what was read, or is being read: a reading that fails is forgotten. */
  keep(stream: string, revision: number, hash: string | Promise<string>): void {
    const tip = { revision, hash: Promise.resolve(hash) };
    tip.hash.catch(() => {
      if (this.tips.get(stream) === tip) this.tips.delete(stream);
    });
    if ((this.tips.get(stream)?.revision ?? -1) > revision) return;
    this.tips.delete(stream);
    this.tips.set(stream, tip);
    if (this.tips.size <= MAX_TIPS) return;
    const [oldest] = this.tips.keys();
    if (oldest !== undefined) this.tips.delete(oldest);
  }
}
