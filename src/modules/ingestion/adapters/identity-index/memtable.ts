import { compareIdentities, WORDS } from './layout.js';

const FIRST_SLOTS = 16_384;

/** The newest identities, in an open-addressing table of flat words: no object and no string per identity. */
export class Memtable {
  size = 0;
  /** The entries' words; a slot is free while its file ordinal + 1 (word 6) is 0. */
  private words = new Uint32Array(FIRST_SLOTS * WORDS);
  private slots = FIRST_SLOTS;

  /** Index of the entry's first word in `entries`; -1 when the identity is not here. */
  find(id: Uint32Array): number {
    const { words, slots } = this;
    const first = id[1] ?? 0;
    for (let slot = first & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      const at = slot * WORDS;
      if (words[at + 6] === 0) return -1;
      if (words[at] === id[0] && words[at + 1] === first && words[at + 2] === id[2] && words[at + 3] === id[3])
        return at;
    }
  }

  get entries(): Uint32Array {
    return this.words;
  }

  /** Adds an entry whose identity is known not to be here. @param entry word 6 is the file ordinal + 1. */
  add(entry: Uint32Array): void {
    if ((this.size + 1) * 2 > this.slots) this.grow();
    this.place(entry, 0);
    this.size += 1;
  }

  /** All entries, sorted as a segment wants them. */
  sorted(): Uint32Array {
    const order = this.order();
    const result = new Uint32Array(this.size * WORDS);
    for (let index = 0; index < order.length; index += 1) {
      const at = (order[index] ?? 0) * WORDS;
      result.set(this.words.subarray(at, at + WORDS), index * WORDS);
    }
    return result;
  }

  clear(): void {
    this.words = new Uint32Array(FIRST_SLOTS * WORDS);
    this.slots = FIRST_SLOTS;
    this.size = 0;
  }

  /** Slots in ascending order of their identities: by their first words in a typed array, ties by the rest. */
  private order(): Uint32Array {
    const keys = new Float64Array(this.size);
    let count = 0;
    // First word and slot in one double: 32 + 21 bits are exact, and typed arrays sort doubles natively.
    for (let slot = 0; slot < this.slots; slot += 1) {
      if (this.words[slot * WORDS + 6] !== 0) keys[count++] = (this.words[slot * WORDS] ?? 0) * 2_097_152 + slot;
    }
    keys.sort();
    const order = new Uint32Array(count);
    for (let index = 0; index < count; index += 1) order[index] = (keys[index] ?? 0) % 2_097_152;
    this.settleTies(order);
    return order;
  }

  private settleTies(order: Uint32Array): void {
    for (let from = 0; from < order.length;) {
      const word = this.words[(order[from] ?? 0) * WORDS];
      let to = from + 1;
      while (to < order.length && this.words[(order[to] ?? 0) * WORDS] === word) to += 1;
      if (to - from > 1) {
        const run = [...order.subarray(from, to)];
        run.sort((a, b) => compareIdentities(this.words, a * WORDS, this.words, b * WORDS));
        order.set(run, from);
      }
      from = to;
    }
  }

  private grow(): void {
    const old = this.words;
    this.slots *= 2;
    this.words = new Uint32Array(this.slots * WORDS);
    for (let at = 0; at < old.length; at += WORDS) if (old[at + 6] !== 0) this.place(old, at);
  }

  private place(source: Uint32Array, from: number): void {
    const { words, slots } = this;
    let slot = (source[from + 1] ?? 0) & (slots - 1);
    while (words[slot * WORDS + 6] !== 0) slot = (slot + 1) & (slots - 1);
    const at = slot * WORDS;
    for (let word = 0; word < WORDS; word += 1) words[at + word] = source[from + word] ?? 0;
  }
}
