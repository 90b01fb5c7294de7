/** A small seeded generator (mulberry32): the same seed gives the same sample on every machine. */
export class Random {
  constructor(private state: number) {}

  /** 0 <= n < 1 */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number, from..to inclusive. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** Many small values and a few large ones, as durations and volumes are. */
  skewed(from: number, to: number): number {
    return from + Math.floor(this.next() ** 4 * (to - from));
  }
}
