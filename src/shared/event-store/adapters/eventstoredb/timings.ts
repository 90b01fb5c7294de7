/** How long things may take; all in milliseconds. Tests shorten them. */
export interface Timings {
  /** Until the server answers at boot, so that servers may start in any order. */
  readonly boot: number;
  /** One attempt of an append. */
  readonly attempt: number;
  /** All attempts of an append, or of reading one page, together: then LogUnavailable. */
  readonly total: number;
  /** A read that brings nothing for so long is given up and asked again, with twice the patience each time. */
  readonly silence: number;
  /** How often the end of the log is looked at where no wake-up came. */
  readonly poll: number;
}

export const DEFAULT_TIMINGS: Timings = { boot: 30_000, attempt: 10_000, total: 30_000, silence: 10_000, poll: 1_000 };
