import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import type { StreamName } from '../../../../shared/kernel/stream-name.js';
import type { HistoryIndex } from '../rater/history-index.js';
import type { AccountHistory, HistoryWanted, PartitionHistory, RowEvent, StandingRow } from './answer-run.js';
import { RunInterrupted } from './run-log.js';
import { standingRows } from './standing-rows.js';

/** Rows held at a time, so that memory is bounded; an account with more is held alone. */
const MOST_ROWS = 50_000;

type RowsByAccount = Map<string, Map<string, StandingRow>>;

export interface HistoryParts {
  readonly store: EventStore;
  readonly stream: StreamName;
  readonly index: HistoryIndex;
  /** The first revision that is not history any more. */
  readonly end: number;
  readonly signal: AbortSignal;
  readonly mostRows?: number;
}

/**
 * The history of a partition, out of its stream: only what may hold the wanted billing cycles is read, once for as many
 * accounts as may be held at a time.
 */
export class StreamHistory implements PartitionHistory {
  private readonly mostRows: number;

  constructor(private readonly parts: HistoryParts) {
    this.mostRows = parts.mostRows ?? MOST_ROWS;
  }

  async *groups(wanted: HistoryWanted): AsyncIterable<readonly AccountHistory[]> {
    const found = await this.tally(wanted);
    if (found.held !== undefined) {
      yield inOrder(found.held, wanted);
      return;
    }
    for (const accounts of groups(found.counts, this.mostRows)) {
      const held: RowsByAccount = new Map();
      for await (const event of this.events(wanted.cycles)) hold(held, standingRows(event, accounts));
      yield inOrder(held, wanted);
    }
  }

  async *events(cycles: HistoryWanted['cycles'], since = 0): AsyncIterable<RowEvent> {
    const { store, stream, index, end, signal } = this.parts;
    for (const [from, to] of index.stretches(cycles, end)) {
      if (to <= since) continue;
      const first = Math.max(from, since);
      for await (const event of store.readStream(stream, { from: first, limit: to - first })) {
        if (signal.aborted) throw new RunInterrupted(stream);
        if (hasRows(event)) yield event;
      }
    }
  }

  /** Rows by account; held too as long as they are few. */
  private async tally(
    wanted: HistoryWanted,
  ): Promise<{ counts: Map<string, number>; held: RowsByAccount | undefined }> {
    const counts = new Map<string, number>();
    let held: RowsByAccount | undefined = new Map();
    let rows = 0;
    for await (const event of this.events(wanted.cycles)) {
      for (const account of event.data.columns.account) {
        if (wanted.accounts?.has(account) === false) continue;
        counts.set(account, (counts.get(account) ?? 0) + 1);
        rows += 1;
      }
      if (rows > this.mostRows) held = undefined;
      if (held !== undefined) hold(held, standingRows(event, wanted.accounts));
    }
    return { counts, held };
  }
}

function hasRows(event: RecordedEvent): event is RowEvent {
  return event.type === 'UsageBatchRated.v1' || event.type === 'UsageRerated.v1';
}

function hold(held: RowsByAccount, rows: Iterable<StandingRow>): void {
  for (const row of rows) {
    let known = held.get(row.account);
    if (known === undefined) held.set(row.account, (known = new Map<string, StandingRow>()));
    known.set(`${row.source.position}:${row.ordinal}:${row.charge}`, row);
  }
}

function inOrder(held: RowsByAccount, { cycles }: HistoryWanted): AccountHistory[] {
  return [...held.keys()].sort().flatMap((account) => {
    const all = [...(held.get(account)?.values() ?? [])];
    const rows = cycles === undefined ? all : all.filter(({ cycle }) => cycle >= cycles.from && cycle <= cycles.to);
    return rows.length > 0 ? [{ account, rows }] : [];
  });
}

/** In order of their ids, so many in a group that their rows may be held. */
function* groups(counts: ReadonlyMap<string, number>, most: number): Iterable<ReadonlySet<string>> {
  let group = new Set<string>();
  let rows = 0;
  for (const account of [...counts.keys()].sort()) {
    const more = counts.get(account) ?? 0;
    if (group.size > 0 && rows + more > most) {
      yield group;
      group = new Set();
      rows = 0;
    }
    group.add(account);
    rows += more;
  }
  if (group.size > 0) yield group;
}
