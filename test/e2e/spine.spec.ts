import Big from 'big.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lineage, LineageNode } from '../../src/modules/lineage/domain/lineage.js';
import { Projections } from '../../src/shared/read-models/projections.js';
import { missingCustomers } from '../../src/tools/demo/data/sample-accounts.js';
import { latePrice } from '../../src/tools/demo/data/sample-catalog.js';
import { SAMPLE_SOURCES } from '../../src/tools/demo/data/sample-mappings.js';
import {
  SAMPLE_SERVICES,
  SampleUsage,
  unknownServiceIds,
  type ExpectedCounts,
} from '../../src/tools/demo/data/sample-usage.js';
import { until } from '../../src/tools/local/api-client.js';
import { feed } from '../../src/tools/local/sample-setup.js';
import { compareReadModel } from '../../src/tools/replay/compare-read-model.js';
import { sampleText, SampleWorld, type UsageFileView } from '../support/sample-world.js';

const ACCOUNTS = 150;
const RECORDS = 2000;
/** Nothing heals these: the account is cancelled for good. */
const CANCELLED = RECORDS / 1000;

interface SuspendedFile {
  readonly fileId: string;
  readonly open: number;
  readonly resolved: number;
}
interface SuspenseGroup {
  readonly status: string;
  readonly code: string;
  readonly count: number;
}
interface Suspended {
  readonly recordId: string;
  readonly code: string;
  readonly status: string;
  readonly message: string;
}
interface AggregationRun {
  readonly status: string;
  readonly lines: number;
  readonly records: number;
  readonly totals: readonly {
    readonly currency: string;
    readonly monetized: string;
    readonly lines: string;
    readonly residualBefore: string;
    readonly residualAfter: string;
  }[];
}
interface Line {
  readonly lineId: string;
  readonly account: string;
  readonly currency: string;
  readonly records: number;
  readonly amount: string;
  readonly exact: string;
  readonly status: string;
  readonly invoiceNo: string | null;
  readonly invoiceLineNo: number | null;
}
interface Monetized {
  readonly id: string;
  readonly recordId: string;
  readonly account: string;
  readonly quantity: string;
  readonly amount: string;
  readonly currency: string;
}
interface LedgerRecord {
  readonly clientRecordId: string;
  readonly amount: string;
  readonly currency: string;
}

let world: SampleWorld;
const texts = new Map<string, string>();
const files = new Map<string, { readonly fileId: string; readonly expected: ExpectedCounts }>();

beforeAll(async () => {
  world = await SampleWorld.start({ accounts: ACCOUNTS });
}, 60_000);
afterAll(() => world.stop());

const settle = (): Promise<void> => world.app.settle(60_000);
const lineage = (path: string, query = {}): Promise<Lineage> => world.api.get<Lineage>(`/v1/lineage/${path}`, query);
const ofKind = (chain: Lineage, kind: string): LineageNode[] => chain.nodes.filter((node) => node.kind === kind);
const everyFile = (): Promise<UsageFileView[]> =>
  Promise.all([...files.values()].map(({ fileId }) => world.file(fileId)));
const sumOf = (amounts: Iterable<string>): Big => {
  let sum = Big(0);
  for (const amount of amounts) sum = sum.plus(amount);
  return sum;
};
const sumBy = (items: readonly { currency: string; amount: string }[], currency: string): string =>
  sumOf(items.filter((item) => item.currency === currency).map(({ amount }) => amount)).toFixed();

