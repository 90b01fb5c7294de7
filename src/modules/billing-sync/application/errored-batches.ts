import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { ReadModels } from '../../../shared/read-models/read-models.port.js';
import { billingBatches } from '../projections/collections.js';
import { BILLING_BATCHES_PROJECTION } from '../projections/projection-names.js';

const WAIT_MS = 5000;

/**
 * The batches with errored lines, oldest first. From the read model, as the screen shows them; each batch's own stream
 * decides again which of its lines are in error when they are offered.
 */
export async function erroredBatches(readModels: ReadModels, store: EventStore, tenant: string): Promise<string[]> {
  await readModels.waitFor(BILLING_BATCHES_PROJECTION, await store.head(), WAIT_MS);
  const batchIds: string[] = [];
  let after: string | undefined;
  do {
    const page = await readModels.find(billingBatches, {
      tenant,
      where: [
        { field: 'open', op: 'eq', value: true },
        { field: 'error', op: 'gt', value: 0 },
      ],
      sort: [{ field: 'sealedPosition', direction: 'asc' }],
      limit: 1000,
      ...(after === undefined ? {} : { after }),
    });
    batchIds.push(...page.items.map((row) => row.batchId));
    after = page.next;
  } while (after !== undefined);
  return batchIds;
}
