import { compareIdentities, WORDS } from './layout.js';

const FIRST_ENTRIES = 8192;

/**
 * The newest identities: their words one after the other as they came, and an open-addressing table of their numbers
 * beside them. No object and no string per identity, and when the table grows no entry is moved.
 */
export class Memtable {
  size = 0;
  private words = new Uint32Array(FIRST_ENTRIES * WORDS);
  /** Number of the entry + 1; 0 = free. At most half full. */
  private slots = new Uint32Array(2 * FIRST_ENTRIES);

  /** Index of the entry's first word in `entries`; -1 when the identity is not here. */
  find(id: Uint32Array): number {
    const { words, slots } = this;
    const mask = slots.length - 1;
    const second = id[1] ?? 0;
    for (let slot = second & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot] ?? 0;
      if (number === 0) return -1;
      const at = (number - 1) * WORDS;
      if (words[at + 1] === second && words[at] === id[0] && words[at + 2] === id[2] && words[at + 3] === id[3])
        return at;
    }
  }

  get entries(): Uint32Array {
    return this.words;
  }

  /** Adds an entry whose identity is known not to be here. */
  add(entry: Uint32Array): void {
    if (this.size * WORDS === this.words.length) this.grow();
    this.words.set(entry, this.size * WORDS);
    this.size += 1;
    this.place(this.size);
  }

  /** All entries, sorted as a segment wants them. */
  sorted(): Uint32Array {
    const order = this.order();
    const result = new Uint32Array(this.size * WORDS);
    for (let index = 0; index < order.length; index += 1) {
      const from = (order[index] ?? 0) * WORDS;
      const to = index * WORDS;
      for (let word = 0; word < WORDS; word += 1) result[to + word] = this.words[from + word] ?? 0;
    }
    return result;
  }

  clear(): void {
    this.words = new Uint32Array(FIRST_ENTRIES * WORDS);
    this.slots = new Uint32Array(2 * FIRST_ENTRIES);
    this.size = 0;
  }

  /** Entries in ascending order of their identities: by their first words in a typed array, ties by the rest. */
  private order(): Uint32Array {
    const keys = new Float64Array(this.size);
    // First word and number in one double: 32 + 21 bits are exact, and typed arrays sort doubles natively.
    for (let entry = 0; entry < this.size; entry += 1)
      keys[entry] = (this.words[entry * WORDS] ?? 0) * 2_097_152 + entry;
    keys.sort();
    const order = new Uint32Array(this.size);
    for (let index = 0; index < order.length; index += 1) order[index] = (keys[index] ?? 0) % 2_097_152;
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
    const words = new Uint32Array(2 * this.words.length);
    words.set(this.words);
    this.words = words;
    this.slots = new Uint32Array(2 * this.slots.length);
    for (let number = 1; number <= this.size; number += 1) this.place(number);
  }

  private place(number: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = (this.words[(number - 1) * WORDS + 1] ?? 0) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = number;
  }
}
