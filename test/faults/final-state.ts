import { createHash } from 'node:crypto';
import { canonicalJson } from '../../src/shared/kernel/canonical-json.js';
import type { ApiClient } from '../../src/tools/local/api-client.js';
import { sampleAccountId } from '../../src/tools/demo/data/sample-accounts.js';
import { ACCOUNTS } from './main-job.js';
import { MONTH_ACCOUNTS } from './month-plan.js';

type Item = Readonly<Record<string, unknown>>;

/** Parts of the state by name, each a sorted list of canonical texts. */
export type FinalState = Readonly<Record<string, readonly string[]>>;

/**
 * What a person and the billing system see once everything is at rest, without what must differ from life to life: times
 * of arrival, log positions, numbers of attempts, and the order in which parallel calls reached the ledger.
 */
export async function finalState(api: ApiClient, sandbox: ApiClient): Promise<FinalState> {
  return withRunsNumbered(await wholeState(api, sandbox));
}

/** A run's id, and with it its batches' and lines', comes from its command and when that was accepted. */
function withRunsNumbered(state: FinalState): FinalState {
  const idOf = (run: string): string => String((JSON.parse(run) as Item)['runId']);
  const numbers = new Map((state.runs ?? []).map((run, index) => [idOf(run), `run${index + 1}`]));
  for (const run of state.ratingRuns ?? []) numbers.set(idOf(run), `ratingRun${numbers.size + 1}`);
  const renamed = (text: string): string => text.replaceAll(/\b[0-9a-f]{16}\b/g, (id) => numbers.get(id) ?? id);
  return Object.fromEntries(Object.entries(state).map(([name, items]) => [name, items.map(renamed).sort()]));
}

async function wholeState(api: ApiClient, sandbox: ApiClient): Promise<FinalState> {
  const files = await everything(api, '/v1/usage-files');
  const lines = await everything(api, '/v1/aggregated-usage');
  return {
    ...(await fileState(api, files)),
    suspended: [
      ...texts(await everything(api, '/v1/suspense/records', { status: 'OPEN' }), SUSPENDED),
      ...texts(await everything(api, '/v1/suspense/records', { status: 'REPROCESSING' }), SUSPENDED),
      ...texts(await everything(api, '/v1/suspense/records', { status: 'RESOLVED' }), SUSPENDED),
    ].sort(),
    reprocesses: texts(await everything(api, '/v1/suspense/reprocesses'), [
      'reprocessId',
      'status',
      'records',
      'resolved',
      'suspended',
    ]),
    runs: texts(await everything(api, '/v1/aggregations'), ['runId', 'status', 'lines', 'records', 'totals']),
    batches: texts(await everything(api, '/v1/billing-batches', { status: 'all' }), [
      ...['batchId', 'status', 'total', 'completed', 'error', 'pending', 'inDoubt', 'invoiced', 'records', 'money'],
    ]),
    lines: texts(lines, [
      ...['lineId', 'account', 'subscription', 'usageType', 'rateSchedule', 'quantity', 'records', 'amount'],
      ...['currency', 'exact', 'residualBefore', 'residualAfter', 'firstAt', 'lastAt', 'status', 'errorCode'],
    ]),
    invoiceLines: await invoiceLines(api, lines),
    ratingRuns: await ratingRuns(api),
    ...(await accountState(api)),
    ...(await ledgerState(sandbox)),
  };
}

const SUSPENDED = ['recordId', 'status', 'code', 'message', 'facts', 'account', 'usageType', 'at', 'reprocessId'];

async function fileState(api: ApiClient, files: readonly Item[]): Promise<FinalState> {
  const monetized: Item[] = [];
  const exceptions: Item[] = [];
  for (const { fileId } of files) {
    monetized.push(...(await everything(api, '/v1/monetized-usage', { fileId: String(fileId) })));
    exceptions.push(...(await everything(api, `/v1/usage-files/${String(fileId)}/errors`)));
  }
  return {
    files: texts(files, ['fileId', 'fileName', 'status', 'sha256', 'phases', 'quantities', 'money', 'balance']),
    exceptions: texts(exceptions),
    monetized: texts(monetized),
  };
}

/** In the order of the log, by which they are numbered. The hash of a proposal names places in the log: it is left out. */
async function ratingRuns(api: ApiClient): Promise<string[]> {
  const runs = [...(await everything(api, '/v1/rating-runs')), ...(await everything(api, '/v1/rerates'))];
  const ordered = runs.sort((a, b) => Number(a['position']) - Number(b['position']));
  const said = ['kind', 'asOf', 'mode', 'selection', 'previewId', 'status', 'reason', 'counts', 'money', 'problems'];
  return ordered.flatMap((run, order) => texts([{ ...run, order }], ['order', 'runId', ...said]));
}

