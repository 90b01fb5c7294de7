/** How leases measure time: never by the wall clock, which may jump either way. */
export interface Timing {
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** @returns what cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** The process's own clock. Its timers keep no process alive. */
export const monotonicTiming: Timing = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.max(0, ms)).unref();
    return () => clearTimeout(timer);
  },
};