/** The tests below are one story and run in their order. */
describe('one usage file of each service, all the way', () => {
  it('comes in, and its phases hold exactly what the generator put in', async () => {
    await Promise.all(
      SAMPLE_SERVICES.map(async (service, index) => {
        const options = { service, records: RECORDS, accounts: ACCOUNTS, seed: index + 1 };
        const text = sampleText(options);
        const sample = new SampleUsage(options);
        const { fileId } = await world.upload(service, text, sample.fileName);
        files.set(service, { fileId, expected: sample.expected });
        texts.set(fileId, text);
      }),
    );
    for (const { fileId, expected } of files.values()) {
      const file = await world.ended(fileId);
      const suspended = Object.values(expected.suspended).reduce((a, b) => a + b, 0);
      const parsed = expected.total - expected.error - expected.duplicate;
      const mediated = parsed - expected.ignored;
      expect(file.phases).toEqual({
        parseAndLoad: {
          total: expected.total,
          processed: parsed,
          error: expected.error,
          duplicate: expected.duplicate,
        },
        mediation: { total: parsed, processed: mediated, ignored: expected.ignored, error: 0 },
        rating: { total: mediated, processed: mediated - suspended, suspended, discarded: 0, pending: 0 },
      });
      expect(file.balance).toEqual({ linesRead: RECORDS, accountedFor: RECORDS, pending: 0, balanced: true });
    }
    await settle();
  }, 60_000);

  it('shows what is in suspense, per file, code and record', async () => {
    const suspendedFiles = await world.list<SuspendedFile>('/v1/suspense/files');
    expect(suspendedFiles).toHaveLength(4);
    for (const { fileId, expected } of files.values()) {
      const { items } = await world.api.get<{ items: SuspenseGroup[] }>(`/v1/suspense/files/${fileId}/errors`);
      expect(Object.fromEntries(items.map(({ code, count }) => [code, count]))).toEqual(expected.suspended);
    }
    const records = await world.list<Suspended>('/v1/suspense/records', { errorCode: 'SERVICE_NOT_FOUND' });
    expect(records.length).toBe(4 * 2 * (RECORDS / 1000));
    for (const { recordId, message } of records.slice(0, 20)) {
      const raw = await world.api.get<{ text: string; outcome: string }>(`/v1/raw-usage/${recordId}`);
      expect(raw.outcome).toBe('SUSPENDED');
      const serviceId = [...unknownServiceIds('MOBILE'), ...unknownServiceIds('AI')].find((id) =>
        raw.text.includes(id),
      );
      expect(message).toContain(serviceId);
    }
  });

  it('is healed by the feed and a price, and reprocessed at all three levels', async () => {
    const reprocess = async (selection: object): Promise<{ records: number; resolved: number; suspended: number }> => {
      const asked = await world.api.post<{ reprocessId: string; position: number }>('/v1/suspense/reprocesses', {
        selection,
        reason: 'The cause was fixed',
      });
      return until(
        'the reprocess',
        () =>
          world.api.get<{ status: string; records: number; resolved: number; suspended: number }>(
            `/v1/suspense/reprocesses/${asked.reprocessId}`,
            { minPosition: asked.position },
          ),
        ({ status }) => status === 'COMPLETED',
      );
    };
    const voice = files.get('voice')!.fileId;
    const [one] = await world.list<Suspended>('/v1/suspense/records', {
      fileId: voice,
      errorCode: 'SERVICE_NOT_FOUND',
    });
    // Before anything is fixed nothing is resolved, and nothing is lost either.
    expect(await reprocess({ recordIds: [one!.recordId] })).toMatchObject({ records: 1, resolved: 0, suspended: 1 });

    await feed(world.api, 'accounts', missingCustomers(unknownServiceIds('MOBILE'), unknownServiceIds('AI')));
    const { priceOfferId, body } = latePrice();
    await world.api.put(`/v1/price-offers/${priceOfferId}/pricing`, body);

    expect(await reprocess({ recordIds: [one!.recordId] })).toMatchObject({ records: 1, resolved: 1, suspended: 0 });
    const rest = 2 * (RECORDS / 1000) - 1;
    expect(await reprocess({ fileId: voice, errorCode: 'SERVICE_NOT_FOUND' })).toMatchObject({
      records: rest,
      resolved: rest,
    });
    const unpriced = RECORDS / 1000;
    expect(await reprocess({ fileId: voice })).toMatchObject({
      records: unpriced + CANCELLED,
      resolved: unpriced,
      suspended: CANCELLED,
    });
    expect(await reprocess({ errorCode: 'SERVICE_NOT_FOUND' })).toMatchObject({ suspended: 0 });
    expect(await reprocess({ errorCode: 'PRICING_NOT_CONFIGURED' })).toMatchObject({ suspended: 0 });
    await settle();

    const left = await world.list<Suspended>('/v1/suspense/records', { status: 'OPEN' });
    expect(left.map(({ code }) => code)).toEqual(Array.from({ length: 3 * CANCELLED }, () => 'ACCOUNT_NOT_ACTIVE'));
    expect((await world.list<SuspendedFile>('/v1/suspense/files')).map(({ open }) => open)).toEqual([
      CANCELLED,
      CANCELLED,
      CANCELLED,
    ]);
    for (const file of await everyFile()) expect(file.balance).toMatchObject({ accountedFor: RECORDS, balanced: true });
  }, 60_000);

  it('is aggregated and sent; the ledger of the billing system agrees to the cent', async () => {
    const asked = await world.api.post<{ runId: string; position: number }>('/v1/aggregations', { reason: 'Bill it' });
    const run = await until(
      'the run',
      () => world.api.get<AggregationRun>(`/v1/aggregations/${asked.runId}`, { minPosition: asked.position }),
      ({ status }) => status !== 'REQUESTED' && status !== 'RUNNING' && status !== 'PENDING',
    );
    expect(run.status).toBe('COMPLETED');
    await settle();
    await world.api.post('/v1/billing-batches/sends', { reason: 'Send it' });
    await until(
      'every batch',
      () => world.list<{ status: string }>('/v1/billing-batches', { status: 'all' }),
      (batches) => batches.length > 0 && batches.every(({ status }) => status === 'COMPLETE'),
    );
    const ledger = await world.billing.get<{
      totals: Record<string, { records: number; amount: string }>;
      duplicates: unknown[];
    }>('/sandbox/ledger');
    expect(ledger.duplicates).toEqual([]);
    expect(Object.keys(ledger.totals).sort()).toEqual(['EUR', 'USD']);
    for (const { currency, lines } of run.totals) expect(ledger.totals[currency]?.amount).toBe(lines);
  }, 60_000);

  it('is invoiced, and its invoice lines are learnt', async () => {
    await world.billing.post('/sandbox/invoice-run', {});
    await world.api.post('/v1/invoice-lines/polls', { reason: 'Learn' });
    await until(
      'the invoice lines',
      () => world.list<{ completed: number; invoiced: number }>('/v1/billing-batches', { status: 'all' }),
      (batches) => batches.every(({ completed, invoiced }) => completed === invoiced),
    );
    await settle();
    expect(await world.list('/v1/invoice-lines/unmatched')).toEqual([]);
    const invoiced = await world.list<{ amount: string; currency: string }>('/v1/invoice-lines');
    const lines = await world.list<Line>('/v1/aggregated-usage');
    for (const currency of ['EUR', 'USD']) expect(sumBy(invoiced, currency)).toBe(sumBy(lines, currency));
  }, 60_000);
});

