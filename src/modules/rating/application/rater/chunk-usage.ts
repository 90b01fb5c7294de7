import type { PricedUsage } from '../../../catalog/index.js';
import type { UsageBatchMediated } from '../../../ingestion/index.js';
import type { RecordFacts, SourceFacts } from '../../domain/rated-batch.js';

type MediatedData = UsageBatchMediated['data'];

/** A usage record as rating takes it. */
export interface RatableUsage extends PricedUsage, RecordFacts {
  readonly source: SourceFacts;
}

/** A cursor over the records of a mediated chunk: no object per record, a column is looked up once per chunk. */
export class ChunkUsage implements RatableUsage {
  readonly records: number;
  readonly source: SourceFacts;
  ordinal = 0;
  private readonly columns: MediatedData['columns'];
  private readonly quantities = new Map<string, readonly unknown[] | undefined>();
  private readonly attributes = new Map<string, readonly unknown[] | undefined>();

  constructor(position: number, { head, columns }: MediatedData) {
    const { fileId, sourcePlatform, serviceType, usageRecordType, firstLine, lastLine } = head;
    this.source = { position, fileId, sourcePlatform, serviceType, usageRecordType, firstLine, lastLine };
    this.columns = columns;
    this.records = columns.line.length;
  }

  get line(): number {
    return this.columns.line[this.ordinal] ?? 0;
  }

  get serviceId(): string {
    return this.columns.serviceId[this.ordinal] ?? '';
  }

  get usageType(): string {
    return this.columns.usageType[this.ordinal] ?? '';
  }

  get at(): number {
    return this.columns.at[this.ordinal] ?? 0;
  }

  quantity(name: string): string | undefined {
    return textAt(this.quantities, this.columns, 'q.', name, this.ordinal);
  }

  attribute(name: string): string | undefined {
    return textAt(this.attributes, this.columns, 'a.', name, this.ordinal);
  }
}

function textAt(
  found: Map<string, readonly unknown[] | undefined>,
  columns: MediatedData['columns'],
  group: string,
  name: string,
  ordinal: number,
): string | undefined {
  let column = found.get(name);
  if (column === undefined && !found.has(name)) {
    const key = group + name;
    column = Object.hasOwn(columns, key) ? columns[key] : undefined;
    found.set(name, column);
  }
  const value = column?.[ordinal];
  return typeof value === 'string' ? value : undefined;
}
