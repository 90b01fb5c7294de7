import { withRoom } from './growing.js';

/** Deltas below are whole in a double when doubled. */
const EXACT = 2 ** 51;
/** How an instant is written: no end, as a double, or as its distance to the one before it. */
const FOR_EVER = 0;
const AS_DOUBLE = 1;
const DISTANCE = 2;

/** Writes numbers and texts as few bytes: seven bits of a whole number in each, distances instead of instants. */
export class ByteWriter {
  private bytes = new Uint8Array(1024);
  private length = 0;

  /** @param value a whole number from 0 to 2^53 - 1. */
  varint(value: number): void {
    this.bytes = withRoom(this.bytes, this.length + 8);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length++] = rest;
  }

  /** @param value a whole number between -2^51 and 2^51. */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Epoch ms, or Infinity; the reader must name the same `before`. */
  instant(value: number, before: number): void {
    const distance = value - before;
    if (value === Infinity) this.varint(FOR_EVER);
    else if (Number.isInteger(distance) && Math.abs(distance) < EXACT && before + distance === value)
      this.varint(DISTANCE + (distance < 0 ? -2 * distance - 1 : 2 * distance));
    else {
      this.varint(AS_DOUBLE);
      this.raw(new Uint8Array(Float64Array.of(value).buffer));
    }
  }

  /** UTF-16 code units, whatever they are. */
  text(text: string): void {
    this.varint(text.length);
    for (let index = 0; index < text.length; index += 1) this.varint(text.charCodeAt(index));
  }

  raw(source: Uint8Array, start = 0, end = source.length): void {
    this.bytes = withRoom(this.bytes, this.length + end - start);
    for (let index = start; index < end; index += 1) this.bytes[this.length++] = source[index] ?? 0;
  }

  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

/** Reads what `ByteWriter` wrote, in the same order. @throws RangeError past the end. */
export class ByteReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get ended(): boolean {
    return this.at === this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new RangeError('The bytes end before what they should hold');
    return byte;
  }

  varint(): number {
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte - 0x80;
    let unit = 0x80;
    do {
      byte = this.byte();
      value += (byte & 0x7f) * unit;
      unit *= 0x80;
    } while (byte >= 0x80);
    return value;
  }

  signed(): number {
    return half(this.varint());
  }

  instant(before: number): number {
    const code = this.varint();
    if (code === FOR_EVER) return Infinity;
    if (code >= DISTANCE) return before + half(code - DISTANCE);
    const double = new Float64Array(1);
    const bytes = new Uint8Array(double.buffer);
    for (let index = 0; index < bytes.length; index += 1) bytes[index] = this.byte();
    return double[0] ?? 0;
  }

  text(): string {
    let text = '';
    for (let units = this.varint(); units > 0; units -= 1) text += String.fromCharCode(this.varint());
    return text;
  }
}

function half(code: number): number {
  return code % 2 === 0 ? code / 2 : -(code + 1) / 2;
}
