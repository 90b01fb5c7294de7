const LF = 10;
const CR = 13;
/** More columns than this are counted but not kept. */
const MAX_FIELDS = 4096;

/** The field lay in quotes; its bounds are inside them. */
export const QUOTED = 1;
/** It holds doubled quotes, each of which stands for one. */
export const DOUBLED = 2;

/** Why a whole file cannot be split into records any further. */
export type SplitFault = 'UNBALANCED_QUOTE' | 'RECORD_TOO_LONG';

/**
 * Finds the records and fields of delimited text in bytes, without copying any. It works on ASCII-compatible encodings
 * (UTF-8: no byte of a longer sign looks like a delimiter, a quote or a line end).
 *
 * A record ends at LF, CRLF or a lone CR outside quotes. A quote opens a field only as its first byte; inside, a doubled
 * quote is one quote. Text after a closing quote makes the record malformed; if the quoted field crossed a line end by then,
 * a quote was left open some lines above and lines have been swallowed, so the whole file is at fault:
 *
 *     1;"abc;2        <- opened here and never closed
 *     2;"def";3       <- closes before def: what follows is no delimiter -> UNBALANCED_QUOTE at line 1
 *
 * One splitter serves one file; after `next` answered true its fields describe the record, until the next call.
 */
export class RecordSplitter {
  /** Where the record starts, where its content ends (before the line end) and where the next one starts. */
  start = 0;
  end = 0;
  after = 0;
  /** Number of fields; those beyond 4096 have no bounds. */
  count = 0;
  /** Line ends inside quotes: the next record's line number is this much further. */
  innerLines = 0;
  /** Index of the field that has text after its closing quote; -1 when the record is well formed. */
  malformedField = -1;
  fault: SplitFault | undefined;
  readonly fieldStart = new Int32Array(MAX_FIELDS);
  readonly fieldEnd = new Int32Array(MAX_FIELDS);
  readonly fieldKind = new Uint8Array(MAX_FIELDS);

  /**
   * @param delimiter one byte.
   * @param quote one byte, or -1 for no quoting.
   * @param maxRecordBytes a longer record is the fault RECORD_TOO_LONG, found without reading it to its end.
   */
  constructor(
    private readonly delimiter: number,
    private readonly quote: number,
    private readonly maxRecordBytes: number,
  ) {}

  /**
   * Looks for the record at `from`. False: its end is not among the bytes yet (come again with more), or `fault` is set.
   * @param final no more bytes will come: the end of the bytes ends the last record.
   */
  next(bytes: Uint8Array, from: number, final: boolean): boolean {
    this.start = from;
    this.count = 0;
    this.innerLines = 0;
    this.malformedField = -1;
    const found = this.split(bytes, from, final);
    const length = (found ? this.end : bytes.length) - from;
    if (length > this.maxRecordBytes && this.fault === undefined) this.fault = 'RECORD_TOO_LONG';
    return found && this.fault === undefined;
  }

  private split(bytes: Uint8Array, from: number, final: boolean): boolean {
    const { delimiter, quote } = this;
    const limit = bytes.length;
    let at = from;
    for (;;) {
      let fieldStart = at;
      let fieldEnd = at;
      let kind = 0;
      if (at < limit && bytes[at] === quote) {
        const closed = this.closingQuote(bytes, at + 1, final);
        if (closed < 0) return false;
        kind = this.doubled ? QUOTED | DOUBLED : QUOTED;
        fieldStart = at + 1;
        fieldEnd = closed;
        at = closed + 1;
        if (at < limit && !this.endsField(bytes[at])) {
          if (this.innerLines > 0) return this.fail('UNBALANCED_QUOTE');
          if (this.malformedField < 0) this.malformedField = this.count;
          while (at < limit && !isLineEnd(bytes[at])) at += 1;
        }
      } else {
        while (at < limit) {
          const byte = bytes[at];
          if (byte === delimiter || byte === LF || byte === CR) break;
          at += 1;
        }
        fieldEnd = at;
      }
      if (at === limit && !final) return false;
      this.keep(fieldStart, fieldEnd, kind);
      if (at === limit || bytes[at] !== delimiter) return this.finish(bytes, at, final);
      at += 1;
    }
  }

  private doubled = false;

  /** Index of the quote that closes the field; -1 when it is not among the bytes. */
  private closingQuote(bytes: Uint8Array, from: number, final: boolean): number {
    const { quote } = this;
    const limit = bytes.length;
    this.doubled = false;
    for (let at = from; at < limit; at += 1) {
      const byte = bytes[at];
      if (byte === quote) {
        if (at + 1 === limit && !final) return -1;
        if (bytes[at + 1] !== quote) return at;
        this.doubled = true;
        at += 1;
      } else if (byte === LF || (byte === CR && bytes[at + 1] !== LF)) {
        this.innerLines += 1;
      }
    }
    if (final) this.fail('UNBALANCED_QUOTE');
    return -1;
  }

  private finish(bytes: Uint8Array, at: number, final: boolean): boolean {
    // A CR at the very end may be half of a CRLF.
    if (bytes[at] === CR && at + 1 === bytes.length && !final) return false;
    this.end = at;
    this.after = at === bytes.length ? at : bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : at + 1;
    return true;
  }

  private keep(start: number, end: number, kind: number): void {
    const index = this.count;
    if (index < MAX_FIELDS) {
      this.fieldStart[index] = start;
      this.fieldEnd[index] = end;
      this.fieldKind[index] = kind;
    }
    this.count = index + 1;
  }

  private endsField(byte: number | undefined): boolean {
    return byte === this.delimiter || isLineEnd(byte);
  }

  private fail(fault: SplitFault): false {
    this.fault = fault;
    return false;
  }
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === LF || byte === CR;
}
