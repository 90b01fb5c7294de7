import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox, type SandboxOptions } from './sandbox-server.js';

let folder: string;
let ledgerFile: string;
let sandbox: Sandbox;
let now: number;

const record = (id: string, change: Record<string, unknown> = {}) => ({
  client_acct_id: 'a',
  client_plan_instance_id: 'sub',
  usage_type_code: 'VOICE',
  usage_units: '60',
  usage_date: '2026-01-31 23:59:59',
  amt: '1.25',
  currency_cd: 'EUR',
  client_record_id: id,
  ...change,
});

async function start(options: Partial<SandboxOptions> = {}): Promise<void> {
  sandbox = await startSandbox({ ledgerFile, now: () => now, ...options });
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retally-sandbox-'));
  ledgerFile = join(folder, 'ledger.ndjson');
  now = Date.parse('2026-02-01T00:00:00Z');
  await start();
});
afterEach(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
});

async function post(path: string, body: unknown, method = 'POST'): Promise<Record<string, unknown>> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${sandbox.url}${path}`, { method, body: text });
  return (await response.json()) as Record<string, unknown>;
}
const call = (restCall: string, more: object) =>
  post('/', { rest_call: restCall, output_format: 'json', client_no: '1001', auth_key: 'sandbox', ...more });
const bulk = (receipt: string | null, records: readonly object[]) =>
  call('bulk_record_usage_m', { ...(receipt === null ? {} : { client_receipt_id: receipt }), usage_recs: records });
const ledger = async () => (await fetch(`${sandbox.url}/sandbox/ledger`)).json() as Promise<Record<string, unknown>>;

describe('bulk_record_usage_m', () => {
  it('records what is right and names what is wrong, record by record', async () => {
    const answer = await bulk('r1', [
      record('ok'),
      record('units', { usage_units: '1e3' }),
      record('date', { usage_date: '2026-02-30 00:00:00' }),
      record('amount', { amt: '1.255' }),
      record('yen', { amt: '1.5', currency_cd: 'JPY' }),
      record('dinar', { amt: '1.255', currency_cd: 'KWD' }),
      record('type', { usage_type_code: '' }),
      record('account', { client_acct_id: '', client_plan_instance_id: '' }),
    ]);
    expect(answer['error_code']).toBe(0);
    expect(
      (answer['error_records'] as Record<string, unknown>[]).map((error) => [
        error['out_client_record_id'],
        error['record_error_code'],
      ]),
    ).toEqual([
      ['units', 1016],
      ['date', 1024],
      ['amount', 1016],
      ['yen', 1016],
      ['type', 1010],
      ['account', 1010],
    ]);
    expect(await ledger()).toMatchObject({
      records: 2,
      totals: { EUR: { records: 1, amount: '1.25' }, KWD: { records: 1, amount: '1.255' } },
      duplicates: [],
    });
  });

  it('leaves no trace of a wrong record without a client_record_id, as the reference does', async () => {
    expect(await bulk('r1', [{ ...record('x'), client_record_id: undefined, amt: 'x' }])).toMatchObject({
      error_records: [],
    });
    expect(await ledger()).toMatchObject({ records: 0 });
  });

  it('refuses a call as a whole: key, form, empty', async () => {
    expect(
      await post('/', { rest_call: 'bulk_record_usage_m', output_format: 'json', client_no: '1001', auth_key: 'no' }),
    ).toMatchObject({ error_code: 1004 });
    expect(await post('/', '{"rest_call":')).toMatchObject({ error_code: 1012 });
    expect(await bulk('r1', [])).toMatchObject({ error_code: 1010 });
    expect(await call('create_everything', {})).toMatchObject({ error_code: 1016 });
  });

  it('knows accounts when it is told which there are', async () => {
    await sandbox.close();
    await start({ knownAccounts: ['b'] });
    expect(await bulk('r1', [record('x')])).toMatchObject({ error_records: [{ record_error_code: 1009 }] });
  });

  it('answers a receipt again as it did first, and forgets it after its window', async () => {
    const first = await bulk('r1', [record('a'), record('b', { amt: 'x' })]);
    expect(await bulk('r1', [record('c')])).toEqual(first);
    expect(await ledger()).toMatchObject({ records: 1 });
    now += 24 * 3_600_000;
    await bulk('r1', [record('a')]);
    expect(await ledger()).toMatchObject({ records: 2, duplicates: [{ clientRecordId: 'a', times: 2 }] });
  });

  it('takes two calls of one receipt at the same time as one', async () => {
    await Promise.all(Array.from({ length: 10 }, () => bulk('r1', [record('a')])));
    expect(await ledger()).toMatchObject({ calls: 1, records: 1 });
  });

  it('has no memory of client_record_ids unless it is told to', async () => {
    await bulk(null, [record('a')]);
    await bulk(null, [record('a')]);
    expect(await ledger()).toMatchObject({ duplicates: [{ clientRecordId: 'a', times: 2 }] });
    await sandbox.close();
    await start({ refuseDuplicates: true });
    expect(await bulk(null, [record('a')])).toMatchObject({ error_records: [{ out_client_record_id: 'a' }] });
  });
});

describe('the ledger', () => {
  it('is there again after a restart, receipts and invoices too; a line cut off by a crash never happened', async () => {
    const first = await bulk('r1', [record('a')]);
    await post('/sandbox/invoice-run', {});
    const before = await (await fetch(`${sandbox.url}/sandbox/ledger/records`)).text();
    await sandbox.close();
    await appendFile(ledgerFile, '{"kind":"USAGE","at":1,"rec');
    await start();
    expect(await (await fetch(`${sandbox.url}/sandbox/ledger/records`)).text()).toBe(before);
    expect(await bulk('r1', [record('a')])).toEqual(first);
    await bulk('r2', [record('b')]);
    expect(
      (await readFile(ledgerFile, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { kind: string }).kind),
    ).toEqual(['USAGE', 'INVOICE', 'USAGE']);
  });
});

describe('invoices', () => {
  it('are made per account and currency, with the records of each line linked', async () => {
    await bulk('r1', [
      record('1'),
      record('2'),
      record('3', { usage_type_code: 'SMS', amt: '0.1' }),
      record('4', { client_acct_id: 'b' }),
      record('5', { currency_cd: 'USD' }),
    ]);
    const { invoices } = (await post('/sandbox/invoice-run', {})) as {
      invoices: { amount: string; lines: unknown[] }[];
    };
    expect(invoices.map(({ amount, lines }) => [amount, lines.length])).toEqual([
      ['2.6', 2],
      ['1.25', 1],
      ['1.25', 1],
    ]);
    expect(await post('/sandbox/invoice-run', {})).toEqual({ invoices: [] });
    expect(await call('get_usage_history_m', { client_record_ids: ['3', 'none'] })).toMatchObject({
      error_code: 0,
      total: 1,
      usage_history_recs: [{ client_record_id: '3', amt: '0.1', invoice_no: 'INV-000001', invoice_line_no: 2 }],
    });
    const page = await call('get_usage_history_m', {
      client_acct_id: 'a',
      date_range_start: '2026-01-31',
      date_range_end: '2026-02-01',
      limit: 2,
      offset: 1,
    });
    expect(page).toMatchObject({
      total: 4,
      usage_history_recs: [{ client_record_id: '2' }, { client_record_id: '3' }],
    });
  });

  it('says which webhook calls failed', async () => {
    await bulk('r1', [record('1')]);
    const report = await post('/sandbox/invoice-run', { webhook: { url: `${sandbox.url}/sandbox/nothing` } });
    expect(report).toMatchObject({ webhook: { calls: 1, failures: [expect.stringContaining('404')] } });
  });
});

describe('faults', () => {
  it('end when their count is used up', async () => {
    await post('/sandbox/faults', [{ kind: 'HTTP_STATUS', status: 429, retryAfterSeconds: 7, count: 1 }], 'PUT');
    const body = JSON.stringify({ rest_call: 'bulk_record_usage_m' });
    const limited = await fetch(sandbox.url, { method: 'POST', body });
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    await limited.text();
    expect(await bulk('r1', [record('a')])).toMatchObject({ error_code: 0 });
  });

  it('can drop the connection before or after recording', async () => {
    await post('/sandbox/faults', [{ kind: 'DROP', accepted: true }], 'PUT');
    await expect(bulk('r1', [record('a')])).rejects.toThrow();
    expect(await ledger()).toMatchObject({ records: 1 });
    await post('/sandbox/faults', [{ kind: 'DROP' }], 'PUT');
    await expect(bulk('r2', [record('b')])).rejects.toThrow();
    expect(await ledger()).toMatchObject({ records: 1 });
  });

  it('can reject a share of records, the same ones each time', async () => {
    const records = Array.from({ length: 400 }, (_, index) => record(`r${index}`));
    await post('/sandbox/faults', [{ kind: 'REJECT', ratio: 0.25, code: 1009, count: 2 }], 'PUT');
    const first = (await bulk('r1', records))['error_records'] as unknown[];
    expect(first.length).toBeGreaterThan(60);
    expect(first.length).toBeLessThan(140);
    expect((await bulk('r2', records))['error_records']).toEqual(first);
  });

  it('are refused when they are not known', async () => {
    expect(await post('/sandbox/faults', [{ kind: 'EXPLODE' }], 'PUT')).toMatchObject({
      error: expect.stringContaining('kind must be one of') as string,
    });
  });
});
