import type { NonUsageRated } from '../../../src/modules/rating/domain/runs/non-usage-events.js';
import type { RerateProposed, UsageRerated } from '../../../src/modules/rating/domain/runs/rerated-events.js';
import type {
  RatingRunAnswered,
  RatingRunCompleted,
  RatingRunRequested,
} from '../../../src/modules/rating/domain/runs/run-events.js';
import type { SamplesOf } from './samples-of.js';

const AT = Date.UTC(2026, 2, 14, 9, 30);
const CYCLE = Date.UTC(2026, 1, 27, 23);
const CYCLE_END = Date.UTC(2026, 2, 30, 22);
const RUN = 'cmd-17';
const COUNTS = { accounts: 1, records: 1, changed: 1, problems: 0, stale: 0 };
const MONEY = [{ currency: 'EUR', before: '0.0915', after: '0.061' }];

const rerated: UsageRerated['data'] = {
  head: {
    partition: 3,
    runId: RUN,
    position: 40,
    through: 38,
    partial: { position: 40, records: 1 },
    sources: [
      {
        position: 23,
        fileId: '0b7a5c1e-1111-5222-8333-444455556666',
        sourcePlatform: 'switch_1',
        serviceType: 'VOICE',
        usageRecordType: 'POSTPAID',
      },
    ],
    offers: [
      { priceOfferId: 'mobile-m.standard.mobile-voice.EUR', version: 1 },
      { priceOfferId: 'mobile-m.standard.mobile-voice.EUR', version: 2 },
    ],
    money: { EUR: '-0.0305' },
  },
  columns: {
    source: [0],
    line: [2],
    ordinal: [0],
    charge: [0],
    version: [2],
    withdrawn: [false],
    account: ['ACC-000042'],
    subscription: ['SUB-000042'],
    serviceId: ['491701000042'],
    usageType: ['voice-national'],
    at: [AT],
    cycle: [CYCLE],
    offer: [1],
    currency: ['EUR'],
    quantity: ['61'],
    amount: ['0.061'],
    impacts: [
      [
        ['PRICE', 'EUR', '61', '0.001', '0.061', 0],
        ['ACCUMULATOR', 'voice-seconds', '61', null, null, null],
      ],
    ],
    before: [{ accumulator: '120', allowances: { 'free-minutes': '0' } }],
    'old.revision': [7],
    'old.row': [0],
    'old.subscription': ['SUB-000042'],
    'old.usageType': ['voice-national'],
    'old.cycle': [CYCLE],
    'old.offer': [0],
    'old.currency': ['EUR'],
    'old.quantity': ['61'],
    'old.amount': ['0.0915'],
    'old.impacts': [
      [
        ['PRICE', 'EUR', '61', '0.0015', '0.0915', 0],
        ['ACCUMULATOR', 'voice-seconds', '61', null, null, null],
      ],
    ],
    'old.before': [{ accumulator: '120', allowances: { 'free-minutes': '0' } }],
  },
};

export const ratingRunSamples: SamplesOf<
  RatingRunRequested | RatingRunCompleted | RatingRunAnswered | UsageRerated | RerateProposed | NonUsageRated
> = {
  'RatingRunRequested.v1': {
    runId: RUN,
    reason: 'The price per minute was entered with a wrong comma',
    asked: {
      kind: 'RERATE',
      mode: 'COMMIT',
      selection: { priceOfferId: 'mobile-m.standard.mobile-voice.EUR', from: CYCLE },
      preview: { runId: 'cmd-16', hash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
    },
    partitions: 8,
  },
  'RatingRunCompleted.v1': { runId: RUN, counts: COUNTS, money: MONEY },
  'RatingRunAnswered.v1': {
    partition: 3,
    through: 40,
    runId: RUN,
    kind: 'RERATE',
    counts: COUNTS,
    money: MONEY,
    hash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    closedTo: CYCLE_END,
  },
  'UsageRerated.v1': rerated,
  'RerateProposed.v1': {
    ...rerated,
    head: {
      ...rerated.head,
      accounts: [{ account: 'ACC-000042', hash: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae' }],
    },
  },
  'NonUsageRated.v1': {
    head: {
      partition: 3,
      runId: RUN,
      position: 40,
      through: 38,
      partial: { position: 40, records: 1 },
      offers: [{ priceOfferId: 'mobile-m.standard.mobile-voice.EUR', version: 1 }],
      money: { EUR: '4.6451612903' },
    },
    columns: {
      type: ['ARREARS_RECURRING'],
      account: ['ACC-000042'],
      subscription: ['SUB-000042'],
      service: ['mobile-voice'],
      offer: [0],
      charge: ['line-rental'],
      cycle: [CYCLE],
      cycleEnd: [CYCLE_END],
      appliedStart: [CYCLE + 15 * 86_400_000],
      appliedEnd: [CYCLE_END],
      scale: ['0.5161290323'],
      proration: ['PRORATE'],
      currency: ['EUR'],
      quantity: ['1'],
      amount: ['4.6451612903'],
      firstDay: [15],
      lastDay: [31],
      days: [31],
      impacts: [
        [
          ['PRICE', 'EUR', '1', null, '4.6451612903', null],
          [
            'ACCUMULATOR',
            '$due ["ARREARS_RECURRING","mobile-m.standard.mobile-voice.EUR","mobile-m.standard.mobile-voice.EUR",1,"line-rental","1",31,15,31]',
            '4.6451612903',
            null,
            null,
            null,
          ],
        ],
      ],
      spent: [null],
      minimum: [null],
      before: ['0'],
      corrects: [false],
    },
  },
};
