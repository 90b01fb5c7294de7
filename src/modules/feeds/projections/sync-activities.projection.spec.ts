import { projectRows, recordedEvent, rowsOf } from '../../../../test/support/project-rows.js';
import { syncActivitiesProjection } from './sync-activities.projection.js';
import { syncActivities } from './sync-activities.collection.js';

const received = recordedEvent(17, 'FeedMessagesReceived.v1', {
  head: { kind: 'account', batch: 'c1/0', messages: 2 },
  columns: {
    messageId: ['m1', null],
    object: ['ACCOUNT', null],
    action: ['CREATE', null],
    effectiveFrom: [5, null],
    raw: [{}, {}],
    hash: ['a', 'b'],
  },
});
const applied = (position: number, rows: readonly (readonly [string, string, string | null])[]) =>
  recordedEvent(position, 'FeedMessagesApplied.v1', {
    head: { kind: 'account', batch: 'c1/0', of: 17, complete: 0, ignored: 0, error: 0, factsPosition: 0 },
    columns: {
      activity: rows.map(([activity]) => activity),
      messageId: rows.map(() => null),
      hash: rows.map(() => ''),
      status: rows.map(([, status]) => status),
      code: rows.map(([, , code]) => code),
      reason: rows.map(([, , code]) => (code === null ? null : `because of ${code}`)),
      errors: rows.map(() => null),
    },
  });
const LIFE = [
  received,
  applied(18, [
    ['17-0', 'ERROR', 'PLAN_NOT_FOUND'],
    ['17-1', 'ERROR', 'INVALID_MESSAGE'],
  ]),
  applied(25, [['17-0', 'COMPLETE', null]]),
];
const shown = (events: typeof LIFE) =>
  rowsOf(syncActivities, projectRows(syncActivitiesProjection, events)).map((row) => [
    row.messageId,
    row.status,
    row.code,
    row.attempts,
  ]);

describe('the sync activities read model', () => {
  it('shows messages as pending, then what became of them, each time they were applied', () => {
    expect(shown(LIFE.slice(0, 1))).toEqual([
      ['m1', 'PENDING', null, 0],
      [null, 'PENDING', null, 0],
    ]);
    expect(shown(LIFE.slice(0, 2))).toEqual([
      ['m1', 'ERROR', 'PLAN_NOT_FOUND', 1],
      [null, 'ERROR', 'INVALID_MESSAGE', 1],
    ]);
    expect(shown(LIFE)).toEqual([
      ['m1', 'COMPLETE', null, 2],
      [null, 'ERROR', 'INVALID_MESSAGE', 1],
    ]);
  });

  it('is the same when events come twice', () => {
    expect(shown(LIFE.flatMap((event) => [event, event]))).toEqual(shown(LIFE));
    expect(shown([...LIFE, ...LIFE])).toEqual(shown(LIFE));
  });
});
