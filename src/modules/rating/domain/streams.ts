import { streamName, type StreamName } from '../../../shared/kernel/stream-name.js';

const SETTINGS = 'settings';

export function ratingStream(tenant: string, partition: number): StreamName {
  return streamName('rating', tenant, String(partition));
}

/** Where the number of partitions stands, for ever. */
export function ratingSettingsStream(tenant: string): StreamName {
  return streamName('rating', tenant, SETTINGS);
}

/** What was asked for, and that it is done. */
export function ratingRunStream(tenant: string, runId: string): StreamName {
  return streamName('ratingRun', tenant, runId);
}

/** What a rerate would change in a partition. */
export function rerateStream(tenant: string, runId: string, partition: number): StreamName {
  return streamName('rerate', tenant, `${runId}-${partition}`);
}
