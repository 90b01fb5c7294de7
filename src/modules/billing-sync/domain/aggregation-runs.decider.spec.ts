import { fold } from '../../../shared/kernel/decider.js';
import { isRefused } from '../../../shared/kernel/refusal.js';
import { aggregationRunsDecider, type AggregationCommand } from './aggregation-runs.decider.js';
import { billingWorkDecider, type BillingWorkCommand } from './billing-work.decider.js';
import type { AggregationEvent, BillingWorkEvent, RevisionRange } from './events.js';

const request = (runId: string, ...revisions: number[]): AggregationCommand => ({
  kind: 'REQUEST',
  runId,
  reason: 'test',
  standing: revisions.map((revision, partition) => ({ partition, revision })),
  batchSize: 1000,
});
const complete = (runId: string, window: readonly RevisionRange[]): AggregationCommand => ({
  kind: 'COMPLETE',
  data: { runId, batches: [], partitions: [], window, lines: 0, records: 0, totals: [] },
});
const fail = (runId: string): AggregationCommand => ({
  kind: 'FAIL',
  data: { runId, code: 'OUT_OF_BALANCE', message: '', batches: [] },
});

function runs(...commands: AggregationCommand[]): AggregationEvent[] | string {
  const events: AggregationEvent[] = [];
  for (const command of commands) {
    const decided = aggregationRunsDecider.decide(command, fold(aggregationRunsDecider, events));
    if (isRefused(decided)) return decided.refused.code;
    events.push(...decided);
  }
  return events;
}
const lastWindow = (...commands: AggregationCommand[]): unknown => {
  const last = (runs(...commands) as AggregationEvent[]).at(-1);
  return last?.type === 'AggregationRequested.v1' ? last.data.window : last?.type;
};

describe('aggregation runs', () => {
  const window = [{ partition: 1, from: 0, to: 4 }];

  it('take what is new of each partition, and nothing of one that stands still', () => {
    expect(lastWindow(request('a', -1, 4))).toEqual(window);
    expect(lastWindow(request('a', -1, 4), complete('a', window), request('b', 0, 4))).toEqual([
      { partition: 0, from: 0, to: 0 },
    ]);
    expect(lastWindow(request('a', -1, 4), complete('a', window), request('b', -1, 4))).toEqual([]);
  });

  it('take a failed window again', () => {
    expect(lastWindow(request('a', -1, 4), fail('a'), request('b', -1, 6))).toEqual([{ partition: 1, from: 0, to: 6 }]);
  });

  it('are one at a time, and the same command again is the same run', () => {
    expect(runs(request('a', 4), request('b', 5))).toBe('billing-sync/aggregation-running');
    expect(runs(request('a', 4), request('a', 5))).toHaveLength(1);
    const two = [request('a', 4), fail('a'), request('b', 4), fail('b')];
    expect(runs(...two, request('a', 4))).toHaveLength(4);
  });

  it('end once, and only the one under way', () => {
    expect(runs(request('a', 4), complete('a', []), complete('a', []), fail('a'))).toHaveLength(2);
    expect(runs(request('a', 4), fail('b'))).toHaveLength(1);
  });
});

describe('the queue of billing work', () => {
  const send = (sendId: string, batches: string[], throughAggregation = 0): BillingWorkCommand => ({
    kind: 'SEND',
    sendId,
    reason: 'test',
    throughAggregation,
    batches,
  });
  const sent = (sendId: string, unsettled: string[]): BillingWorkCommand => ({
    kind: 'SENT',
    data: { sendId, batches: 1, after: { pending: 0, completed: 0, error: 0, inDoubt: 0 }, unsettled, problems: [] },
  });
  const after = (...commands: BillingWorkCommand[]) => {
    const events: BillingWorkEvent[] = [];
    for (const command of commands) {
      const decided = billingWorkDecider.decide(command, fold(billingWorkDecider, events));
      if (isRefused(decided)) throw new Error(decided.refused.code);
      events.push(...decided);
    }
    return { events, state: fold(billingWorkDecider, events) };
  };

  it('takes up again what a send left unsettled', () => {
    const { events, state } = after(send('s1', ['b1', 'b2'], 3), sent('s1', ['b2']), send('s2', ['b3'], 5));
    expect(events.at(-1)).toMatchObject({ data: { batches: ['b2', 'b3'], throughAggregation: 5 } });
    expect(state).toMatchObject({ unsettled: [], throughAggregation: 5 });
    expect(state.open.map((work) => work.kind)).toEqual(['SEND']);
  });

  it('knows every request for ever', () => {
    const { events } = after(send('s1', ['b1']), sent('s1', []), send('s1', ['b9']), sent('s1', []));
    expect(events).toHaveLength(2);
    const poll: BillingWorkCommand = { kind: 'POLL', pollId: 'p', reason: 'test' };
    expect(after(poll, poll).events).toHaveLength(1);
  });
});