describe('traced, both ways', () => {
  it('from an invoice line to the exact text of every raw line in it', async () => {
    const invoiced = await world.list<{ invoiceNo: string; invoiceLineNo: number; account: string }>(
      '/v1/invoice-lines',
    );
    const late = invoiced.find(({ account }) => account === 'A9000000');
    expect(late).toBeDefined();
    for (const { invoiceNo, invoiceLineNo } of [late!, invoiced[0]!, invoiced.at(-1)!]) {
      const id = `${invoiceNo}.${invoiceLineNo}`;
      const seen = new Set<string>();
      let total = 0;
      for (let after: string | undefined, more = true; more; more = after !== undefined) {
        const chain = await lineage(`invoice-lines/${id}`, { limit: 40, after });
        expect(chain).toMatchObject({ balanced: true, openEnds: [] });
        for (const raw of ofKind(chain, 'RAW_LINE')) {
          expect(raw.details['text']).toBe(rawLine(raw.id));
        }
        for (const record of chain.records?.items ?? []) seen.add(record.id);
        total = chain.records?.total ?? 0;
        after = chain.records?.next;
      }
      expect(seen.size).toBe(total);
      expect(total).toBeGreaterThan(0);
    }
  }, 60_000);

  it('from raw lines to their invoice line, every link with its event and who made it', async () => {
    const lines = new Map((await world.list<Line>('/v1/aggregated-usage')).map((line) => [line.lineId, line]));
    for (const { fileId } of files.values()) {
      for (const line of [2, 777, 1999]) {
        const chain = await lineage(`usage-records/${fileId}:${line}`);
        expect(chain).toMatchObject({ balanced: true, openEnds: [] });
        expect(ofKind(chain, 'RAW_LINE')[0]?.details['text']).toBe(rawLine(`${fileId}:${line}`));
        const [sum] = ofKind(chain, 'AGGREGATED_USAGE');
        const ours = lines.get(sum?.id ?? '');
        expect(ofKind(chain, 'INVOICE_LINE').map(({ id }) => id)).toContain(
          `${ours?.invoiceNo ?? ''}.${ours?.invoiceLineNo ?? ''}`,
        );
        for (const { event, actor, recordedAt } of chain.nodes) {
          expect(event).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
          expect([actor, recordedAt].every((text) => text.length > 0)).toBe(true);
        }
      }
    }
  }, 60_000);

  it('of a line that was in suspense it names who had it rated again, and under which price', async () => {
    const [healed] = await world.list<Suspended>('/v1/suspense/records', {
      status: 'RESOLVED',
      errorCode: 'PRICING_NOT_CONFIGURED',
    });
    const chain = await lineage(`usage-records/${healed!.recordId}`);
    expect(ofKind(chain, 'SUSPENSION')).toHaveLength(1);
    expect(ofKind(chain, 'REPROCESS')[0]?.command).toMatchObject({ reason: 'The cause was fixed' });
    expect(ofKind(chain, 'PRICE_VERSION')[0]?.command).toMatchObject({
      reason: 'The price list of the new plan arrived late',
    });
    expect(chain).toMatchObject({ balanced: true, openEnds: [] });
  });

  it('a charge is explained, and charging it again gives the same', async () => {
    const charges = await world.list<Monetized>('/v1/monetized-usage');
    for (let at = 0; at < charges.length; at += 211) {
      const charge = charges[at]!;
      const told = await world.api.get<{
        explanation: string[];
        recomputed: { equal: boolean; amount: string };
        impacts: { amount: string | null }[];
      }>(`/v1/monetized-usage/${charge.id}`);
      expect(told.recomputed).toMatchObject({ equal: true, amount: charge.amount });
      expect(told.explanation.length).toBeGreaterThan(0);
      expect(sumOf(told.impacts.flatMap(({ amount }) => amount ?? [])).eq(charge.amount)).toBe(true);
    }
  }, 60_000);
});

