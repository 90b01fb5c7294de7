import { streamName, type StreamName } from '../../../shared/kernel/stream-name.js';

const SETTINGS = 'settings';

export function ratingStream(tenant: string, partition: number): StreamName {
  return streamName('rating', tenant, String(partition));
}

/** Where the number of partitions stands, for ever. */
export function ratingSettingsStream(tenant: string): StreamName {
  return streamName('rating', tenant, SETTINGS);
}
