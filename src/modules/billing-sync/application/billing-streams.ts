import { streamName, type StreamName } from '../../../shared/kernel/stream-name.js';

export const AGGREGATION = 'aggregation';
export const BILLING_BATCH = 'billingBatch';
export const BILLING_WORK = 'billingWork';

export function aggregationStream(tenant: string): StreamName {
  return streamName(AGGREGATION, tenant, 'runs');
}

export function billingBatchStream(tenant: string, batchId: string): StreamName {
  return streamName(BILLING_BATCH, tenant, batchId);
}

export function billingWorkStream(tenant: string): StreamName {
  return streamName(BILLING_WORK, tenant, 'queue');
}
