import { recordId } from '../../../../shared/kernel/record-id.js';
import type { MediationCounts, UsageBatchMediatedColumns } from '../events.js';
import type { IdentityClaims } from '../identity/identity-claims.js';
import { RecordHash } from '../identity/record-hash.js';
import { DecimalReader, DecimalSum } from '../mapping/decimal-reader.js';
import type { CompiledMapping, CompiledSource } from './compiled-mapping.js';
import { FileFault, shown } from './file-fault.js';

/** A record as the reader stands on it: its fields and its place in the content. */
export interface RecordView {
  readonly line: number;
  readonly offset: number;
  /** Bytes without the line end. */
  readonly length: number;
  readonly fieldCount: number;
  /** Index of a field with text after its closing quote; -1 when the record is well formed. */
  readonly malformedField: number;
  text(index: number): string;
}

/** What a chunk is made of; the head's coordinates and its place in the file are the caller's to add. */
export interface BuiltChunk {
  readonly counts: MediationCounts;
  readonly quantities: Readonly<Record<string, string>>;
  readonly usageFrom?: number;
  readonly usageTo?: number;
  readonly columns: UsageBatchMediatedColumns;
}

type ExceptionOutcome = 'IGNORED' | 'DUPLICATE' | 'ERROR';

/**
 * Mediates records straight into the columns of a chunk: no object per record. A row is written at index `rows` and only
 * kept when nothing is wrong with it and its identity is new; otherwise the next record overwrites it.
 */
export class ChunkBuilder {
  private rows = 0;
  private total = 0;
  private rawBytes = 0;
  private ignored = 0;
  private duplicate = 0;
  private error = 0;
  private earliest = Infinity;
  private latest = -Infinity;
  private columns!: ReturnType<ChunkBuilder['emptyColumns']>;
  private hash!: RecordHash;
  private readonly readers: readonly DecimalReader[];
  private readonly sums: readonly DecimalSum[];
  private readonly attributeColumns: (string | null)[][] = [];
  private readonly quantityColumns: string[][] = [];

  constructor(
    private readonly mapping: CompiledMapping,
    private readonly fileId: string,
    private readonly claims: IdentityClaims,
    private readonly limits: { readonly records: number; readonly rawBytes: number },
  ) {
    this.readers = mapping.quantities.map((quantity) => new DecimalReader(quantity.separator));
    this.sums = mapping.quantities.map(() => new DecimalSum());
    this.begin();
  }

  get full(): boolean {
    return this.total >= this.limits.records || this.rawBytes >= this.limits.rawBytes;
  }

  get empty(): boolean {
    return this.total === 0;
  }

  /** Records in the chunk so far, whatever became of them. */
  get records(): number {
    return this.total;
  }

  /** Bytes of content in the chunk: what its encoded size is bounded by, give or take. */
  get contentBytes(): number {
    return this.rawBytes;
  }

  add(record: RecordView): void {
    this.total += 1;
    this.rawBytes += record.length;
    if (this.reads(record)) this.claim(record);
  }

  /**
   * Whether the record's row is written. An exception here is a defect of ours in reading this one line; it is this line's
   * error, for otherwise it would hold up its file and every later one of the stream.
   */
  private reads(record: RecordView): boolean {
    try {
      return !this.isMalformed(record) && !this.isIgnored(record) && this.writeRow(record);
    } catch (error) {
      if (error instanceof FileFault) throw error;
      const said = error instanceof Error ? error.message : String(error);
      this.except(
        record,
        'ERROR',
        'MEDIATION_DEFECT',
        null,
        `The line could not be mediated, which is a defect: ${said}`,
      );
      return false;
    }
  }

