import type { ClaimGroup, Held } from './claims.port.js';
import type { Membership } from './membership.js';

const NOTHING = AbortSignal.abort();

/** One watcher of a group: keeps the newest set for it, and wakes it when that has changed. */
export class ClaimWatch {
  private newest: Held | undefined;
  private changed = false;
  private wake: () => void = () => undefined;

  constructor(
    readonly group: ClaimGroup,
    readonly names: () => readonly string[],
  ) {}

  /** What the member holds of this group now; without a member, nothing. */
  show(membership: Membership | undefined): void {
    const epochs = new Map<string, number>();
    for (const [name, { group, epoch, leaving }] of membership?.held ?? []) {
      if (group === this.group.name && !leaving) epochs.set(name, epoch);
    }
    const lost = membership?.lost ?? NOTHING;
    if (this.newest !== undefined && sameHeld(this.newest, epochs, lost)) return;
    this.newest = { names: new Set(epochs.keys()), epochs, lost };
    this.changed = true;
    this.wake();
  }

  async *sets(signal: AbortSignal): AsyncGenerator<Held, void> {
    const wake = () => this.wake();
    signal.addEventListener('abort', wake, { once: true });
    try {
      while (!signal.aborted) {
        if (this.changed && this.newest !== undefined) {
          this.changed = false;
          yield this.newest;
        } else {
          await new Promise<void>((resolve) => (this.wake = resolve));
        }
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }
}

function sameHeld(held: Held, epochs: ReadonlyMap<string, number>, lost: AbortSignal): boolean {
  if (held.epochs.size !== epochs.size) return false;
  if (epochs.size > 0 && held.lost !== lost) return false;
  return [...epochs].every(([name, epoch]) => held.epochs.get(name) === epoch);
}
