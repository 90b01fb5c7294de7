import type { UsageBatchMediated, UsageFileEvent } from '../../../src/modules/ingestion/domain/events.js';
import type { MediationEvent } from '../../../src/modules/ingestion/domain/mediation-events.js';
import type { RatingPartitioned, UsageBatchRated } from '../../../src/modules/rating/domain/events.js';
import type { SuspenseEvent, SuspenseReprocessPlaced } from '../../../src/modules/suspense/domain/events.js';
import type { SamplesOf } from './samples-of.js';

const AT = Date.UTC(2026, 2, 14, 9, 30);
const FILE = '0b7a5c1e-1111-5222-8333-444455556666';

export const ingestionSamples: SamplesOf<UsageFileEvent | UsageBatchMediated | MediationEvent> = {
  'UsageFileReceived.v1': {
    fileId: FILE,
    fileName: 'calls-2026-03-14.csv.gz',
    sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    bytes: 1024,
    contentBytes: 4096,
    compression: 'GZIP',
    via: 'UPLOAD',
    sameNameAs: '1c8b6d2f-1111-5222-8333-444455556666',
    mapping: { name: 'calls', version: 2 },
    sourcePlatform: 'switch_1',
    serviceType: 'VOICE',
    usageRecordType: 'POSTPAID',
  },
  'UsageFileMediated.v1': {
    fileId: FILE,
    chunks: 1,
    counts: { total: 4, mediated: 2, ignored: 0, duplicate: 1, error: 1 },
    quantities: { seconds: '181.5' },
    lastChunkPosition: 23,
  },
  'UsageFileRejected.v1': {
    fileId: FILE,
    code: 'MISSING_COLUMN',
    message: 'Line 1 has no column "caller": add it, or choose a mapping that does not ask for it.',
    line: 1,
    column: 'caller',
  },
  'UsageBatchMediated.v1': {
    head: {
      fileId: FILE,
      mapping: { name: 'calls', version: 2 },
      sourcePlatform: 'switch_1',
      serviceType: 'VOICE',
      usageRecordType: 'POSTPAID',
      chunk: 0,
      firstLine: 2,
      lastLine: 5,
      startOffset: 40,
      endOffset: 240,
      counts: { total: 4, mediated: 2, ignored: 0, duplicate: 1, error: 1 },
      quantities: { seconds: '181.5' },
      usageFrom: AT,
      usageTo: AT + 60_000,
      identity: ['a.recordId'],
    },
    columns: {
      line: [2, 3],
      offset: [40, 90],
      length: [49, 49],
      serviceId: ['491701000042', '491701000043'],
      usageType: ['voice-national', 'voice-national'],
      at: [AT, AT + 60_000],
      'q.seconds': ['61', '120.5'],
      'a.recordId': ['cdr-1', 'cdr-2'],
      'a.callee': ['4930123', null],
      'x.line': [4, 5],
      'x.offset': [140, 190],
      'x.length': [49, 49],
      'x.outcome': ['DUPLICATE', 'ERROR'],
      'x.code': ['DUPLICATE_RECORD', 'BAD_NUMBER'],
      'x.column': [null, 'duration'],
      'x.detail': [`${FILE}:2`, '"abc" is not a number such as 12.5'],
    },
  },
  'SourcePlatformCreated.v1': { sourcePlatform: 'switch_1', name: 'Switch 1', description: 'The switch in the cellar' },
  'SourcePlatformPaused.v1': { sourcePlatform: 'switch_1', reason: 'Firmware update' },
  'SourcePlatformResumed.v1': { sourcePlatform: 'switch_1', reason: 'Firmware updated' },
  'MappingVersionAdded.v1': {
    mapping: 'calls',
    version: 2,
    reason: 'Calls to the test number are ignored',
    definition: {
      sourcePlatform: 'switch_1',
      serviceType: 'VOICE',
      usageRecordType: 'POSTPAID',
      format: { type: 'DELIMITED', delimiter: ';', quote: '"', header: true },
      fields: {
        serviceId: { column: 'caller' },
        usageType: { column: 'direction', translate: { MO: 'voice-national' }, otherwise: 'voice-other' },
        at: { column: 'started', format: 'yyyy-MM-dd HH:mm:ss', timeZone: 'Europe/Berlin' },
        quantities: { seconds: { column: 'duration', decimalSeparator: ',' } },
        attributes: { callee: { column: 'callee' } },
      },
      ignore: [{ column: 'test', in: ['1'] }],
      identity: { column: 'cdr_id' },
    },
  },
};

export const ratingSamples: SamplesOf<RatingPartitioned | UsageBatchRated> = {
  'RatingPartitioned.v1': { partitions: 8 },
  'UsageBatchRated.v1': {
    head: {
      partition: 3,
      through: 23,
      partial: { position: 24, records: 500 },
      cause: { kind: 'REPROCESS', reprocessId: 'cmd-9', position: 24 },
      sources: [
        {
          position: 23,
          fileId: FILE,
          sourcePlatform: 'switch_1',
          serviceType: 'VOICE',
          usageRecordType: 'POSTPAID',
          firstLine: 2,
          lastLine: 5,
          monetizedLines: 1,
          suspendedLines: 1,
          money: { EUR: '0.0915' },
          quantities: { seconds: '61' },
        },
      ],
      offers: [{ priceOfferId: 'mobile-m.standard.mobile-voice.EUR', version: 1 }],
      money: { EUR: '0.0915' },
    },
    columns: {
      source: [0],
      line: [2],
      ordinal: [0],
      charge: [0],
      account: ['ACC-000042'],
      subscription: ['SUB-000042'],
      serviceId: ['491701000042'],
      usageType: ['voice-national'],
      at: [AT],
      cycle: [Date.UTC(2026, 1, 27, 23)],
      offer: [0],
      currency: ['EUR'],
      quantity: ['61'],
      amount: ['0.0915'],
      impacts: [
        [
          ['PRICE', 'EUR', '61', '0.0015', '0.0915', 0],
          ['ACCUMULATOR', 'voice-seconds', '61', null, null, null],
        ],
      ],
      before: [{ accumulator: '120', allowances: { 'free-minutes': '0' } }],
      's.source': [0],
      's.line': [3],
      's.ordinal': [1],
      's.code': ['SERVICE_NOT_FOUND'],
      's.message': [
        'Service id 491701000043 belongs to no account at 2026-03-14T09:31:00Z: assign it, then reprocess.',
      ],
      's.serviceId': ['491701000043'],
      's.account': [null],
      's.usageType': ['voice-national'],
      's.at': [AT + 60_000],
      's.facts': [{ serviceId: '491701000043' }],
    },
  },
};

export const suspenseSamples: SamplesOf<SuspenseEvent | SuspenseReprocessPlaced> = {
  'SuspenseReprocessRequested.v1': {
    head: { reprocessId: 'cmd-9', fileId: FILE, reason: 'The number is assigned now', records: 1 },
    columns: { position: [23], ordinal: [1], line: [3], code: ['SERVICE_NOT_FOUND'] },
  },
  'SuspenseReprocessAnswered.v1': {
    head: { reprocessId: 'cmd-9', fileId: FILE, ratedPosition: 31, resolved: 1, suspended: 0 },
    columns: { line: [3], outcome: ['MONETIZED'], was: ['SERVICE_NOT_FOUND'], code: [null] },
  },
  'SuspenseReprocessPlaced.v1': {
    reprocessId: 'cmd-9',
    reason: 'The number is assigned now',
    selection: { errorCode: 'SERVICE_NOT_FOUND', recordIds: [`${FILE}:3`] },
    records: 1,
    files: 1,
  },
};
