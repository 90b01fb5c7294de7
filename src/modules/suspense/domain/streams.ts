import { streamName, type StreamName } from '../../../shared/kernel/stream-name.js';

/** What was decided about one file's suspended records. */
export function suspenseStream(tenant: string, fileId: string): StreamName {
  return streamName('suspense', tenant, fileId);
}

/** One reprocess as a whole, across its files. */
export function reprocessStream(tenant: string, reprocessId: string): StreamName {
  return streamName('suspenseReprocess', tenant, reprocessId);
}
