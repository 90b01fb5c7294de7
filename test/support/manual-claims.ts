import type { ClaimGroup, Claims, ClaimsStatus, Held } from '../../src/shared/leases/claims.port.js';

/** Claims the test hands out: to whom it likes, as long as it likes, also to two at once. */
export class ManualClaims implements Claims {
  private newest: Held | undefined;
  private changed = false;
  private wake: () => void = () => undefined;
  private lost = new AbortController();
  private readonly released = new Set<string>();
  private waiting: () => void = () => undefined;

  /** A claims of its own that holds what it asks for from the start, as a process alone does. */
  static alone(epoch = 1): Claims {
    const claims = new ManualClaims();
    claims.ask = (names) => claims.hold(names, epoch);
    return claims;
  }

  private ask: ((names: readonly string[]) => void) | undefined;

  /** From now on these are held, at an epoch for those that are new. */
  hold(names: readonly string[], epoch = 1): void {
    const before = this.newest?.epochs;
    const epochs = new Map(names.map((name) => [name, before?.get(name) ?? epoch]));
    for (const name of names) this.released.delete(name);
    this.show({ names: new Set(names), epochs, lost: this.lost.signal });
  }

  /** Parks and gives back all that is not among `names`, as when another member asks for it. */
  async keepOnly(names: readonly string[]): Promise<void> {
    const gone = [...(this.newest?.names ?? [])].filter((name) => !names.includes(name));
    this.hold(names);
    while (!gone.every((name) => this.released.has(name))) {
      await new Promise<void>((resolve) => (this.waiting = resolve));
    }
  }

  /** The member has been silent for too long. */
  lose(): void {
    this.lost.abort();
    this.lost = new AbortController();
    this.show({ names: new Set(), epochs: new Map(), lost: this.lost.signal });
  }

  async *watch(_group: ClaimGroup, names: () => readonly string[], signal: AbortSignal): AsyncGenerator<Held, void> {
    this.ask?.(names());
    const wake = () => this.wake();
    signal.addEventListener('abort', wake, { once: true });
    while (!signal.aborted) {
      if (this.changed && this.newest !== undefined) {
        this.changed = false;
        yield this.newest;
      } else {
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    }
    signal.removeEventListener('abort', wake);
  }

  release(name: string): Promise<void> {
    this.released.add(name);
    this.waiting();
    return Promise.resolve();
  }

  status(): ClaimsStatus {
    return { held: [...(this.newest?.names ?? [])], members: 1 };
  }

  private show(held: Held): void {
    this.newest = held;
    this.changed = true;
    this.wake();
  }
}
