import { fold } from '../../../shared/kernel/decider.js';
import type { SuspenseEvent, SuspenseReprocessAnswered, SuspenseReprocessRequested } from './events.js';
import {
  MAX_RECORDS_PER_REQUEST,
  suspenseDecider,
  type SelectedRecord,
  type SuspenseCommand,
} from './suspense.decider.js';
import { recordsOf, statusOf } from './suspense.state.js';

const given = (...events: SuspenseEvent[]) => ({
  when: (command: SuspenseCommand) => ({
    then: (expected: SuspenseEvent[]) => {
      expect(suspenseDecider.decide(command, fold(suspenseDecider, events))).toEqual(expected);
    },
    thenNothing: () => {
      expect(suspenseDecider.decide(command, fold(suspenseDecider, events))).toEqual([]);
    },
  }),
});

const record = (line: number, code = 'SERVICE_NOT_FOUND'): SelectedRecord => ({
  line,
  position: 100 + Math.floor(line / 500),
  ordinal: line % 500,
  code,
});

const request = (reprocessId: string, lines: number[]): SuspenseCommand => ({
  kind: 'request',
  reprocessId,
  fileId: 'f1',
  reason: 'account arrived',
  records: lines.map((line) => record(line)),
});

const requested = (reprocessId: string, lines: number[]): SuspenseReprocessRequested => ({
  type: 'SuspenseReprocessRequested.v1',
  data: {
    head: { reprocessId, fileId: 'f1', reason: 'account arrived', records: lines.length },
    columns: {
      position: lines.map((line) => record(line).position),
      ordinal: lines.map((line) => record(line).ordinal),
      line: lines,
      code: lines.map(() => 'SERVICE_NOT_FOUND'),
    },
  },
});

const answer = (reprocessId: string, records: [number, string | null][], ratedPosition = 900): SuspenseCommand => ({
  kind: 'answer',
  reprocessId,
  fileId: 'f1',
  ratedPosition,
  records: records.map(([line, code]) => ({ line, code })),
});

const answered = (
  reprocessId: string,
  records: [number, string | null][],
  ratedPosition = 900,
): SuspenseReprocessAnswered => ({
  type: 'SuspenseReprocessAnswered.v1',
  data: {
    head: {
      reprocessId,
      fileId: 'f1',
      ratedPosition,
      resolved: records.filter(([, code]) => code === null).length,
      suspended: records.filter(([, code]) => code !== null).length,
    },
    columns: {
      line: records.map(([line]) => line),
      outcome: records.map(([, code]) => (code === null ? 'MONETIZED' : 'SUSPENDED')),
      was: records.map(() => 'SERVICE_NOT_FOUND'),
      code: records.map(([, code]) => code),
    },
  },
});

describe('asking for a reprocess', () => {
  it('takes open records, sorted by chunk and ordinal', () => {
    given()
      .when(request('r1', [600, 7, 501]))
      .then([requested('r1', [7, 501, 600])]);
  });

  it('names a record once, however often it was selected', () => {
    given()
      .when(request('r1', [7, 7]))
      .then([requested('r1', [7])]);
  });

  it('leaves out records in the hands of another reprocess', () => {
    given(requested('r1', [7, 8]))
      .when(request('r2', [7, 8, 9]))
      .then([requested('r2', [9])]);
  });

  it('leaves out records that became money', () => {
    given(requested('r1', [7, 8]), answered('r1', [[7, null]]))
      .when(request('r2', [7]))
      .thenNothing();
  });

  it('takes a record again that was suspended again', () => {
    given(requested('r1', [7]), answered('r1', [[7, 'PRICING_NOT_CONFIGURED']]))
      .when(request('r2', [7]))
      .then([requested('r2', [7])]);
  });

  it('adds only what is missing when the same request is made again after a crash', () => {
    given(requested('r1', [7, 8]), answered('r1', [[7, 'SERVICE_NOT_FOUND']]))
      .when(request('r1', [7, 8, 9]))
      .then([requested('r1', [9])]);
  });

  it('splits a large request into events of a bounded size', () => {
    const lines = Array.from({ length: 2 * MAX_RECORDS_PER_REQUEST + 1 }, (_, index) => index + 1);
    const events = suspenseDecider.decide(request('r1', lines), suspenseDecider.initialState);
    expect((events as SuspenseReprocessRequested[]).map((event) => event.data.head.records)).toEqual([
      MAX_RECORDS_PER_REQUEST,
      MAX_RECORDS_PER_REQUEST,
      1,
    ]);
  });
});

describe('answering a reprocess', () => {
  it('resolves what became money and opens what was suspended again, with its new code', () => {
    given(requested('r1', [7, 8]))
      .when(
        answer('r1', [
          [7, null],
          [8, 'PRICING_NOT_CONFIGURED'],
        ]),
      )
      .then([
        answered('r1', [
          [7, null],
          [8, 'PRICING_NOT_CONFIGURED'],
        ]),
      ]);
  });

  it('is written once, however often the rated event is delivered', () => {
    given(requested('r1', [7]), answered('r1', [[7, null]]))
      .when(answer('r1', [[7, null]]))
      .thenNothing();
  });

  it('does not touch records it was not asked for', () => {
    given(requested('r1', [7]))
      .when(answer('r2', [[7, null]]))
      .thenNothing();
  });

  it('may come in parts', () => {
    const state = fold(suspenseDecider, [
      requested('r1', [7, 8, 9]),
      answered('r1', [[8, null]]),
      answered('r1', [[9, 'SERVICE_NOT_FOUND']], 901),
    ]);
    expect([7, 8, 9, 10].map((line) => statusOf(state, line))).toEqual(['REPROCESSING', 'RESOLVED', 'OPEN', 'OPEN']);
    expect(recordsOf(state, 'r1')).toBe(3);
  });

  it('leaves the state before it untouched', () => {
    const before = fold(suspenseDecider, [requested('r1', [7])]);
    suspenseDecider.evolve(before, answered('r1', [[7, null]]));
    expect(statusOf(before, 7)).toBe('REPROCESSING');
  });
});
