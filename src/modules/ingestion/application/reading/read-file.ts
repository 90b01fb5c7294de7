import { isUtf8 } from 'node:buffer';
import type { MappingDefinition } from '../../domain/mapping/definition.js';
import { FileFault } from '../../domain/mediation/file-fault.js';
import { declaredColumns, headerColumns, type FileColumns } from '../../domain/mediation/header.js';
import { RecordCursor } from './record-cursor.js';

/** What the first pass over a whole file established. */
export interface VerifiedFile {
  readonly columns: FileColumns;
  /** Records, without the header and blank lines. */
  readonly records: number;
}

/**
 * Reads the header, if there is one; the cursor then stands before the first record.
 * @throws FileFault when there is nothing to read or the header does not fit the mapping.
 */
export async function readColumns(cursor: RecordCursor, definition: MappingDefinition): Promise<FileColumns> {
  if (!definition.format.header) return declaredColumns(definition.format.columns ?? []);
  const step = await advance(cursor);
  if (step === 'END') throw emptyFile();
  return headerColumns(definition, cursor.texts(), cursor.line);
}

/** The next record or the end, bringing bytes in as needed. @throws FileFault for what no later byte can mend. */
export async function advance(cursor: RecordCursor): Promise<'RECORD' | 'END'> {
  for (;;) {
    const step = cursor.next();
    if (step === 'RECORD' || step === 'END') return step;
    if (step === 'FAULT') throw splitFault(cursor);
    await cursor.more();
  }
}

/**
 * The first pass: walks the whole content and finds everything that would make the file unusable, before a single line of
 * it becomes billable: invalid encoding, NUL bytes, a quote left open, an oversized record, a header that does not fit.
 */
export async function verifyFile(
  content: AsyncIterable<Buffer>,
  definition: MappingDefinition,
  maxRecordBytes: number,
): Promise<VerifiedFile> {
  const cursor = new RecordCursor(content, definition.format, maxRecordBytes);
  try {
    await refuseUtf16(cursor);
    const check = new EncodingCheck(cursor, definition, maxRecordBytes);
    const columns = await readColumns(cursor, definition).catch(async (error: unknown) => {
      // A header in a wrong encoding fits no mapping: the encoding is the better reason.
      await check.walked();
      throw error;
    });
    check.columns = columns;
    let records = 0;
    let fitting = 0;
    for (;;) {
      const step = cursor.next();
      if (step === 'RECORD') {
        records += 1;
        if (cursor.fieldCount === columns.names.length) fitting += 1;
        continue;
      }
      await check.walked();
      if (step === 'END') break;
      if (step === 'FAULT') throw splitFault(cursor, columns);
      await cursor.more();
      check.begin();
    }
    if (records === 0 && !definition.format.header) throw emptyFile();
    if (records > 0 && fitting === 0 && !definition.format.header) throw noLineFits(definition, columns, records);
    return { columns, records };
  } finally {
    await cursor.close();
  }
}

/** Validity is checked a window at a time; the line and column at fault are looked for only when there is one. */
class EncodingCheck {
  /** Once the header is read: faults then name their column. */
  columns: FileColumns | undefined;
  private line = 1;

  constructor(
    private readonly cursor: RecordCursor,
    private readonly definition: MappingDefinition,
    private readonly maxRecordBytes: number,
  ) {}

  begin(): void {
    this.line = this.cursor.lineAhead;
  }

  async walked(): Promise<void> {
    const bytes = this.cursor.walked;
    if (isUtf8(bytes) && !bytes.includes(0)) return;
    const again = new RecordCursor(once(bytes), this.definition.format, this.maxRecordBytes, {
      offset: 1,
      line: this.line,
    });
    while ((await advance(again)) === 'RECORD') {
      if (again.bytes.includes(0)) throw nulByte(again, this.columns);
      if (!isUtf8(again.bytes)) throw invalidEncoding(again, this.columns);
    }
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

async function refuseUtf16(cursor: RecordCursor): Promise<void> {
  await cursor.more();
  const mark = cursor.ahead(2).toString('hex');
  if (mark !== 'fffe' && mark !== 'feff') return;
  throw new FileFault({
    code: 'INVALID_ENCODING',
    message: 'Line 1: the file is in UTF-16 (it starts with its byte order mark). Send it in UTF-8',
    line: 1,
  });
}

function emptyFile(): FileFault {
  return new FileFault({
    code: 'EMPTY_FILE',
    message: 'The file holds no line: there is neither a header nor a record',
  });
}

function splitFault(cursor: RecordCursor, columns?: FileColumns): FileFault {
  const line = cursor.lineAhead;
  if (cursor.fault === 'UNBALANCED_QUOTE') {
    // Fields before the open one are complete, so their number is its index.
    const place = placeOf(line, cursor.fieldCount, columns);
    return new FileFault({
      code: 'UNBALANCED_QUOTE',
      message: `${place.text}: a quote is opened and not closed, so the lines after it would be swallowed. Close it, or double a quote that is part of the text`,
      line,
      column: place.column,
    });
  }
  return new FileFault({
    code: 'RECORD_TOO_LONG',
    message: `Line ${line}: the record has no end within the size limit of one record. Is the line end or a closing quote missing, or is this no text file?`,
    line,
  });
}

/** Where a field stands, for people; before the header is read a field has its number only. */
function placeOf(line: number, field: number, columns: FileColumns | undefined): { text: string; column: string } {
  const name = columns?.names[field];
  const number = `field ${field + 1}`;
  return name === undefined
    ? { text: `Line ${line}, ${number}`, column: number }
    : { text: `Line ${line}, ${number} (${JSON.stringify(name)})`, column: name };
}

function noLineFits(definition: MappingDefinition, columns: FileColumns, records: number): FileFault {
  const delimiter = JSON.stringify(definition.format.delimiter);
  return new FileFault({
    code: 'COLUMN_COUNT_MISMATCH',
    message: `Line 1: none of the ${records} records has the ${columns.names.length} columns expected with the delimiter ${delimiter}. Correct the mapping's delimiter or columns, or the file`,
    line: 1,
  });
}

function nulByte(record: RecordCursor, columns: FileColumns | undefined): FileFault {
  const { line } = record;
  const place = placeOf(
    line,
    record.fieldOf((bytes) => bytes.includes(0)),
    columns,
  );
  return new FileFault({
    code: 'NUL_BYTE',
    message: `${place.text}: there is a NUL byte: the file is binary, or UTF-16 without its byte order mark. Send text in UTF-8`,
    line,
    column: place.column,
  });
}

function invalidEncoding(record: RecordCursor, columns: FileColumns | undefined): FileFault {
  const { line } = record;
  const place = placeOf(
    line,
    record.fieldOf((bytes) => !isUtf8(bytes)),
    columns,
  );
  return new FileFault({
    code: 'INVALID_ENCODING',
    message: `${place.text}: the bytes are no UTF-8 (is the file in Latin-1?). Send it in UTF-8`,
    line,
    column: place.column,
  });
}
