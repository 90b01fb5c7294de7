import type { ManualClock } from '../../src/shared/kernel/clock.js';
import { missingCustomers, sampleAccountId } from '../../src/tools/demo/data/sample-accounts.js';
import { latePrice, samplePrices } from '../../src/tools/demo/data/sample-catalog.js';
import { SAMPLE_SERVICES, SampleUsage, unknownServiceIds } from '../../src/tools/demo/data/sample-usage.js';
import { until } from '../../src/tools/local/api-client.js';
import { feed } from '../../src/tools/local/sample-setup.js';
import { sampleText, type SampleWorld } from './sample-world.js';

export interface Story {
  readonly accounts: number;
  /** Lines of each of the four files. */
  readonly records: number;
}

/**
 * The demo's story and what else there is to do, told so that it comes out the same whenever and wherever it is told:
 * one thing after the other, each at rest before the next one begins, by a clock that moves between them. The world
 * must have been started with that clock, keys of its own counting, `RETALLY_BILLING_PARALLEL=1` and a chunk per file.
 */
export async function tellAgain(world: SampleWorld, clock: ManualClock, { accounts, records }: Story): Promise<void> {
  const { api, billing } = world;
  const then = async (act: () => Promise<unknown>): Promise<void> => {
    await act();
    await world.app.settle(120_000);
    clock.advance(60_000);
  };
  // The log is at rest too while an answer of the billing system is waited for.
  const sent = (ends: readonly string[]) =>
    until(
      'the batches to be sent',
      () => world.list<{ status: string }>('/v1/billing-batches', { status: 'all' }),
      (batches) => batches.length > 0 && batches.every(({ status }) => ends.includes(status)),
    );
  const reprocess = async (selection: object): Promise<void> => {
    const asked = await api.post<{ reprocessId: string; position: number }>('/v1/suspense/reprocesses', {
      selection,
      reason: 'The cause was fixed',
    });
    await until(
      'the reprocess',
      () =>
        api.get<{ status: string }>(`/v1/suspense/reprocesses/${asked.reprocessId}`, { minPosition: asked.position }),
      ({ status }) => status === 'COMPLETED',
    );
  };

  await then(() => api.post('/v1/allowances', { id: 'GIFT', unit: 'seconds', reason: 'Launch' }));
  await then(() =>
    api.post('/v1/job-schedules', { name: 'daily', frequency: 'DAILY', scheduledTime: '23:59:00', jobs: JOBS }),
  );
  for (const [index, service] of SAMPLE_SERVICES.entries()) {
    const options = { service, records, accounts, seed: index + 1 };
    const { fileName } = new SampleUsage(options);
    await then(() => world.take(service, sampleText(options), fileName));
    // The same bytes again are the same file; a file that cannot be read is rejected.
    if (index === 0) await then(() => world.upload(service, sampleText(options), fileName));
  }
  await then(() => world.take('voice', 'not;what;was\nagreed;at;all\n', 'wrong.csv'));

  await then(() => reprocess({ errorCode: 'SERVICE_NOT_FOUND' }));
  await then(() => feed(api, 'accounts', missingCustomers(unknownServiceIds('MOBILE'), unknownServiceIds('AI'))));
  await then(() => feed(api, 'accounts', SPECIAL_TERMS));
  const { priceOfferId, body } = latePrice();
  await then(() => api.put(`/v1/price-offers/${priceOfferId}/pricing`, body));
  for (const errorCode of ['SERVICE_NOT_FOUND', 'PRICING_NOT_CONFIGURED']) await then(() => reprocess({ errorCode }));

  await then(() => api.post('/v1/aggregations', { reason: 'Bill it' }));
  const [refused] = await world.list<{ account: string }>('/v1/aggregated-usage');
  const fault = { kind: 'REJECT', accounts: [refused?.account], code: 1009, message: 'account not found', count: 1000 };
  await then(() => billing.put('/sandbox/faults', [fault]));
  await then(async () => {
    await api.post('/v1/billing-batches/sends', { reason: 'Send it' });
    await sent(['COMPLETE', 'ERROR']);
  });
  await then(() => billing.put('/sandbox/faults', []));
  await then(async () => {
    await api.post('/v1/billing-batches/reprocesses', { level: 'all', reason: 'The account is there' });
    await sent(['COMPLETE']);
  });
  await then(() => billing.post('/sandbox/invoice-run', {}));
  await then(async () => {
    await api.post('/v1/invoice-lines/polls', { reason: 'Learn them' });
    await until(
      'the invoice lines',
      () => world.list<{ invoiceNo: string | null }>('/v1/aggregated-usage'),
      (lines) => lines.every(({ invoiceNo }) => invoiceNo !== null),
    );
  });
  const strange = { lineId: 'not-ours', invoiceNo: 'INV-9', invoiceLineNo: 1, amount: '1', currency: 'EUR' };
  await then(() => api.post('/v1/invoice-lines', { lines: [strange] }));

  await then(() => api.put(`/v1/price-offers/${MOBILE_OFFER}/pricing`, correctedPrice()));
  const wanted = { selection: { priceOfferId: MOBILE_OFFER }, reason: 'It was agreed otherwise' };
  let previewId = '';
  await then(async () => {
    ({ runId: previewId } = await api.post<{ runId: string }>('/v1/rerates', { ...wanted, mode: 'PREVIEW' }));
  });
  const { hash: previewHash } = await api.get<{ hash: string }>(`/v1/rerates/${previewId}`);
  await then(() => api.post('/v1/rerates', { ...wanted, mode: 'COMMIT', previewId, previewHash }));
  for (const kind of ['SECOND_PASS', 'CYCLE_END']) {
    await then(() => api.post('/v1/rating-runs', { kind, asOf: '2026-11-01T00:00:00Z', reason: 'October is over' }));
  }

  const date = new Date(clock.now()).toISOString().slice(0, 10);
  await then(() => api.post('/v1/job-schedules/daily/executions', { businessDate: date }));
  await then(async () => {
    await api.post(`/v1/job-schedules/daily/executions/${date}/process`);
    await until(
      'the jobs of the day',
      () => api.get<{ status: string }>(`/v1/job-schedules/daily/executions/${date}`),
      ({ status }) => status !== 'PENDING',
    );
  });
  await then(() => api.post('/v1/replays', { readModel: 'suspense', reason: 'An audit' }));
}

