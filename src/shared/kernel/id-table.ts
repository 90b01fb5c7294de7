import type { ByteReader, ByteWriter } from './byte-stream.js';
import { withRoom } from './growing.js';

const UNKNOWN = -1;
/** As full as the slots may be: a search still ends after a slot or two, most of them in one line of the cache. */
const FULLEST = 0.8;
/** A UTF-16 unit in seven bits a byte; and the number an id is within. */
const MOST_BYTES_OF_UNIT = 3;
const MOST_BYTES_OF_WITHIN = 5;

/**
 * Millions of ids, numbered 0, 1, 2 … in the order in which they come: what a Map of strings does, in a quarter of the
 * room, and with nothing in it that the garbage collector would have to walk. An id may be within another number: the
 * same text within two of them is two ids.
 *
 *     slots    -    hash,number+1    -    hash,number+1    hash,number+1    -     open addressing: the next, when taken
 *     starts   0    9    18                                                       where each id begins
 *     bytes    within,text    within,text    within,text                          seven bits of a number in each
 */
export class IdTable {
  private slots = new Int32Array(2 * 16);
  private starts = new Uint32Array(17);
  private bytes = new Uint8Array(256);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** @returns its number, or -1 when it is not in the table. */
  find(id: string, within = 0): number {
    return this.search(id, within, hashOf(id, within));
  }

  /** @returns its number, a new one when it was not in the table. */
  add(id: string, within = 0): number {
    const hash = hashOf(id, within);
    const known = this.search(id, within, hash);
    if (known !== UNKNOWN) return known;
    let at = this.end;
    this.bytes = withRoom(this.bytes, at + MOST_BYTES_OF_WITHIN + id.length * MOST_BYTES_OF_UNIT);
    at = this.put(within, at);
    for (let index = 0; index < id.length; index += 1) at = this.put(id.charCodeAt(index), at);
    return this.enter(hash, at);
  }

  /** @param number below `size`. */
  idOf(number: number): string {
    const units: number[] = [];
    const end = this.starts[number + 1] ?? 0;
    for (let at = this.textStart(number); at < end;) {
      const byte = this.bytes[at] ?? 0;
      units.push(byte < 0x80 ? byte : this.numberAt(at));
      at = this.after(at);
    }
    return String.fromCharCode.apply(null, units);
  }

  /** What an id is within. @param number below `size`. */
  withinOf(number: number): number {
    return this.numberAt(this.starts[number] ?? 0);
  }

  /** In the order of their numbers, each as what differs from the one before. */
  write(writer: ByteWriter): void {
    writer.varint(this.count);
    let [within, start, length] = [0, 0, 0];
    for (let number = 0; number < this.count; number += 1) {
      const [nextWithin, nextStart] = [this.withinOf(number), this.textStart(number)];
      const nextLength = (this.starts[number + 1] ?? 0) - nextStart;
      let same = 0;
      while (same < length && same < nextLength && this.bytes[start + same] === this.bytes[nextStart + same]) same += 1;
      writer.signed(nextWithin - within);
      writer.varint(same);
      writer.varint(nextLength - same);
      writer.raw(this.bytes, nextStart + same, nextStart + nextLength);
      [within, start, length] = [nextWithin, nextStart, nextLength];
    }
  }

  static read(reader: ByteReader): IdTable {
    const table = new IdTable();
    let [within, start] = [0, 0];
    for (let left = reader.varint(); left > 0; left -= 1) {
      within += reader.signed();
      const [same, others] = [reader.varint(), reader.varint()];
      let at = table.end;
      table.bytes = withRoom(table.bytes, at + MOST_BYTES_OF_WITHIN + same + others);
      at = table.put(within, at);
      const textStart = at;
      table.bytes.copyWithin(at, start, start + same);
      at += same;
      for (let byte = 0; byte < others; byte += 1) table.bytes[at++] = reader.byte();
      table.enter(table.hashAt(textStart, at, within), at);
      start = textStart;
    }
    return table;
  }

  private get end(): number {
    return this.starts[this.count] ?? 0;
  }

  private search(id: string, within: number, hash: number): number {
    const last = this.slots.length / 2 - 1;
    for (let slot = hash & last; ; slot = (slot + 1) & last) {
      const taken = this.slots[2 * slot + 1] ?? 0;
      if (taken === 0) return UNKNOWN;
      if (this.slots[2 * slot] === hash && this.isAt(taken - 1, id, within)) return taken - 1;
    }
  }

  private isAt(number: number, id: string, within: number): boolean {
    let at = this.starts[number] ?? 0;
    if (this.numberAt(at) !== within) return false;
    at = this.after(at);
    for (let index = 0; index < id.length; index += 1) {
      const unit = id.charCodeAt(index);
      if (unit < 0x80 ? this.bytes[at] !== unit : this.numberAt(at) !== unit) return false;
      at = unit < 0x80 ? at + 1 : this.after(at);
    }
    return at === this.starts[number + 1];
  }

  /** The bytes up to `end` are those of a new id. */
  private enter(hash: number, end: number): number {
    const number = this.count;
    if (end >= 2 ** 32) throw new RangeError(`A table of ids holds 4 GiB of them; ${number} have filled it`);
    this.starts = withRoom(this.starts, number + 2);
    this.starts[number + 1] = end;
    this.count += 1;
    if (this.count > (this.slots.length / 2) * FULLEST) this.doubleSlots();
    takeSlot(this.slots, hash, number);
    return number;
  }

  private doubleSlots(): void {
    const slots = new Int32Array(this.slots.length * 2);
    for (let slot = 0; slot < this.slots.length; slot += 2) {
      const taken = this.slots[slot + 1] ?? 0;
      if (taken !== 0) takeSlot(slots, this.slots[slot] ?? 0, taken - 1);
    }
    this.slots = slots;
  }

  private put(value: number, start: number): number {
    let at = start;
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.bytes[at++] = (rest & 0x7f) | 0x80;
    this.bytes[at++] = rest;
    return at;
  }

  private textStart(number: number): number {
    return this.after(this.starts[number] ?? 0);
  }

  private numberAt(start: number): number {
    let byte = this.bytes[start] ?? 0;
    let value = byte & 0x7f;
    for (let at = start + 1, shift = 7; byte >= 0x80; at += 1, shift += 7) {
      byte = this.bytes[at] ?? 0;
      value |= (byte & 0x7f) << shift;
    }
    return value;
  }

  private after(start: number): number {
    let at = start;
    while ((this.bytes[at] ?? 0) >= 0x80) at += 1;
    return at + 1;
  }

  private hashAt(start: number, end: number, within: number): number {
    let hash = within;
    for (let at = start; at < end; at = this.after(at)) hash = mixed(hash, this.numberAt(at));
    return spread(hash);
  }
}

function takeSlot(slots: Int32Array, hash: number, number: number): void {
  const last = slots.length / 2 - 1;
  let slot = hash & last;
  while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & last;
  slots[2 * slot] = hash;
  slots[2 * slot + 1] = number + 1;
}

/** FNV-1a, spread by the last steps of MurmurHash3: ids that count up must not stand in rows. */
function hashOf(id: string, within: number): number {
  let hash = within;
  for (let index = 0; index < id.length; index += 1) hash = mixed(hash, id.charCodeAt(index));
  return spread(hash);
}

function mixed(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

function spread(hash: number): number {
  let value = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