describe('what must hold', () => {
  it('lines read = monetized + suspended + ignored + duplicate + error, by the files and by their lines', async () => {
    for (const file of await everyFile()) {
      const outcomes: Record<string, number> = {};
      for (const service of SAMPLE_SERVICES) {
        if (files.get(service)?.fileId !== file.fileId) continue;
        const raw = await world.list<{ outcome: string }>('/v1/raw-usage', {
          ...SAMPLE_SOURCES[service],
          fileId: file.fileId,
        });
        for (const { outcome } of raw) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      }
      const { parseAndLoad, mediation, rating } = file.phases;
      const counted = {
        MONETIZED: rating.processed,
        SUSPENDED: rating.suspended,
        IGNORED: mediation.ignored,
        DUPLICATE: parseAndLoad.duplicate,
        ERROR: parseAndLoad.error,
      };
      expect(outcomes).toEqual(Object.fromEntries(Object.entries(counted).filter(([, count]) => count > 0)));
      expect(Object.values(counted).reduce((a, b) => a + b, 0)).toBe(RECORDS);
    }
  }, 60_000);

  it('quantity per file = quantity of its monetized records, as charged from, and of those still in suspense', async () => {
    const { fileId } = files.get('messages')!;
    const monetized = sumOf((await world.list<Monetized>('/v1/monetized-usage', { fileId })).map((r) => r.quantity));
    const open = await world.list<Suspended>('/v1/suspense/records', { fileId, status: 'OPEN' });
    const waiting = sumOf(open.map(({ recordId }) => rawLine(recordId).split(',')[4] ?? 'NaN'));
    expect((await world.file(fileId)).quantities).toEqual({ messages: monetized.plus(waiting).toFixed() });
  });

  it('money: records = files = summaries = lines + what is carried on; lines = ledger, one by one', async () => {
    const charges = await world.list<Monetized>('/v1/monetized-usage');
    const lines = await world.list<Line>('/v1/aggregated-usage');
    const runs = await world.list<AggregationRun>('/v1/aggregations');
    const { records } = await world.billing.get<{ records: LedgerRecord[] }>('/sandbox/ledger/records');
    for (const currency of ['EUR', 'USD']) {
      const monetized = sumBy(charges, currency);
      expect(sumOf((await everyFile()).map(({ money }) => money[currency] ?? '0')).toFixed()).toBe(monetized);
      const totals = runs.flatMap((run) => run.totals.filter((total) => total.currency === currency));
      const carried = sumOf(totals.map((t) => Big(t.residualAfter).minus(t.residualBefore).toFixed()));
      expect(Big(sumBy(lines, currency)).plus(carried).toFixed()).toBe(monetized);
      const exact = lines.filter((line) => line.currency === currency).map((line) => line.exact);
      expect(sumOf(exact).toFixed()).toBe(monetized);
    }
    const billed = records.map(({ clientRecordId, amount, currency }) => [
      clientRecordId,
      Big(amount).toFixed(),
      currency,
    ]);
    const sent = lines.map(({ lineId, amount, currency }) => [lineId, Big(amount).toFixed(), currency]);
    expect(billed.sort()).toEqual(sent.sort());
    expect(lines.every(({ status }) => status === 'COMPLETE')).toBe(true);
    expect(lines.reduce((sum, line) => sum + line.records, 0)).toBe(charges.length);
    const accounts = [...new Set(charges.map(({ account }) => account))].slice(0, 25);
    for (const account of accounts) {
      const summaries = await world.list<{ amount: string }>(`/v1/accounts/${account}/usage-summary`);
      const own = charges.filter((charge) => charge.account === account);
      expect(sumOf(summaries.map(({ amount }) => amount)).eq(sumOf(own.map(({ amount }) => amount)))).toBe(true);
    }
  }, 60_000);

  it('every read model built anew is the live one, by canonical hash', async () => {
    const projections = world.app.app.get(Projections).all();
    const live = world.app.readModels;
    const folder = mkdtempSync(join(tmpdir(), 'retally-rebuilt-'));
    try {
      for (const projection of projections) {
        const { collections } = await compareReadModel(projection, { store: world.app.store, live, folder });
        expect(collections.filter(({ equal }) => !equal)).toEqual([]);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);

  it('and so it is after each was rebuilt beside the serving one, over the API', async () => {
    const projections = world.app.app.get(Projections).all();
    const live = world.app.readModels;
    const specs = projections
      .filter(({ name }) => name !== 'commands' && name !== 'replays')
      .flatMap(({ collections }) => collections);
    const hashes = () => Promise.all(specs.map(async (spec) => [spec.name, await live.canonicalHash(spec)]));
    await settle();
    const before = await hashes();
    for (const { name } of projections) await world.api.post('/v1/replays', { readModel: name, reason: 'Audit' });
    await until(
      'every read model to be rebuilt',
      () => world.api.get<{ items: { readModel: string; rebuiltAt?: string }[] }>('/v1/replays'),
      ({ items }) => items.every(({ rebuiltAt }) => rebuiltAt !== undefined),
      { timeoutMs: 60_000, everyMs: 50 },
    );
    await settle();
    expect(await hashes()).toEqual(before);
  }, 120_000);
});

/** The text of a raw line by its record id, from the bytes that were uploaded. */
function rawLine(recordId: string): string {
  const [fileId = '', line = ''] = recordId.split(':');
  return texts.get(fileId)?.split('\n')[Number(line) - 1] ?? '';
}
