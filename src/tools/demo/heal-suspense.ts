import { until, type ApiClient } from '../local/api-client.js';
import { feed } from '../local/sample-setup.js';
import { missingCustomers } from './data/sample-accounts.js';
import { latePrice } from './data/sample-catalog.js';
import { unknownServiceIds } from './data/sample-usage.js';
import type { Screen } from './screen.js';

interface ErrorGroup {
  readonly status: string;
  readonly code: string;
  readonly count: number;
  readonly remedy: string;
}

/** Open suspended records by code, over all files. */
export async function openSuspense(api: ApiClient): Promise<Map<string, { count: number; remedy: string }>> {
  const groups = new Map<string, { count: number; remedy: string }>();
  for await (const { fileId } of api.all<{ fileId: string }>('/v1/suspense/files')) {
    const { items } = await api.get<{ items: ErrorGroup[] }>(`/v1/suspense/files/${fileId}/errors`);
    for (const { code, count, remedy, status } of items) {
      if (status === 'OPEN') groups.set(code, { count: (groups.get(code)?.count ?? 0) + count, remedy });
    }
  }
  return groups;
}

export async function showSuspense(api: ApiClient, screen: Screen): Promise<void> {
  const groups = await openSuspense(api);
  if (groups.size === 0) screen.line('Nothing is in suspense.');
  else
    screen.table(
      ['code', 'records', 'remedy'],
      [...groups].map(([code, { count, remedy }]) => [code, count, remedy]),
    );
}

/** The missing customers and the missing price arrive; what waited for them is rated again, the rest stays. */
export async function healSuspense(api: ApiClient, screen: Screen): Promise<void> {
  screen.line('The account feed brings the two missing customers, and the new plan gets its price:');
  await feed(api, 'accounts', missingCustomers(unknownServiceIds('MOBILE'), unknownServiceIds('AI')));
  const { priceOfferId, body } = latePrice();
  await api.put(`/v1/price-offers/${priceOfferId}/pricing`, body);
  for (const errorCode of ['SERVICE_NOT_FOUND', 'PRICING_NOT_CONFIGURED']) await reprocess(api, errorCode, screen);
  screen.line('What is left:');
  await showSuspense(api, screen);
}

interface Reprocess {
  readonly status: string;
  readonly records: number;
  readonly resolved: number;
  readonly suspended: number;
}

async function reprocess(api: ApiClient, errorCode: string, screen: Screen): Promise<void> {
  const asked = await api.post<{ reprocessId: string; position: number }>('/v1/suspense/reprocesses', {
    selection: { errorCode },
    reason: 'The cause was fixed today',
  });
  const done = await until(
    `the reprocess of ${errorCode}`,
    () => api.get<Reprocess>(`/v1/suspense/reprocesses/${asked.reprocessId}`, { minPosition: asked.position }),
    ({ status }) => status === 'COMPLETED',
  );
  screen.line(
    `  reprocessed ${errorCode}: ${done.records} records, ${done.resolved} became money, ${done.suspended} suspended again`,
  );
}