export const MOBILE_OFFER = 'MOBILE_M.STANDARD.MOBILE.EUR';

/** Messages are dearer than the sample has them, and there is a fee. */
export function correctedPrice() {
  const sample = samplePrices().find(({ priceOfferId }) => priceOfferId === MOBILE_OFFER)?.body.pricing;
  const { charges, ...price } = sample as { readonly charges: readonly { readonly name: string }[] };
  const tiers = { by: 'QUANTITY', scope: 'GRADUATED', steps: [{ price: '0.08' }] };
  const changed = charges.map((charge) => (charge.name === 'messages' ? { ...charge, tiers } : charge));
  const fee = { name: 'fee', on: 'CYCLE_START', fixed: '9.99' };
  const pricing = { ...price, charges: [...changed, fee] };
  return { effectiveFrom: '2026-01-01T00:00:00Z', pricing, reason: 'It was agreed otherwise' };
}

const JOBS = ['AGGREGATION', 'SYNC_TRANSACTION', 'INVOICE_LINES'];

/** What a mobile customer of the sample has beside the catalog. */
const SPECIAL_TERMS = [
  specialTerms('TOP_UP', { reference: 'receipt-1', resource: 'EUR', quantity: '10' }),
  specialTerms('CUSTOM_RATES', {
    priceOfferId: MOBILE_OFFER,
    charge: 'messages',
    steps: [{ price: '0.01' }],
  }),
  specialTerms('COMMITMENT', { allowance: 'GIFT', amount: '5', currency: 'EUR' }),
];

function specialTerms(object: string, payload: object) {
  const whose = { account: sampleAccountId(3), subscription: 'S0000003' };
  const effectiveFrom = '2026-11-02T00:00:00Z';
  return { messageId: `special-${object}`, object, action: 'CREATE', effectiveFrom, payload: { ...whose, ...payload } };
}
