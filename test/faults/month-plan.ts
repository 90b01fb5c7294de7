import { Random } from '../../src/tools/demo/data/random.js';
import { SAMPLE_SOURCES } from '../../src/tools/demo/data/sample-mappings.js';
import type { ApiClient } from '../../src/tools/local/api-client.js';
import { feed } from '../../src/tools/local/sample-setup.js';

/** Beside the sample's customers: some of a plan that is settled once its billing cycles have ended. */
export const MONTH_ACCOUNTS = Array.from({ length: 32 }, (_, number) => `M${String(number).padStart(7, '0')}`);
export const MONTH_OFFER = 'MONTH.STANDARD.MOBILE.EUR';

const BEGIN = '2025-01-01T00:00:00Z';
const DAY_MS = 86_400_000;

export type MonthService = 'voice' | 'data';

/** What is uploaded: usage of the accounts above, in the order of its times, each record with an id of its own. */
export interface MonthFile {
  readonly service: MonthService;
  /** Part of the file's name and of its records' ids. */
  readonly batch: string;
  readonly records: number;
  /** Days after the beginning of 2025: [from, to). */
  readonly days: readonly [from: number, to: number];
  readonly seed: number;
}

/** Two months of usage, and what comes for the first of them when it was closed long ago. */
export const MONTH_FILES: readonly MonthFile[] = [
  { service: 'voice', batch: 'm', records: 1_500, days: [5, 59], seed: 11 },
  { service: 'data', batch: 'm', records: 5_000, days: [5, 59], seed: 12 },
];
export const LATE_FILE: MonthFile = { service: 'data', batch: 'late', records: 300, days: [6, 20], seed: 13 };

/** Data by what the billing cycle came to; calls dearer at first, some free; a fee ahead, one behind, and a minimum. */
function price(firstMinutes: string, firstMegabytes: string): unknown {
  return {
    currency: 'EUR',
    select: 'FIRST',
    grants: [{ allowance: 'MONTH_FREE_SECONDS', quantity: '1800', unit: 'seconds', per: 'CYCLE' }],
    spend: { minimum: '40.00', per: 'CYCLE' },
    charges: [
      {
        name: 'calls',
        when: { usageType: 'CALL' },
        measure: 'seconds',
        increments: { first: '60', next: '6' },
        tiers: {
          by: 'BALANCE',
          accumulator: 'MONTH_CALL_SECONDS',
          scope: 'GRADUATED',
          steps: [
            { upTo: '8000', price: firstMinutes, per: '60' },
            { price: '0.05', per: '60' },
          ],
        },
        allowances: ['MONTH_FREE_SECONDS'],
        accumulators: ['MONTH_CALL_SECONDS'],
      },
      {
        name: 'data',
        when: { usageType: 'DATA_VOLUME' },
        measure: 'bytes',
        tiers: {
          by: 'VOLUME',
          accumulator: 'MONTH_DATA_BYTES',
          scope: 'GRADUATED',
          provisional: 'FIRST_TIER',
          steps: [
            { upTo: '500000000', price: firstMegabytes, per: '1000000' },
            { upTo: '1000000000', price: '0.004', per: '1000000' },
            { price: '0.0025', per: '1000000' },
          ],
        },
        accumulators: ['MONTH_DATA_BYTES'],
      },
      {
        name: 'monthly fee',
        on: 'CYCLE_START',
        measure: 'units',
        tiers: { by: 'QUANTITY', scope: 'GRADUATED', steps: [{ price: '9.00' }] },
      },
      { name: 'support', on: 'CYCLE_END', fixed: '3.10' },
    ],
  };
}

/** As it was entered, and as it should have been from the start. */
export const MONTH_PRICE = { effectiveFrom: BEGIN, pricing: price('0.12', '0.01'), reason: 'The list' };
export const CORRECTED_PRICE = { effectiveFrom: BEGIN, pricing: price('0.1', '0.009'), reason: 'As it was agreed' };

/** On top of the sample: its services, sources and mappings are used. */
export async function setUpMonth(api: ApiClient): Promise<void> {
  const said = (object: string, id: string, payload: Record<string, unknown>) => ({
    messageId: `${object.toLowerCase()}-${id}`,
    object,
    action: 'CREATE',
    effectiveFrom: BEGIN,
    payload,
  });
  await feed(api, 'catalog', [
    said('PLAN', 'MONTH', { plan: 'MONTH', name: 'By the month' }),
    said('RATE_SCHEDULE', 'MONTH', { plan: 'MONTH', rateSchedule: 'STANDARD', name: 'By the month', currency: 'EUR' }),
    said('PLAN_SERVICE', 'MONTH', { plan: 'MONTH', service: 'MOBILE' }),
  ]);
  await api.put(`/v1/price-offers/${MONTH_OFFER}/pricing`, MONTH_PRICE);
  const accounts = MONTH_ACCOUNTS.flatMap((account, number) => {
    const subscription = `S${account}`;
    const billing = { status: 'ACTIVE', currency: 'EUR', billingDay: 1 + (number % 28), timeZone: 'Europe/Berlin' };
    const bought = { plan: 'MONTH', rateSchedule: 'STANDARD', status: 'ACTIVE' };
    return [
      said('ACCOUNT', account, { account, name: `Customer by the month ${number}`, ...billing }),
      said('SUBSCRIPTION', account, { account, subscription, ...bought }),
      said('SERVICE_ID', account, { account, subscription, serviceId: serviceIdOf(number), service: 'MOBILE' }),
    ];
  });
  await feed(api, 'accounts', accounts);
}

/** The file as the sample's sources write it; the fields say where it is from. */
export function monthUpload(file: MonthFile): {
  readonly name: string;
  readonly blob: Blob;
  readonly fields: Record<string, string>;
} {
  const random = new Random(file.seed);
  const lines = [HEADERS[file.service]];
  const [from, to] = file.days;
  for (let line = 0; line < file.records; line += 1) {
    const at = Date.parse(BEGIN) + Math.floor((from + ((to - from) * line) / file.records) * DAY_MS);
    lines.push(LINES[file.service](`${file.batch}${line}`, at, random));
  }
  return {
    name: `${file.service}-${file.batch}.csv`,
    blob: new Blob([`${lines.join('\n')}\n`]),
    fields: { ...SAMPLE_SOURCES[file.service] },
  };
}

const HEADERS: Readonly<Record<MonthService, string>> = {
  voice: 'cdr;started;caller;callee;seconds;flag',
  data: 'record\tclosed\tmsisdn\tapn\tbytes\tflag',
};

const LINES: Readonly<Record<MonthService, (id: string, at: number, random: Random) => string>> = {
  voice: (id, at, random) => {
    const started = new Date(at).toISOString().slice(0, 19).replace('T', ' ');
    return `v${id};"${started}";${someone(random)};4930${random.between(10_000, 99_999)};${random.skewed(1, 3600)};`;
  },
  data: (id, at, random) =>
    `d${id}\t${Math.floor(at / 1000)}\t${someone(random)}\tinternet\t${random.skewed(2_000, 80_000_000)}\t`,
};

function someone(random: Random): string {
  return serviceIdOf(random.between(0, MONTH_ACCOUNTS.length - 1));
}

function serviceIdOf(number: number): string {
  return `4916${10_000_000 + number}`;
}
