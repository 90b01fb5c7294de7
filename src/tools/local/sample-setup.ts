import { sampleAccounts } from '../demo/data/sample-accounts.js';
import { sampleCatalog, samplePrices } from '../demo/data/sample-catalog.js';
import { sampleMappings, SAMPLE_SOURCES } from '../demo/data/sample-mappings.js';
import type { ApiClient } from './api-client.js';

const MESSAGES_PER_CALL = 1000;

interface FeedAnswer {
  readonly position: number;
  readonly messages: readonly {
    readonly messageId: string;
    readonly status: string;
    readonly reason?: string | null;
  }[];
}

/** Feeds messages in calls of a thousand; an error among them is an error here. Answers the last log position. */
export async function feed(api: ApiClient, kind: 'catalog' | 'accounts', messages: Iterable<unknown>): Promise<number> {
  let position = 0;
  let batch: unknown[] = [];
  const send = async (): Promise<void> => {
    if (batch.length === 0) return;
    const answer = await api.post<FeedAnswer>(`/v1/feeds/${kind}`, batch);
    const wrong = answer.messages.find((message) => message.status === 'ERROR');
    if (wrong !== undefined) throw new Error(`Feed message ${wrong.messageId}: ${wrong.reason ?? 'ERROR'}`);
    position = answer.position;
    batch = [];
  };
  for (const message of messages) {
    batch.push(message);
    if (batch.length === MESSAGES_PER_CALL) await send();
  }
  await send();
  return position;
}

/** Everything the sample's usage needs before it can be rated: catalog, prices, accounts, sources and mappings. */
export async function setUpSample(api: ApiClient, accounts: number): Promise<void> {
  await feed(api, 'catalog', sampleCatalog());
  for (const { priceOfferId, body } of samplePrices()) await api.put(`/v1/price-offers/${priceOfferId}/pricing`, body);
  for (const platform of new Set(Object.values(SAMPLE_SOURCES).map((source) => source.sourcePlatform))) {
    await api.post('/v1/source-platforms', { sourcePlatform: platform, name: `Sample ${platform}` });
  }
  for (const { mapping, definition } of sampleMappings()) {
    await api.post('/v1/mappings', { mapping, definition, reason: 'The sample' });
  }
  await feed(api, 'accounts', sampleAccounts(accounts));
}
