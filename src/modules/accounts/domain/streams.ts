import { streamName, type StreamName } from '../../../shared/kernel/stream-name.js';

export function accountStream(tenant: string, account: string): StreamName {
  return streamName('account', tenant, account);
}
