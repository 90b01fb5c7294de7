import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { Row } from '../../../shared/read-models/read-models.port.js';
import { projectRows } from '../../../../test/support/project-rows.js';
import { suspenseProjection } from './suspense.projection.js';
import { suspendedRecords, suspenseFiles, suspenseReprocesses } from './suspense.collections.js';

const AT = Date.UTC(2026, 0, 31, 10);

/** Applies changes as an adapter does, in memory. */
class Rows {
  private rows: ReadonlyMap<string, Row> = new Map();

  apply(...events: RecordedEvent[]): this {
    this.rows = projectRows(suspenseProjection, events, this.rows);
    return this;
  }

  get(collection: { readonly name: string }, ...key: (string | number)[]): Row | undefined {
    return this.rows.get([collection.name, 'main', ...key].join('/'));
  }

  all(): [string, Row][] {
    return [...this.rows].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

function recorded(position: number, stream: string, type: string, data: unknown): RecordedEvent {
  return {
    id: `00000000-0000-5000-8000-${String(position).padStart(12, '0')}`,
    type,
    data,
    stream,
    revision: 0,
    position,
    metadata: {
      tenant: 'main',
      actor: 'key:ops',
      commandId: 'c1',
      correlationId: 'k1',
      recordedAt: new Date(AT + position).toISOString(),
      previousHash: '0'.repeat(64),
      hash: '1'.repeat(64),
    },
  };
}

const received = recorded(1, 'usageFile-main.f1', 'UsageFileReceived.v1', {
  fileId: 'f1',
  fileName: 'Voice.csv',
  sourcePlatform: 'switch1',
  serviceType: 'VOICE',
  usageRecordType: 'POSTPAID',
});

function rated(
  position: number,
  cause: unknown,
  monetized: { line: number; charge: number }[],
  suspended: { line: number; code: string }[],
): RecordedEvent {
  return recorded(position, 'rating-main.0', 'UsageBatchRated.v1', {
    head: {
      cause,
      sources: [
        {
          position: 10,
          fileId: 'f1',
          sourcePlatform: 'switch1',
          serviceType: 'VOICE',
          usageRecordType: 'POSTPAID',
          monetizedLines: new Set(monetized.map((each) => each.line)).size,
          suspendedLines: suspended.length,
        },
      ],
    },
    columns: {
      source: monetized.map(() => 0),
      line: monetized.map((each) => each.line),
      charge: monetized.map((each) => each.charge),
      account: monetized.map(() => 'acct-1'),
      's.source': suspended.map(() => 0),
      's.line': suspended.map((each) => each.line),
      's.ordinal': suspended.map((each) => each.line - 1),
      's.code': suspended.map((each) => each.code),
      's.message': suspended.map((each) => `Line ${each.line} waits`),
      's.serviceId': suspended.map((each) => `49${each.line}`),
      's.account': suspended.map(() => null),
      's.usageType': suspended.map(() => 'CALL'),
      's.at': suspended.map(() => AT),
      's.facts': suspended.map((each) => ({ serviceId: `49${each.line}` })),
    },
  });
}

const suspended = rated(
  20,
  { kind: 'MEDIATED' },
  [{ line: 1, charge: 0 }],
  [
    { line: 2, code: 'SERVICE_NOT_FOUND' },
    { line: 3, code: 'SERVICE_NOT_FOUND' },
    { line: 4, code: 'PRICING_NOT_CONFIGURED' },
  ],
);
const requested = recorded(30, 'suspense-main.f1', 'SuspenseReprocessRequested.v1', {
  head: { reprocessId: 'r1', fileId: 'f1', reason: 'service ids fed', records: 2 },
  columns: {
    position: [10, 10],
    ordinal: [1, 2],
    line: [2, 3],
    code: ['SERVICE_NOT_FOUND', 'SERVICE_NOT_FOUND'],
  },
});
const placed = recorded(31, 'suspenseReprocess-main.r1', 'SuspenseReprocessPlaced.v1', {
  reprocessId: 'r1',
  reason: 'service ids fed',
  selection: { fileId: 'f1', errorCode: 'SERVICE_NOT_FOUND' },
  records: 2,
  files: 1,
});
const rerated = rated(
  40,
  { kind: 'REPROCESS', reprocessId: 'r1', position: 30 },
  [
    { line: 2, charge: 0 },
    { line: 2, charge: 1 },
  ],
  [{ line: 3, code: 'ACCOUNT_NOT_ACTIVE' }],
);
const answered = recorded(50, 'suspense-main.f1', 'SuspenseReprocessAnswered.v1', {
  head: { reprocessId: 'r1', fileId: 'f1', ratedPosition: 40, resolved: 1, suspended: 1 },
  columns: {
    line: [2, 3],
    outcome: ['MONETIZED', 'SUSPENDED'],
    was: ['SERVICE_NOT_FOUND', 'SERVICE_NOT_FOUND'],
    code: [null, 'ACCOUNT_NOT_ACTIVE'],
  },
});
const story = [received, suspended, requested, placed, rerated, answered];

describe('the suspense read model', () => {
  it('shows a suspended line with everything a person and a reprocess need', () => {
    const rows = new Rows().apply(received, suspended);
    expect(rows.get(suspendedRecords, 'f1', 2)).toEqual({
      tenant: 'main',
      fileId: 'f1',
      line: 2,
      status: 'OPEN',
      inSuspense: true,
      code: 'SERVICE_NOT_FOUND',
      message: 'Line 2 waits',
      serviceId: '492',
      account: null,
      usageType: 'CALL',
      at: AT,
      sourcePlatform: 'switch1',
      serviceType: 'VOICE',
      usageRecordType: 'POSTPAID',
      mediatedPosition: 10,
      ordinal: 1,
      ratedPosition: 20,
      suspendedAt: AT + 20,
      reprocessId: null,
      facts: { serviceId: '492' },
    });
    expect(rows.get(suspendedRecords, 'f1', 1)).toBeUndefined();
    expect(rows.get(suspenseFiles, 'f1')).toMatchObject({
      fileName: 'Voice.csv',
      loadedAt: AT + 1,
      inSuspense: true,
      open: 3,
      codes: 'PRICING_NOT_CONFIGURED SERVICE_NOT_FOUND',
      counts: {
        SERVICE_NOT_FOUND: { open: 2, reprocessing: 0, resolved: 0, message: 'Line 2 waits' },
        PRICING_NOT_CONFIGURED: { open: 1, reprocessing: 0, resolved: 0, message: 'Line 4 waits' },
      },
    });
  });

  it('shows what a reprocess holds', () => {
    const rows = new Rows().apply(received, suspended, requested, placed);
    expect(rows.get(suspendedRecords, 'f1', 3)).toMatchObject({
      status: 'REPROCESSING',
      inSuspense: true,
      reprocessId: 'r1',
    });
    expect(rows.get(suspenseFiles, 'f1')).toMatchObject({ open: 1, reprocessing: 2, resolved: 0 });
    expect(rows.get(suspenseReprocesses, 'r1')).toMatchObject({
      status: 'REQUESTED',
      records: 2,
      files: 1,
      actor: 'key:ops',
      completedAt: null,
    });
  });

  it('resolves a record that became money before its answer stands in the suspense stream', () => {
    const rows = new Rows().apply(received, suspended, requested, placed, rerated);
    expect(rows.get(suspendedRecords, 'f1', 2)).toMatchObject({
      status: 'RESOLVED',
      inSuspense: false,
      account: 'acct-1',
    });
    expect(rows.get(suspendedRecords, 'f1', 3)).toMatchObject({ status: 'REPROCESSING', code: 'ACCOUNT_NOT_ACTIVE' });
  });

  it('opens a record again under its new code, and closes the reprocess', () => {
    const rows = new Rows().apply(...story);
    expect(rows.get(suspendedRecords, 'f1', 3)).toMatchObject({
      status: 'OPEN',
      code: 'ACCOUNT_NOT_ACTIVE',
      message: 'Line 3 waits',
    });
    expect(rows.get(suspenseFiles, 'f1')).toMatchObject({
      open: 2,
      reprocessing: 0,
      resolved: 1,
      codes: 'ACCOUNT_NOT_ACTIVE PRICING_NOT_CONFIGURED',
      counts: {
        SERVICE_NOT_FOUND: { open: 0, reprocessing: 0, resolved: 1, message: 'Line 2 waits' },
        ACCOUNT_NOT_ACTIVE: { open: 1, reprocessing: 0, resolved: 0, message: 'Line 3 waits' },
        PRICING_NOT_CONFIGURED: { open: 1, reprocessing: 0, resolved: 0, message: 'Line 4 waits' },
      },
    });
    expect(rows.get(suspenseReprocesses, 'r1')).toMatchObject({
      status: 'COMPLETED',
      resolved: 1,
      suspended: 1,
      resolvedByCode: { SERVICE_NOT_FOUND: 1 },
      suspendedByCode: { ACCOUNT_NOT_ACTIVE: 1 },
      completedAt: AT + 50,
    });
  });

  it('is not complete before every file has its request', () => {
    const rows = new Rows().apply(received, suspended, requested, rerated, answered);
    expect(rows.get(suspenseReprocesses, 'r1')).toMatchObject({ status: 'RUNNING', files: null });
    expect(rows.apply({ ...placed, position: 51 }).get(suspenseReprocesses, 'r1')).toMatchObject({
      status: 'COMPLETED',
    });
  });

  it('comes out the same when each event is applied twice', () => {
    const once = new Rows().apply(...story).all();
    expect(new Rows().apply(...story.flatMap((event) => [event, event])).all()).toEqual(once);
  });

  it('comes out the same when everything is applied again from the beginning', () => {
    const once = new Rows().apply(...story).all();
    expect(new Rows().apply(...story, ...story).all()).toEqual(once);
  });

  it('handles exactly the types it names', () => {
    const types = new Set(story.map((event) => event.type));
    expect([...suspenseProjection.handles].sort()).toEqual([...types].sort());
  });
});
