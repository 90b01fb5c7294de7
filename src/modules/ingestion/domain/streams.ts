import { parseStreamName, streamName, type StreamName } from '../../../shared/kernel/stream-name.js';
import { USAGE_RECORD_TYPES, type UsageRecordType, type UsageStreamKey } from './events.js';

/** Names that become parts of stream names and of folders: no dot, no slash, no surprise. */
const COORDINATE = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/;

/** Whether a text can name a source platform, a service type or a mapping. */
export function isCoordinate(text: string): boolean {
  return COORDINATE.test(text);
}
export const COORDINATE_RULE = '1 to 64 letters, digits, underscores or dashes, not starting with a dash';

export function usageFileStream(tenant: string, fileId: string): StreamName {
  return streamName('usageFile', tenant, fileId);
}

export function usageStream(tenant: string, key: UsageStreamKey): StreamName {
  return streamName('usage', tenant, `${key.sourcePlatform}.${key.serviceType}.${key.usageRecordType}`);
}

export function parseUsageStream(stream: StreamName): UsageStreamKey & { readonly tenant: string } {
  const { tenant, id } = parseStreamName(stream);
  const [sourcePlatform, serviceType, usageRecordType] = id.split('.');
  if (sourcePlatform === undefined || serviceType === undefined || !isUsageRecordType(usageRecordType)) {
    throw new Error(`"${stream}" is not a usage stream <sourcePlatform>.<serviceType>.<usageRecordType>`);
  }
  return { tenant, sourcePlatform, serviceType, usageRecordType };
}

export function platformStream(tenant: string, sourcePlatform: string): StreamName {
  return streamName('mediation', tenant, `platform.${sourcePlatform}`);
}

export function mappingStream(tenant: string, mapping: string): StreamName {
  return streamName('mediation', tenant, `mapping.${mapping}`);
}

export function isUsageRecordType(text: unknown): text is UsageRecordType {
  return USAGE_RECORD_TYPES.some((type) => type === text);
}
