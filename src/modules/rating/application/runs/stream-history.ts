import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import type { StreamName } from '../../../../shared/kernel/stream-name.js';
import type { UsageBatchRated } from '../../domain/events.js';
import type { UsageRerated } from '../../domain/runs/rerated-events.js';
import type { AccountHistory, HistoryWanted, PartitionHistory, StandingRow } from './answer-run.js';
import { RunInterrupted } from './run-log.js';
import { standingRows, type RowEvent } from './standing-rows.js';

/** Rows held at a time, so that memory is bounded; an account with more is held alone. */
const MOST_ROWS = 50_000;

type RowsByAccount = Map<string, Map<string, StandingRow>>;

/** The history of a partition, out of its stream: read once for as many accounts as may be held at a time. */
export class StreamHistory implements PartitionHistory {
  constructor(
    private readonly store: EventStore,
    private readonly stream: StreamName,
    /** The first revision that is not history any more. */
    private readonly end: number,
    private readonly signal: AbortSignal,
    private readonly mostRows = MOST_ROWS,
  ) {}

  async *accounts(wanted: HistoryWanted): AsyncIterable<AccountHistory> {
    const found = await this.tally(wanted);
    if (found.held !== undefined) {
      yield* inOrder(found.held, wanted);
      return;
    }
    for (const accounts of groups(found.counts, this.mostRows)) {
      const held: RowsByAccount = new Map();
      for await (const event of this.events()) hold(held, standingRows(event, accounts));
      yield* inOrder(held, wanted);
    }
  }

  /** Rows by account; held too as long as they are few. */
  private async tally(
    wanted: HistoryWanted,
  ): Promise<{ counts: Map<string, number>; held: RowsByAccount | undefined }> {
    const counts = new Map<string, number>();
    let held: RowsByAccount | undefined = new Map();
    let rows = 0;
    for await (const event of this.events()) {
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

  private async *events(): AsyncIterable<RowEvent> {
    if (this.end === 0) return;
    for await (const event of this.store.readStream(this.stream, { limit: this.end })) {
      if (this.signal.aborted) throw new RunInterrupted(this.stream);
      if (hasRows(event)) yield event;
    }
  }
}

function hasRows(event: RecordedEvent): event is RowEvent {
  return (
    event.type === ('UsageBatchRated.v1' satisfies UsageBatchRated['type']) ||
    event.type === ('UsageRerated.v1' satisfies UsageRerated['type'])
  );
}

function hold(held: RowsByAccount, rows: Iterable<StandingRow>): void {
  for (const row of rows) {
    let known = held.get(row.account);
    if (known === undefined) held.set(row.account, (known = new Map<string, StandingRow>()));
    known.set(`${row.source.position}:${row.ordinal}:${row.charge}`, row);
  }
}

function* inOrder(held: RowsByAccount, { cycles }: HistoryWanted): Iterable<AccountHistory> {
  for (const account of [...held.keys()].sort()) {
    const all = [...(held.get(account)?.values() ?? [])];
    held.delete(account);
    const rows = cycles === undefined ? all : all.filter(({ cycle }) => cycle >= cycles.from && cycle <= cycles.to);
    if (rows.length > 0) yield { account, rows };
  }
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