async function accountState(api: ApiClient): Promise<FinalState> {
  const sample = Array.from({ length: ACCOUNTS }, (_, number) => sampleAccountId(number));
  const accounts = [...sample, 'A9000000', ...MONTH_ACCOUNTS];
  const balances: Item[] = [];
  const summaries: Item[] = [];
  const nonUsageSums: Item[] = [];
  for (const account of accounts) {
    const of = (items: readonly Item[]) => items.map((item) => ({ account, ...item }));
    balances.push(...of(await everything(api, `/v1/accounts/${account}/balances`)));
    summaries.push(...of(await everything(api, `/v1/accounts/${account}/usage-summary`)));
    nonUsageSums.push(...of(await everything(api, `/v1/accounts/${account}/non-usage-summary`)));
  }
  // Their ids are places in the log.
  const nonUsage = (await everything(api, '/v1/monetized-non-usage')).map((item) => ({ ...item, id: null }));
  return {
    balances: texts(balances),
    summaries: texts(summaries),
    nonUsage: texts(nonUsage),
    nonUsageSums: texts(nonUsageSums),
  };
}

/** Invoices are numbered as parallel calls came in, so an invoice line is told by what stands on it. */
async function invoiceLines(api: ApiClient, lines: readonly Item[]): Promise<string[]> {
  const ours = new Map<string, string[]>();
  for (const { invoiceNo, invoiceLineNo, lineId } of lines) {
    const key = `${String(invoiceNo)}.${String(invoiceLineNo)}`;
    ours.set(key, [...(ours.get(key) ?? []), String(lineId)].sort());
  }
  const noted = await everything(api, '/v1/invoice-lines');
  return texts(
    noted.map(({ invoiceNo, invoiceLineNo, account, amount, currency }) => ({
      account,
      amount,
      currency,
      lines: ours.get(`${String(invoiceNo)}.${String(invoiceLineNo)}`) ?? [],
    })),
  );
}

interface LedgerAnswer {
  readonly records: readonly Item[];
  readonly invoices: readonly { readonly account: string; readonly currency: string; readonly amount: string }[];
}

async function ledgerState(sandbox: ApiClient): Promise<FinalState> {
  const { records, invoices } = await sandbox.get<LedgerAnswer>('/sandbox/ledger/records');
  const { duplicates } = await sandbox.get<{ duplicates: readonly Item[] }>('/sandbox/ledger');
  return {
    ledger: texts(records, [
      ...['clientRecordId', 'account', 'planInstance', 'usageType', 'usageDate', 'units', 'amount', 'currency'],
    ]),
    invoices: texts(invoices.map(({ account, currency, amount }) => ({ account, currency, amount }))),
    billedTwice: texts(duplicates),
  };
}

async function everything(api: ApiClient, path: string, query: Readonly<Record<string, string>> = {}): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of api.all<Item>(path, query)) items.push(item);
  return items;
}

/** One canonical text per item, sorted; only these fields of it, or all. */
function texts(items: readonly Item[], fields?: readonly string[]): string[] {
  const pick = (item: Item): Item =>
    fields === undefined ? item : Object.fromEntries(fields.map((name) => [name, item[name] ?? null]));
  return items.map((item) => canonicalJson(pick(item))).sort();
}

/** One hash over all parts. */
export function stateHash(state: FinalState): string {
  return createHash('sha256').update(canonicalJson(state)).digest('hex').slice(0, 16);
}

/** What differs between two states, in words; empty when they are equal. */
export function differences(expected: FinalState, actual: FinalState): string[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return names.flatMap((name) => {
    const wanted = expected[name] ?? [];
    const found = actual[name] ?? [];
    if (wanted.length === found.length && wanted.every((text, index) => text === found[index])) return [];
    const missing = without(wanted, found);
    const extra = without(found, wanted);
    return [
      `${name}: ${wanted.length} expected, ${found.length} found; missing ${missing.length}: ${missing.slice(0, 3).join(' ')}; ` +
        `too many ${extra.length}: ${extra.slice(0, 3).join(' ')}`,
    ];
  });
}

/** As bags: what stands twice must stand twice. */
function without(texts: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of others) counts.set(text, (counts.get(text) ?? 0) + 1);
  return texts.filter((text) => {
    const left = counts.get(text) ?? 0;
    if (left > 0) counts.set(text, left - 1);
    return left === 0;
  });
}