  /** The chunk; the builder then stands at an empty one. */
  take(): BuiltChunk {
    const { columns, rows } = this;
    for (const [name, values] of Object.entries(columns)) if (!name.startsWith('x.')) values.length = rows;
    const built: BuiltChunk = {
      counts: {
        total: this.total,
        mediated: rows,
        ignored: this.ignored,
        duplicate: this.duplicate,
        error: this.error,
      },
      quantities: Object.fromEntries(
        this.mapping.quantities.map(({ name }, index) => [name, String(this.sums[index] ?? '0')]),
      ),
      ...(rows === 0 ? {} : { usageFrom: this.earliest, usageTo: this.latest }),
      columns,
    };
    this.begin();
    return built;
  }

  private begin(): void {
    this.rows = this.total = this.rawBytes = this.ignored = this.duplicate = this.error = 0;
    this.earliest = Infinity;
    this.latest = -Infinity;
    for (const sum of this.sums) sum.clear();
    this.columns = this.emptyColumns();
    this.hash = new RecordHash(this.columns, this.mapping.identity, this.fileId, this.claims.seed);
  }

  private emptyColumns() {
    const quantities: Record<string, string[]> = {};
    this.mapping.quantities.forEach(({ name }, index) => {
      quantities[`q.${name}`] = this.quantityColumns[index] = [];
    });
    const attributes: Record<string, (string | null)[]> = {};
    this.mapping.attributes.forEach(({ name }, index) => {
      attributes[`a.${name}`] = this.attributeColumns[index] = [];
    });
    return {
      line: [] as number[],
      offset: [] as number[],
      length: [] as number[],
      serviceId: [] as string[],
      usageType: [] as string[],
      at: [] as number[],
      'x.line': [] as number[],
      'x.offset': [] as number[],
      'x.length': [] as number[],
      'x.outcome': [] as ExceptionOutcome[],
      'x.code': [] as string[],
      'x.column': [] as (string | null)[],
      'x.detail': [] as string[],
      ...quantities,
      ...attributes,
    };
  }

  private isMalformed(record: RecordView): boolean {
    const { columnCount } = this.mapping;
    if (record.malformedField >= 0) {
      const detail = `There is text after the closing quote of field ${record.malformedField + 1}: a quote inside a field is written twice`;
      return this.except(record, 'ERROR', 'MALFORMED_LINE', null, detail);
    }
    if (record.fieldCount === columnCount) return false;
    const detail = `The line has ${record.fieldCount} fields where there are ${columnCount} columns`;
    return this.except(record, 'ERROR', 'MALFORMED_LINE', null, detail);
  }

  private isIgnored(record: RecordView): boolean {
    for (const rule of this.mapping.ignore) {
      const text = record.text(rule.index);
      if (rule.values.has(text)) {
        return this.except(
          record,
          'IGNORED',
          'FILTERED',
          rule.column,
          `The mapping ignores records with ${shown(text)} here`,
        );
      }
    }
    return false;
  }

  /** False (and an exception) when a value is missing or cannot be read. */
  private writeRow(record: RecordView): boolean {
    const { mapping, columns, rows } = this;
    const serviceId = textOf(record, mapping.serviceId);
    if (serviceId === '') return !this.missing(record, mapping.serviceId.column);
    const usageType = this.usageType(record);
    if (usageType === undefined) return false;
    const at = this.usageTime(record);
    if (Number.isNaN(at)) return false;
    for (let index = 0; index < mapping.quantities.length; index += 1) {
      if (!this.writeQuantity(record, index)) return false;
    }
    for (let index = 0; index < mapping.attributes.length; index += 1) {
      if (!this.writeAttribute(record, index)) return false;
    }
    columns.line[rows] = record.line;
    columns.offset[rows] = record.offset;
    columns.length[rows] = record.length;
    columns.serviceId[rows] = serviceId;
    columns.usageType[rows] = usageType;
    columns.at[rows] = at;
    return true;
  }

  private usageType(record: RecordView): string | undefined {
    const { usageType, translate, otherwise } = this.mapping;
    const text = textOf(record, usageType);
    if (translate !== undefined) {
      const translated = translate.get(text) ?? otherwise;
      if (translated === undefined) {
        const detail = `${shown(text)} has no usage type in the mapping's table: add it, or an "otherwise"`;
        this.except(record, 'ERROR', 'UNKNOWN_VALUE', usageType.column, detail);
      }
      return translated;
    }
    if (text !== '') return text;
    this.missing(record, usageType.column);
    return undefined;
  }

