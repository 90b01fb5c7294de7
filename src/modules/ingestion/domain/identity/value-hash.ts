const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

/**
 * A 128-bit hash of a sequence of values (the mixing steps of MurmurHash3 x86 128), fed value by value without joining
 * them: each value is followed by its length, so that ["ab","c"] and ["a","bc"] differ. It is seeded: whoever does not know
 * the seed cannot make two identities collide on purpose, and two that collide by chance need 2^64 records.
 */
export class ValueHash {
  h1 = 0;
  h2 = 0;
  h3 = 0;
  h4 = 0;
  private fed = 0;

  begin(seed: number): void {
    this.h1 = this.h2 = this.h3 = this.h4 = seed | 0;
    this.h3 ^= 0x9e3779b9;
    this.fed = 0;
  }

  /** Two UTF-16 signs make one word, so every string has its own words. */
  addText(text: string): void {
    const length = text.length;
    let at = 0;
    for (; at + 7 < length; at += 8) {
      this.mix(word(text, at), word(text, at + 2), word(text, at + 4), word(text, at + 6));
    }
    const w1 = at < length ? word(text, at) : 0;
    const w2 = at + 2 < length ? word(text, at + 2) : 0;
    const w3 = at + 4 < length ? word(text, at + 4) : 0;
    const w4 = at + 6 < length ? word(text, at + 6) : 0;
    this.mix(w1, w2, w3, w4 ^ Math.imul(length, 0x01000193));
  }

  addNumber(value: number): void {
    this.mix(value | 0, Math.floor(value / 4_294_967_296), 0x4e554d42, 0);
  }

  /** A value that is absent is not an empty one. */
  addAbsent(): void {
    this.mix(0x4e554c4c, 0, 0, 0x7fffffff);
  }

  /** Ends the sequence; `h1` to `h4` are the hash then, as signed 32-bit words. */
  finish(): void {
    let { h1, h2, h3, h4 } = this;
    h1 ^= this.fed;
    h2 ^= this.fed;
    h3 ^= this.fed;
    h4 ^= this.fed;
    h1 = (h1 + h2 + h3 + h4) | 0;
    h2 = (h2 + h1) | 0;
    h3 = (h3 + h1) | 0;
    h4 = (h4 + h1) | 0;
    h1 = avalanche(h1);
    h2 = avalanche(h2);
    h3 = avalanche(h3);
    h4 = avalanche(h4);
    this.h1 = (h1 + h2 + h3 + h4) | 0;
    this.h2 = (h2 + this.h1) | 0;
    this.h3 = (h3 + this.h1) | 0;
    this.h4 = (h4 + this.h1) | 0;
  }

  private mix(w1: number, w2: number, w3: number, w4: number): void {
    let { h1, h2, h3, h4 } = this;
    h1 ^= Math.imul(rotate(Math.imul(w1, C1), 15), C2);
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotate(Math.imul(w2, C2), 16), C3);
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotate(Math.imul(w3, C3), 17), C4);
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotate(Math.imul(w4, C4), 18), C1);
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
    this.h1 = h1;
    this.h2 = h2;
    this.h3 = h3;
    this.h4 = h4;
    this.fed = (this.fed + 1) | 0;
  }
}

function word(text: string, at: number): number {
  return text.charCodeAt(at) | (at + 1 < text.length ? text.charCodeAt(at + 1) << 16 : 0);
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function avalanche(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
