const STAR = '*';
const PLUS = 43;
/** No zone; zones are kept by their number + 1, so that empty arrays say so. */
const NONE = 0;
const ASCII = 128;

/**
 * Longest-prefix search in a tree of integers: a step per character, no allocation, no hashing, and no more steps than
 * the longest prefix has characters, however many there are.
 *
 *     44*  -> UK                       root -4-> . -4-> UK -7-> UK_MOBILE
 *     447* -> UK_MOBILE                          \
 *     112  -> EMERGENCY (exactly)                 1 -1-> . -2-> (exact) EMERGENCY
 *
 * A leading + of a number means nothing, so +44… and 44… are one number. Characters outside ASCII end the search.
 */
export class PrefixTree {
  /** Which of the characters in use a character code is, from 1; 0 = in no prefix. */
  private readonly column = new Uint8Array(ASCII);
  private readonly width: number;
  /** `width` children per node; 0 = none, for the root is nobody's child. */
  private children: Int32Array;
  private prefixZone: Int32Array;
  private exactZone: Int32Array;
  private nodes = 1;
  private readonly zones: readonly string[];

  /** @param prefixes with a star at the end, or a whole number without; @param zones the zone of each. */
  constructor(prefixes: readonly string[], zones: readonly string[]) {
    this.width = this.readAlphabet(prefixes);
    const guess = 2 * prefixes.length + 16;
    this.children = new Int32Array(guess * this.width);
    this.prefixZone = new Int32Array(guess);
    this.exactZone = new Int32Array(guess);
    const numbers = new Map<string, number>();
    prefixes.forEach((prefix, index) => {
      const zone = zones[index] ?? '';
      let number = numbers.get(zone);
      if (number === undefined) numbers.set(zone, (number = numbers.size + 1));
      this.add(prefix, number);
    });
    this.zones = [...numbers.keys()];
    this.children = this.children.slice(0, this.nodes * this.width);
    this.prefixZone = this.prefixZone.slice(0, this.nodes);
    this.exactZone = this.exactZone.slice(0, this.nodes);
  }

  find(value: string): string | undefined {
    const { length } = value;
    const { column, children, prefixZone, width } = this;
    let node = 0;
    let found = prefixZone[0] ?? NONE;
    let index = value.charCodeAt(0) === PLUS ? 1 : 0;
    for (; index < length; index += 1) {
      const code = value.charCodeAt(index);
      const at = code < ASCII ? (column[code] ?? 0) : 0;
      if (at === 0) break;
      const child = children[node * width + at - 1] ?? 0;
      if (child === 0) break;
      node = child;
      const zone = prefixZone[node] ?? NONE;
      if (zone !== NONE) found = zone;
    }
    if (index === length) {
      const exact = this.exactZone[node] ?? NONE;
      if (exact !== NONE) found = exact;
    }
    return found === NONE ? undefined : this.zones[found - 1];
  }

  /** Bytes of its arrays, for whoever measures. */
  get bytes(): number {
    return this.children.byteLength + this.prefixZone.byteLength + this.exactZone.byteLength;
  }

  private readAlphabet(prefixes: readonly string[]): number {
    let used = 0;
    for (const prefix of prefixes) {
      for (let index = 0; index < textLength(prefix); index += 1) {
        const code = prefix.charCodeAt(index);
        if (code >= ASCII) throw new RangeError(`The prefix "${prefix}" has a character that no number has`);
        if (this.column[code] === 0) this.column[code] = used += 1;
      }
    }
    return Math.max(used, 1);
  }

  private add(prefix: string, zone: number): void {
    let node = 0;
    const length = textLength(prefix);
    for (let index = 0; index < length; index += 1) {
      const place = node * this.width + (this.column[prefix.charCodeAt(index)] ?? 1) - 1;
      node = this.children[place] ?? 0;
      if (node === 0) {
        node = this.newNode();
        this.children[place] = node;
      }
    }
    if (prefix.endsWith(STAR)) this.prefixZone[node] = zone;
    else this.exactZone[node] = zone;
  }

  private newNode(): number {
    if (this.nodes === this.prefixZone.length) {
      this.children = doubled(this.children);
      this.prefixZone = doubled(this.prefixZone);
      this.exactZone = doubled(this.exactZone);
    }
    return this.nodes++;
  }
}

function textLength(prefix: string): number {
  return prefix.endsWith(STAR) ? prefix.length - 1 : prefix.length;
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