  private usageTime(record: RecordView): number {
    const { at } = this.mapping;
    if (at.index < 0) return at.base + (record.line - at.firstLine) * at.stepMs;
    const text = trimmed(record.text(at.index));
    const instant = at.read(text);
    if (Number.isNaN(instant)) {
      if (text === '') this.missing(record, at.column);
      else this.except(record, 'ERROR', 'BAD_TIME', at.column, `${shown(text)} is no time of the format ${at.format}`);
    }
    return instant;
  }

  private writeQuantity(record: RecordView, index: number): boolean {
    const quantity = this.mapping.quantities[index];
    const reader = this.readers[index];
    const column = this.quantityColumns[index];
    if (quantity === undefined || reader === undefined || column === undefined) return false;
    const text = textOf(record, quantity);
    if (reader.read(text) && !reader.negative) {
      column[this.rows] = reader.text;
      return true;
    }
    if (text === '') return !this.missing(record, quantity.column);
    const example = quantity.separator === ',' ? '12,5' : '12.5';
    const detail = `${shown(text)} is no number such as ${example}, not negative`;
    return !this.except(record, 'ERROR', 'BAD_NUMBER', quantity.column, detail);
  }

  private writeAttribute(record: RecordView, index: number): boolean {
    const attribute = this.mapping.attributes[index];
    const column = this.attributeColumns[index];
    if (attribute === undefined || column === undefined) return false;
    const text = attribute.index < 0 ? attribute.constant : record.text(attribute.index);
    if (text === '' && index === this.mapping.recordIdAttribute) return !this.missing(record, attribute.column);
    column[this.rows] = text === '' ? null : text;
    return true;
  }

  private claim(record: RecordView): void {
    const { rows, hash } = this;
    hash.ofRow(rows);
    const claim = this.claims.claim(hash, this.fileId, record.line);
    if (claim === 'NEW') {
      const at = this.columns.at[rows] ?? 0;
      if (at < this.earliest) this.earliest = at;
      if (at > this.latest) this.latest = at;
      for (let index = 0; index < this.readers.length; index += 1) {
        const reader = this.readers[index];
        if (reader !== undefined) this.sums[index]?.add(reader);
      }
      this.rows = rows + 1;
      return;
    }
    const first = recordId(this.claims.first.fileId, this.claims.first.line);
    if (claim === 'DUPLICATE') {
      this.except(record, 'DUPLICATE', 'DUPLICATE_RECORD', null, first);
      return;
    }
    const detail = `The identity (${this.mapping.identity.join(', ')}) is taken by ${first}, which says something else: ask the source which one is true`;
    this.except(record, 'ERROR', 'IDENTITY_CONFLICT', null, detail);
  }

  private missing(record: RecordView, column: string | null): true {
    return this.except(record, 'ERROR', 'MISSING_VALUE', column, 'The field is empty but is needed');
  }

  private except(
    record: RecordView,
    outcome: ExceptionOutcome,
    code: string,
    column: string | null,
    detail: string,
  ): true {
    const { columns } = this;
    columns['x.line'].push(record.line);
    columns['x.offset'].push(record.offset);
    columns['x.length'].push(record.length);
    columns['x.outcome'].push(outcome);
    columns['x.code'].push(code);
    columns['x.column'].push(column);
    columns['x.detail'].push(detail);
    if (outcome === 'IGNORED') this.ignored += 1;
    else if (outcome === 'DUPLICATE') this.duplicate += 1;
    else this.error += 1;
    return true;
  }
}

function textOf(record: RecordView, source: CompiledSource): string {
  return source.index < 0 ? source.constant : trimmed(record.text(source.index));
}

/** Spaces and tabs around a value are padding of the source, not part of it. */
function trimmed(text: string): string {
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  return first === 32 || first === 9 || last === 32 || last === 9 ? text.trim() : text;
}
