import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import type { StreamName } from '../../../../shared/kernel/stream-name.js';
import { BalanceLedger, type LedgerState } from '../../domain/balance-ledger.js';
import type { UsageBatchRated } from '../../domain/events.js';
import type { UsageRerated } from '../../domain/runs/rerated-events.js';
import type { RatingRunAnswered } from '../../domain/runs/run-events.js';
import { HistoryIndex, type HistoryIndexState } from './history-index.js';
import type { Mark } from './partition-mark.js';
import { RunFold } from '../runs/run-fold.js';

/** For a snapshot. What is absent was written before there were runs. */
export interface ContentsState {
  readonly logged: Mark;
  readonly ledger: LedgerState;
  /** Billing cycles that ended by then are closed; 0 = none ever. */
  readonly closedTo?: number;
  /** Log position of the last request that closed cycles; 0 = none ever. */
  readonly closedAt?: number;
  readonly passed?: SecondPassed | null;
  readonly history?: HistoryIndexState;
}

/** The last second pass: its last event, and by when the cycles it was for had ended. */
export interface SecondPassed {
  readonly revision: number;
  readonly asOf: number;
}

/**
 * What a partition's stream says, event by event: its balances, how far it answers, which billing cycles are closed, and
 * where which of them are. The answer to a run counts as a whole, once its last event is there.
 */
export class PartitionContents {
  readonly ledger: BalanceLedger;
  readonly index: HistoryIndex;
  /** What the last event that was folded answers. */
  logged: Mark = { through: 0 };
  closedTo = 0;
  closedAt = 0;
  passed: SecondPassed | null = null;
  /** First event of a run that is not answered to its end: nothing of it is in the ledger. */
  private runFrom: number | undefined;

  /** @param kept and the last revision that is in it. */
  constructor(
    private readonly store: EventStore,
    private readonly stream: StreamName,
    kept?: { readonly state: ContentsState; readonly revision: number },
  ) {
    this.ledger = kept === undefined ? new BalanceLedger() : BalanceLedger.fromJSON(kept.state.ledger);
    const history = kept?.state.history;
    this.index = history === undefined ? new HistoryIndex((kept?.revision ?? -1) + 1) : HistoryIndex.fromJSON(history);
    if (kept === undefined) return;
    this.logged = kept.state.logged;
    this.closedTo = kept.state.closedTo ?? 0;
    this.closedAt = kept.state.closedAt ?? 0;
    this.passed = kept.state.passed ?? null;
  }

  /** Whether a run is answered in part. */
  get isWithinRun(): boolean {
    return this.runFrom !== undefined;
  }

  /** Where the run that is answered now begins. @param next the revision of the next event. */
  beginRun(next: number): number {
    this.runFrom ??= next;
    return this.runFrom;
  }

  /** Folds an event that was read. */
  async fold(event: RecordedEvent): Promise<void> {
    switch (event.type) {
      case 'UsageBatchRated.v1': {
        const { data } = event as RecordedEvent & UsageBatchRated;
        this.ledger.fold(data);
        this.logged = markOf(data.head);
        this.index.add(event.revision, data.columns.cycle);
        return;
      }
      case 'UsageRerated.v1':
      case 'NonUsageRated.v1':
        this.beginRun(event.revision);
        this.logged = markOf((event.data as { readonly head: Mark }).head);
        return;
      case 'RatingRunAnswered.v1':
        await this.foldRun(event.revision);
        return;
      default:
        throw new Error(`${event.type} has no place in ${event.stream}`);
    }
  }

  /** The answer to a run is complete, up to and with the event at `last`: now it counts. */
  async foldRun(last: number): Promise<void> {
    const from = this.runFrom ?? last;
    const fold = new RunFold(this.ledger);
    for await (const event of this.store.readStream(this.stream, { from, limit: last - from + 1 })) {
      if (event.type === 'RatingRunAnswered.v1') this.completed(event as RecordedEvent & RatingRunAnswered);
      else fold.add(event);
      if (event.type === 'UsageRerated.v1') {
        const { columns } = (event as RecordedEvent & UsageRerated).data;
        this.index.add(event.revision, columns.cycle, columns['old.cycle']);
      }
    }
    fold.finish();
    this.runFrom = undefined;
  }

  /** How far it answers is known to who appends. */
  toState(): Omit<ContentsState, 'logged'> {
    const { closedTo, closedAt, passed } = this;
    return { closedTo, closedAt, passed, history: this.index.toJSON(), ledger: this.ledger.toJSON() };
  }

  private completed({ data, revision }: RecordedEvent & RatingRunAnswered): void {
    const { through, closedTo = 0, passedTo } = data;
    this.logged = { through };
    this.closedTo = Math.max(this.closedTo, closedTo);
    if (closedTo > 0) this.closedAt = through;
    if (passedTo !== undefined) this.passed = { revision, asOf: Math.max(this.passed?.asOf ?? 0, passedTo) };
  }
}

function markOf({ through, partial }: Mark): Mark {
  return partial === undefined ? { through } : { through, partial };
}
