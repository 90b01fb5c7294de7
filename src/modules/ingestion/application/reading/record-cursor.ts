import { isAscii } from 'node:buffer';
import type { DelimitedFormat } from '../../domain/mapping/definition.js';
import { DOUBLED, RecordSplitter, type SplitFault } from '../../domain/delimited/record-splitter.js';
import type { RecordView } from '../../domain/mediation/chunk-builder.js';

export type CursorStep = 'RECORD' | 'MORE' | 'END' | 'FAULT';

const NON_ASCII = /[\x80-\xff]/;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Walks the records of a content stream. `next` is synchronous while bytes last, so that a record costs no promise; `MORE`
 * asks for `more()`. Bytes are kept for one window only: memory does not depend on the file.
 *
 * A whole window is turned into one Latin-1 string, in which byte offsets are string indexes, and fields are slices of it;
 * fields with bytes above 127 are decoded as UTF-8 (the content was verified to be valid before).
 */
export class RecordCursor implements RecordView {
  /** Line of the record, from 1. */
  line: number;
  malformedField = -1;
  private readonly splitter: RecordSplitter;
  private readonly source: AsyncIterator<Buffer>;
  private readonly quote: string;
  private window: Buffer = Buffer.alloc(0);
  /** Content offset of the window's first byte. */
  private base: number;
  private at = 0;
  private nextLine: number;
  private final = false;
  private latin1: string | undefined;
  private ascii = true;

  constructor(
    content: AsyncIterable<Buffer>,
    format: DelimitedFormat,
    maxRecordBytes: number,
    start: { readonly offset: number; readonly line: number } = { offset: 0, line: 1 },
  ) {
    this.source = content[Symbol.asyncIterator]();
    this.quote = format.quote ?? '';
    const quoteByte = this.quote === '' ? -1 : this.quote.charCodeAt(0);
    this.splitter = new RecordSplitter(format.delimiter.charCodeAt(0), quoteByte, maxRecordBytes);
    this.base = start.offset;
    this.line = this.nextLine = start.line;
  }

  /** Moves to the next record; blank lines are no records. */
  next(): CursorStep {
    const { splitter } = this;
    for (;;) {
      if (this.final && this.at >= this.window.length) return 'END';
      if (!splitter.next(this.window, this.at, this.final)) return splitter.fault === undefined ? 'MORE' : 'FAULT';
      this.at = splitter.after;
      this.line = this.nextLine;
      this.nextLine += 1 + splitter.innerLines;
      if (splitter.end > splitter.start) {
        this.malformedField = splitter.malformedField;
        return 'RECORD';
      }
    }
  }

  /** Brings the next bytes in; afterwards `next` goes on where it was. */
  async more(): Promise<void> {
    const rest = this.window.subarray(this.at);
    const first = this.base === 0 && this.at === 0 && rest.length === 0;
    this.base += this.at;
    this.at = 0;
    this.latin1 = undefined;
    const next: IteratorResult<Buffer, void> = await this.source.next();
    if (next.done === true) {
      this.final = true;
      this.window = rest;
      return;
    }
    this.window = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
    if (first) await this.skipBom();
  }

  /** Ends the stream before its end. */
  async close(): Promise<void> {
    await this.source.return?.();
  }

  get fault(): SplitFault | undefined {
    return this.splitter.fault;
  }
  /** Line on which the next record (or the one at fault) starts. */
  get lineAhead(): number {
    return this.nextLine;
  }
  /** Content offset where the next record starts. */
  get offsetAhead(): number {
    return this.base + this.at;
  }
  get offset(): number {
    return this.base + this.splitter.start;
  }
  get length(): number {
    return this.splitter.end - this.splitter.start;
  }
  get fieldCount(): number {
    return this.splitter.count;
  }
  /** The record's bytes; valid until `more`. */
  get bytes(): Buffer {
    return this.window.subarray(this.splitter.start, this.splitter.end);
  }
  /** The window up to the next record: what has been walked since the last `more`. */
  get walked(): Buffer {
    return this.window.subarray(0, this.at);
  }

  /** The next bytes of the window, at most `count`. */
  ahead(count: number): Buffer {
    return this.window.subarray(this.at, this.at + count);
  }

  /** The first field whose bytes are at fault, for the message; 0 when it is none of them (text after a closing quote). */
  fieldOf(atFault: (bytes: Buffer) => boolean): number {
    const { splitter } = this;
    for (let index = 0; index < Math.min(splitter.count, splitter.fieldStart.length); index += 1) {
      if (atFault(this.window.subarray(splitter.fieldStart[index], splitter.fieldEnd[index]))) return index;
    }
    return Math.max(0, splitter.malformedField);
  }

  text(index: number): string {
    const { splitter } = this;
    if (index >= splitter.count) return '';
    const start = splitter.fieldStart[index] ?? 0;
    const end = splitter.fieldEnd[index] ?? 0;
    let text = (this.latin1 ?? this.decode()).substring(start, end);
    if (!this.ascii && NON_ASCII.test(text)) text = this.window.toString('utf8', start, end);
    if (((splitter.fieldKind[index] ?? 0) & DOUBLED) !== 0) text = text.replaceAll(this.quote + this.quote, this.quote);
    return text;
  }

  private decode(): string {
    this.ascii = isAscii(this.window);
    return (this.latin1 = this.window.toString('latin1'));
  }

  texts(): string[] {
    return Array.from({ length: this.fieldCount }, (_, index) => this.text(index));
  }

  /** A byte order mark is no part of the first column's name. */
  private async skipBom(): Promise<void> {
    while (this.window.length < BOM.length) {
      const next: IteratorResult<Buffer, void> = await this.source.next();
      if (next.done === true) {
        this.final = true;
        break;
      }
      this.window = Buffer.concat([this.window, next.value]);
    }
    if (this.window.subarray(0, BOM.length).equals(BOM)) this.at = BOM.length;
  }
}
