import type { AggregatedLineRow } from '../../src/modules/billing-sync/index.js';

/** When everything in this world is. */
export const LINEAGE_TIME = Date.UTC(2026, 0, 31, 10);
/** The file: line 4 is ignored by its mapping, the others are usage. */
export const FILE_CONTENT = 'id;to;s\na;49301;60\nb;49302;30\nc;TEST;1\nd;49303;10\n';
const OFFSETS = [8, 19, 30, 39];
const LENGTHS = [10, 10, 8, 10];

/** Lines 2 to 5 as the mapping read them: data of UsageBatchMediated.v1. */
export const mediatedLines = {
  head: {
    fileId: 'f1',
    mapping: { name: 'calls', version: 1 },
    chunk: 0,
    firstLine: 2,
    lastLine: 5,
    identity: ['a.id'],
  },
  columns: {
    line: [2, 3, 5],
    offset: [OFFSETS[0], OFFSETS[1], OFFSETS[3]],
    length: [LENGTHS[0], LENGTHS[1], LENGTHS[3]],
    serviceId: ['49301', '49302', '49303'],
    usageType: ['CALL', 'CALL', 'CALL'],
    at: [LINEAGE_TIME, LINEAGE_TIME, LINEAGE_TIME],
    'q.seconds': ['60', '30', '10'],
    'a.id': ['a', 'b', 'd'],
    'a.note': [null, 'x', null],
    'x.line': [4],
    'x.offset': [OFFSETS[2]],
    'x.length': [LENGTHS[2]],
    'x.outcome': ['IGNORED'],
    'x.code': ['FILTERED'],
    'x.column': ['to'],
    'x.detail': ['to is TEST'],
  },
};

/** Data of UsageBatchRated.v1: one line with its charge, and one suspended when it is named. */
export function ratedLine(position: number, cause: unknown, monetizedLine: number, suspendedLine?: number): unknown {
  const suspended = suspendedLine === undefined ? [] : [suspendedLine];
  return {
    head: {
      partition: 0,
      through: position,
      cause,
      sources: [{ position, fileId: 'f1', monetizedLines: 1, suspendedLines: suspended.length }],
      offers: [{ priceOfferId: 'p.standard.voice.EUR', version: 1 }],
      money: {},
    },
    columns: {
      source: [0],
      line: [monetizedLine],
      ordinal: [monetizedLine - 2],
      charge: [0],
      account: ['acct-1'],
      subscription: ['sub-1'],
      serviceId: ['49301'],
      usageType: ['CALL'],
      at: [LINEAGE_TIME],
      cycle: [LINEAGE_TIME],
      offer: [0],
      currency: ['EUR'],
      quantity: [monetizedLine === 2 ? '60' : '30'],
      amount: [monetizedLine === 2 ? '0.6' : '0.3'],
      impacts: [[['PRICE', 'EUR', '60', '0.01', '0.6', 0]]],
      before: [null],
      's.source': suspended.map(() => 0),
      's.line': suspended,
      's.ordinal': suspended.map((line) => line - 2),
      's.code': suspended.map(() => 'SERVICE_NOT_FOUND'),
      's.message': suspended.map(() => 'Feed 49302'),
      's.serviceId': suspended.map(() => '49302'),
      's.account': suspended.map(() => null),
      's.usageType': suspended.map(() => 'CALL'),
      's.at': suspended.map(() => LINEAGE_TIME),
      's.facts': suspended.map(() => ({ serviceId: '49302' })),
    },
  };
}

interface LineRatedAgain {
  readonly runId: string;
  /** Of the run's event. */
  readonly position: number;
  /** Of the mediated chunk. */
  readonly sourcePosition: number;
  readonly version: number;
  /** Where the version before stands, and what it cost. */
  readonly was: { readonly revision: number; readonly amount: string };
  readonly amount: string;
}

/** Data of UsageRerated.v1: line 2 is of another subscription with every version. */
export function reratedLine({ runId, position, sourcePosition, version, was, amount }: LineRatedAgain): unknown {
  const group = { usageType: ['CALL'], offer: [0], currency: ['EUR'], quantity: ['60'] };
  const old = Object.fromEntries(Object.entries(group).map(([name, column]) => [`old.${name}`, column]));
  const columns = {
    source: [0],
    line: [2],
    ordinal: [0],
    charge: [0],
    version: [version],
    withdrawn: [false],
    account: ['acct-1'],
    subscription: [`sub-${version}`],
    serviceId: ['49301'],
    at: [LINEAGE_TIME],
    cycle: [LINEAGE_TIME],
    ...group,
    amount: [amount],
    impacts: [[['PRICE', 'EUR', '60', '0.01', amount, 0]]],
    before: [null],
    ...old,
    'old.revision': [was.revision],
    'old.row': [0],
    'old.subscription': [`sub-${version - 1}`],
    'old.amount': [was.amount],
  };
  const head = {
    partition: 0,
    runId,
    position,
    through: position - 1,
    partial: { position, records: 1 },
    sources: [{ position: sourcePosition, fileId: 'f1' }],
    offers: [{ priceOfferId: 'p.standard.voice.EUR', version: 1 }],
    money: {},
  };
  return { head, columns };
}

/** The one line of the one batch, without where it was sealed. */
export const aggregatedLine: Partial<AggregatedLineRow> = {
  tenant: 'main',
  batchId: 'run-1',
  lineNo: 1,
  lineId: 'run-1-1',
  runId: 'run',
  account: 'acct-1',
  currency: 'EUR',
  quantity: '90',
  records: 2,
  exact: '0.9',
  residualBefore: '0',
  amount: '0.90',
  residualAfter: '0',
  firstAt: LINEAGE_TIME,
  lastAt: LINEAGE_TIME,
  status: 'COMPLETE',
};
