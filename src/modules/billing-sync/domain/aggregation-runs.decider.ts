import { never, type Decider } from '../../../shared/kernel/decider.js';
import type { Currency } from '../../../shared/kernel/money.js';
import { refuse } from '../../../shared/kernel/refusal.js';
import type {
  AggregationCompleted,
  AggregationEvent,
  AggregationFailed,
  AggregationRequested,
  RevisionRange,
} from './events.js';

/** The aggregation runs of a tenant: where the next one starts, and the one under way. */
export interface AggregationRuns {
  /** Per partition, the last revision that belongs to a completed run. */
  readonly highWater: Readonly<Record<number, number>>;
  readonly running: AggregationRequested['data'] | undefined;
  readonly lastRunId: string | undefined;
  /** Ids of all runs ever asked for, so that a repeated command changes nothing. */
  readonly known: ReadonlySet<string>;
}

export type AggregationCommand =
  | {
      readonly kind: 'REQUEST';
      readonly runId: string;
      readonly reason: string;
      /** Per partition, the revision the rating stream stands at now. */
      readonly standing: readonly { readonly partition: number; readonly revision: number }[];
      readonly batchSize: number;
      /** As the catalog has them now. */
      readonly currencies?: readonly Currency[];
    }
  | { readonly kind: 'COMPLETE'; readonly data: AggregationCompleted['data'] }
  | { readonly kind: 'FAIL'; readonly data: AggregationFailed['data'] };

export const aggregationRunsDecider: Decider<AggregationRuns, AggregationCommand, AggregationEvent> = {
  initialState: { highWater: {}, running: undefined, lastRunId: undefined, known: new Set() },

  evolve(state, event) {
    switch (event.type) {
      case 'AggregationRequested.v1':
        return {
          ...state,
          running: event.data,
          lastRunId: event.data.runId,
          known: new Set(state.known).add(event.data.runId),
        };
      case 'AggregationCompleted.v1': {
        const highWater = { ...state.highWater };
        for (const range of event.data.window) highWater[range.partition] = range.to;
        return { ...state, highWater, running: undefined };
      }
      case 'AggregationFailed.v1':
        return { ...state, running: undefined };
      default:
        return never(event);
    }
  },

  decide(command, state) {
    switch (command.kind) {
      case 'REQUEST':
        if (state.known.has(command.runId)) return [];
        if (state.running !== undefined) {
          return refuse(
            'billing-sync/aggregation-running',
            `Aggregation run ${state.running.runId} is under way: wait until it has ended, then ask again`,
            { facts: { runId: state.running.runId } },
          );
        }
        return [
          {
            type: 'AggregationRequested.v1',
            data: {
              runId: command.runId,
              reason: command.reason,
              window: windowOf(command.standing, state.highWater),
              batchSize: command.batchSize,
              ...(command.currencies === undefined || command.currencies.length === 0
                ? {}
                : { currencies: command.currencies }),
            },
          },
        ];
      case 'COMPLETE':
        return state.running?.runId === command.data.runId
          ? [{ type: 'AggregationCompleted.v1', data: command.data }]
          : [];
      case 'FAIL':
        return state.running?.runId === command.data.runId
          ? [{ type: 'AggregationFailed.v1', data: command.data }]
          : [];
      default:
        return never(command);
    }
  },
};

/**
 * The window of a run starts where the last *completed* run ended; a failed run's window is taken again.
 *
 *     rating-main.3   0 .. 41 | 42 .. 57 |            (revisions)
 *                      run A     this run   next run
 */
function windowOf(
  standing: readonly { readonly partition: number; readonly revision: number }[],
  highWater: Readonly<Record<number, number>>,
): RevisionRange[] {
  return standing
    .map(({ partition, revision }) => ({ partition, from: (highWater[partition] ?? -1) + 1, to: revision }))
    .filter((range) => range.to >= range.from)
    .sort((a, b) => a.partition - b.partition);
}
