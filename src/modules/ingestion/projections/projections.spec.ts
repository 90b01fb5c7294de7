import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { projectRows, rowsOf } from '../../../../test/support/project-rows.js';
import { rawChunks, rawExceptions, usageFiles } from './collections.js';
import { rawUsageProjection } from './raw-usage.projection.js';
import { usageFilesProjection } from './usage-files.projection.js';

function event(position: number, type: string, data: unknown): RecordedEvent {
  const recordedAt = `2024-06-01T08:00:0${position % 10}.000Z`;
  const metadata = {
    tenant: 'main',
    actor: 'key:1',
    commandId: 'c1',
    correlationId: 'x',
    recordedAt,
    previousHash: '',
    hash: '',
  };
  return {
    id: String(position),
    stream: 'usage-main.s.VOICE.POSTPAID',
    revision: position,
    position,
    type,
    data,
    metadata,
  };
}

const key = { sourcePlatform: 's', serviceType: 'VOICE', usageRecordType: 'POSTPAID' as const };
const mapping = { name: 'm', version: 1 };
const received = event(1, 'UsageFileReceived.v1', {
  ...key,
  fileId: 'f1',
  fileName: 'a.csv',
  sha256: 'aa',
  bytes: 1,
  contentBytes: 1,
  compression: 'NONE',
  via: 'UPLOAD',
  mapping,
});

function mediated(position: number, chunk: number, seconds: string): RecordedEvent {
  const head = {
    ...key,
    fileId: 'f1',
    mapping,
    chunk,
    firstLine: 1 + chunk * 4,
    lastLine: 4 + chunk * 4,
    startOffset: chunk * 40,
    endOffset: 40 + chunk * 40,
    counts: { total: 4, mediated: 2, ignored: 0, duplicate: 1, error: 1 },
    quantities: { seconds },
    identity: ['a.recordId'],
  };
  const columns = {
    'x.line': [2 + chunk * 4, 3 + chunk * 4],
    'x.offset': [10, 20],
    'x.length': [9, 9],
    'x.outcome': ['DUPLICATE', 'ERROR'],
    'x.code': ['DUPLICATE_RECORD', 'BAD_NUMBER'],
    'x.column': [null, 'seconds'],
    'x.detail': ['f0:1', 'no number'],
  };
  return event(position, 'UsageBatchMediated.v1', { head, columns });
}

function rated(
  position: number,
  source: number,
  lines: [monetized: number, suspended: number],
  money: string,
  kind = 'MEDIATED',
) {
  const [monetizedLines, suspendedLines] = lines;
  const sources = [
    { position: source, fileId: 'f1', ...key, monetizedLines, suspendedLines, money: { EUR: money }, quantities: {} },
  ];
  return event(position, 'UsageBatchRated.v1', { head: { cause: { kind }, sources } });
}

const life = [
  received,
  mediated(2, 0, '1.5'),
  rated(3, 2, [1, 0], '0.10'),
  mediated(4, 1, '2.25'),
  rated(5, 2, [0, 1], '0'),
  event(6, 'UsageFileMediated.v1', {
    fileId: 'f1',
    chunks: 2,
    counts: { total: 8 },
    quantities: {},
    lastChunkPosition: 4,
  }),
  rated(7, 4, [1, 1], '0.305'),
  rated(8, 4, [1, 0], '0.02', 'REPROCESS'),
];

describe('usage-files', () => {
  const row = (events: readonly RecordedEvent[]) => rowsOf(usageFiles, projectRows(usageFilesProjection, events))[0]!;

  it('sums a file up from the heads of its chunks', () => {
    expect(row(life)).toMatchObject({
      status: 'COMPLETED',
      total: 8,
      mediated: 4,
      duplicate: 2,
      error: 2,
      monetized: 3,
      suspended: 1,
      chunks: 2,
      lastChunkPosition: 4,
      quantities: { seconds: '3.75' },
      money: { EUR: '0.425' },
      seenPosition: 8,
      sameNameAs: null,
    });
  });

  it('moves its money by what runs make of its records, each file its own', () => {
    const other = { ...received, data: { ...(received.data as object), fileId: 'f2' }, position: 9 };
    const rerated = event(10, 'UsageRerated.v1', {
      head: { sources: [{ fileId: 'f1' }, { fileId: 'f2' }] },
      columns: {
        source: [0, 1, 0, 0],
        currency: ['EUR', 'EUR', 'USD', 'EUR'],
        amount: ['0.2', '1', '3', '0.0001'],
        'old.revision': [1, null, 1, 2],
        'old.currency': ['EUR', 'EUR', 'EUR', 'EUR'],
        'old.amount': ['0.305', '0', '0.02', '-0.5'],
      },
    });
    const events = [...life, other, rerated];
    const money = rowsOf(usageFiles, projectRows(usageFilesProjection, events)).map((each) => each.money);
    // 0.425 - 0.305 + 0.2 - 0.02 + 0.0001 + 0.5
    expect(money).toEqual([{ EUR: '0.8001', USD: '3' }, { EUR: '1' }]);
    expect(row(events)).toMatchObject({ status: 'COMPLETED', monetized: 3, suspended: 1, seenPosition: 10 });
    expect(row([...events, rerated])).toEqual(row(events));
  });

  it('says where a file stands', () => {
    expect(life.map((_, index) => row(life.slice(0, index + 1)).status)).toEqual([
      'RECEIVED',
      'PROCESSING',
      'PROCESSING',
      'PROCESSING',
      'PROCESSING',
      'PROCESSING',
      'COMPLETED',
      'COMPLETED',
    ]);
    const rejected = event(2, 'UsageFileRejected.v1', { fileId: 'f1', code: 'EMPTY_FILE', message: 'empty' });
    expect(row([received, rejected])).toMatchObject({
      status: 'REJECTED',
      rejectedCode: 'EMPTY_FILE',
      rejectedLine: null,
    });
  });

  it('changes nothing when events are applied again', () => {
    for (let from = 0; from < life.length; from += 1) {
      const once = projectRows(usageFilesProjection, life);
      expect(projectRows(usageFilesProjection, life.slice(from), once)).toEqual(once);
    }
  });
});

describe('raw-usage', () => {
  it('has a row per chunk, with the lines rating has answered, and a row per exceptional line', () => {
    const rows = projectRows(rawUsageProjection, life);
    expect(
      rowsOf(rawChunks, rows).map(({ position, chunk, mediated: lines, ratedLines }) => ({
        position,
        chunk,
        lines,
        ratedLines,
      })),
    ).toEqual([
      { position: 2, chunk: 0, lines: 2, ratedLines: 2 },
      { position: 4, chunk: 1, lines: 2, ratedLines: 2 },
    ]);
    expect(rowsOf(rawExceptions, rows).map(({ line, code, column }) => ({ line, code, column }))).toEqual([
      { line: 2, code: 'DUPLICATE_RECORD', column: null },
      { line: 3, code: 'BAD_NUMBER', column: 'seconds' },
      { line: 6, code: 'DUPLICATE_RECORD', column: null },
      { line: 7, code: 'BAD_NUMBER', column: 'seconds' },
    ]);
  });

  it('changes nothing when events are applied again', () => {
    for (let from = 0; from < life.length; from += 1) {
      const once = projectRows(rawUsageProjection, life);
      expect(projectRows(rawUsageProjection, life.slice(from), once)).toEqual(once);
    }
  });
});
