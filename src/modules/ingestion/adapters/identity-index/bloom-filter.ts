/** 512 bits: one cache line, so a look-up costs one miss. */
const BLOCK_WORDS = 16;
const BITS_PER_ENTRY = 10;
const PROBES = 7;

/**
 * A blocked Bloom filter over identity hashes: "certainly not here" without touching a file, "perhaps" in about one of
 * sixty cases that are not here. About 10 bits an entry.
 */
export class BloomFilter {
  private readonly blocks: number;

  constructor(readonly words: Uint32Array) {
    this.blocks = words.length / BLOCK_WORDS;
  }

  static sizedFor(entries: number): BloomFilter {
    const blocks = Math.max(1, Math.ceil((entries * BITS_PER_ENTRY) / (BLOCK_WORDS * 32)));
    return new BloomFilter(new Uint32Array(blocks * BLOCK_WORDS));
  }

  /** @param h1 picks the block, h2 and h3 the bits; all unsigned. */
  add(h1: number, h2: number, h3: number): void {
    const base = this.block(h1);
    let probe = h2;
    for (let index = 0; index < PROBES; index += 1) {
      const bit = (probe >>> 23) & 511;
      const at = base + (bit >>> 5);
      this.words[at] = (this.words[at] ?? 0) | (1 << (bit & 31));
      probe = (probe + h3) | 0;
      probe = Math.imul(probe, 0x9e3779b1);
    }
  }

  mayHave(h1: number, h2: number, h3: number): boolean {
    const base = this.block(h1);
    let probe = h2;
    for (let index = 0; index < PROBES; index += 1) {
      const bit = (probe >>> 23) & 511;
      if ((((this.words[base + (bit >>> 5)] ?? 0) >>> (bit & 31)) & 1) === 0) return false;
      probe = (probe + h3) | 0;
      probe = Math.imul(probe, 0x9e3779b1);
    }
    return true;
  }

  private block(h1: number): number {
    return Math.floor((h1 / 4_294_967_296) * this.blocks) * BLOCK_WORDS;
  }
}
