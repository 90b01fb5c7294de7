import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { SourceFacts } from '../../domain/rated-batch.js';
import { ChunkUsage, type RatableUsage } from '../rater/chunk-usage.js';
import { LogEvents } from '../rater/log-events.js';
import type { StandingRow } from './answer-run.js';

/** A usage record out of its mediated chunk, so that the chunk need not be kept. */
export class KeptUsage implements RatableUsage {
  readonly source: SourceFacts;
  readonly line: number;
  readonly ordinal: number;
  readonly serviceId: string;
  readonly usageType: string;
  readonly at: number;
  private readonly values: readonly (string | undefined)[];

  constructor(
    from: ChunkUsage,
    /** Of all records of its chunk. */
    private readonly names: UsageNames,
  ) {
    this.source = from.source;
    this.line = from.line;
    this.ordinal = from.ordinal;
    this.serviceId = from.serviceId;
    this.usageType = from.usageType;
    this.at = from.at;
    const quantities = names.quantities.map((name) => from.quantity(name));
    this.values = [...quantities, ...names.attributes.map((name) => from.attribute(name))];
  }

  quantity(name: string): string | undefined {
    const index = this.names.quantities.indexOf(name);
    return index < 0 ? undefined : this.values[index];
  }

  attribute(name: string): string | undefined {
    const { quantities, attributes } = this.names;
    const index = attributes.indexOf(name);
    return index < 0 ? undefined : this.values[quantities.length + index];
  }
}

interface UsageNames {
  readonly quantities: readonly string[];
  readonly attributes: readonly string[];
}

/**
 * The usage records that rows are of, by `<position>:<ordinal>`. Every mediated chunk is read once, and of it only what
 * is asked for is kept.
 */
export async function usageOf(
  store: EventStore,
  rows: Iterable<Pick<StandingRow, 'source' | 'ordinal'>>,
): Promise<ReadonlyMap<string, KeptUsage>> {
  const wanted = new Map<number, Set<number>>();
  for (const { source, ordinal } of rows) {
    const ordinals = wanted.get(source.position);
    if (ordinals === undefined) wanted.set(source.position, new Set([ordinal]));
    else ordinals.add(ordinal);
  }
  const chunks = new LogEvents(store, 1);
  const found = new Map<string, KeptUsage>();
  for (const position of [...wanted.keys()].sort((a, b) => a - b)) {
    const { data } = await chunks.mediatedAt(position);
    const usage = new ChunkUsage(position, data);
    const columns = Object.keys(data.columns);
    const names = { quantities: namesIn(columns, 'q.'), attributes: namesIn(columns, 'a.') };
    for (const ordinal of wanted.get(position) ?? []) {
      usage.ordinal = ordinal;
      found.set(recordKey(position, ordinal), new KeptUsage(usage, names));
    }
  }
  return found;
}

/** Names a record by its place in its mediated chunk. */
export function recordKey(position: number, ordinal: number): string {
  return `${position}:${ordinal}`;
}

function namesIn(columns: readonly string[], group: string): readonly string[] {
  return columns.flatMap((name) => (name.startsWith(group) ? [name.slice(group.length)] : []));
}
