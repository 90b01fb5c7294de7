import { once } from 'node:events';
import type { WaitingFile } from './waiting-file.js';

/** The received files that wait, first in first out for each usage stream, and who waits for the configuration to change. */
export class IngestQueues {
  /** How often the mediation configuration changed. */
  wakes = 0;
  private readonly queues = new Map<string, WaitingFile[]>();
  private sleepers = new Set<() => void>();

  add(file: WaitingFile): void {
    const queue = this.queues.get(file.stream) ?? [];
    if (queue.some((other) => other.received.fileId === file.received.fileId)) return;
    queue.push(file);
    this.queues.set(file.stream, queue);
  }

  remove(tenant: string, fileId: string): void {
    for (const [stream, queue] of this.queues) {
      const at = queue.findIndex((file) => file.tenant === tenant && file.received.fileId === fileId);
      if (at < 0) continue;
      queue.splice(at, 1);
      if (queue.length === 0) this.queues.delete(stream);
      return;
    }
  }

  first(stream: string): WaitingFile | undefined {
    return this.queues.get(stream)?.[0];
  }

  /** Streams with work, those that wait longest first. */
  streams(): readonly string[] {
    return [...this.queues.entries()]
      .sort(([, a], [, b]) => (a[0]?.position ?? 0) - (b[0]?.position ?? 0))
      .map(([stream]) => stream);
  }

  /** Everything up to this position is done: where a restart may read on. */
  safePosition(): number {
    let least = Infinity;
    for (const queue of this.queues.values()) least = Math.min(least, (queue[0]?.position ?? Infinity) - 1);
    return least;
  }

  wake(): void {
    this.wakes += 1;
    const woken = this.sleepers;
    this.sleepers = new Set();
    for (const wake of woken) wake();
  }

  /** Resolves when the configuration has changed since `seen`, or the signal stops everything. */
  async woken(seen: number, signal: AbortSignal): Promise<void> {
    if (this.wakes !== seen || signal.aborted) return;
    const woken = new Promise<void>((resolve) => this.sleepers.add(resolve));
    const cleanup = new AbortController();
    await Promise.race([woken, once(signal, 'abort', { signal: cleanup.signal }).catch(() => undefined)]);
    cleanup.abort();
  }

  clear(): void {
    this.queues.clear();
  }
}
