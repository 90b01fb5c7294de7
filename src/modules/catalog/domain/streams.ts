import { streamName, type StreamName } from '../../../shared/kernel/stream-name.js';

/** One stream per tenant: the catalog is small, and a price offer's facts are of several objects. */
export function catalogStream(tenant: string): StreamName {
  return streamName('catalog', tenant, 'catalog');
}
