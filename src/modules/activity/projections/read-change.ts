import { never } from '../../../shared/kernel/decider.js';
import { instantToString } from '../../../shared/kernel/clock.js';
import type { ApiKeyEvent } from '../../access/index.js';
import { factOf, shownDefinition, type BlockEvent, type PricingPut } from '../../catalog/index.js';
import type { MediationEvent } from '../../ingestion/index.js';
import type { JobScheduleEvent } from '../../scheduling/index.js';
import type { ConfigurationChange } from '../domain/configuration-change.js';

/** What people configure. What the feeds bring and what comes of usage is no configuration. */
export type ConfigurationEvent = ApiKeyEvent | BlockEvent | JobScheduleEvent | MediationEvent | PricingPut;

const ALL: { readonly [Type in ConfigurationEvent['type']]: true } = {
  'ApiKeyIssued.v1': true,
  'ApiKeyRevoked.v1': true,
  'BuildingBlockDefined.v1': true,
  'BuildingBlockRemoved.v1': true,
  'JobScheduleChanged.v1': true,
  'JobScheduleCreated.v1': true,
  'MappingVersionAdded.v1': true,
  'PricingPut.v1': true,
  'SourcePlatformCreated.v1': true,
  'SourcePlatformPaused.v1': true,
  'SourcePlatformResumed.v1': true,
  'ZonePrefixesDefined.v1': true,
};

/** The compiler sees to it that none is forgotten. */
export const CONFIGURATION_EVENTS = Object.keys(ALL) as readonly ConfigurationEvent['type'][];

export function isConfigurationEvent(event: { readonly type: string }): event is ConfigurationEvent {
  return Object.hasOwn(ALL, event.type);
}

/** What an event changed. */
export function readChange(event: ConfigurationEvent): ConfigurationChange {
  switch (event.type) {
    case 'BuildingBlockDefined.v1':
    case 'ZonePrefixesDefined.v1': {
      const { kind, id, reason, effectiveFrom, definition } = factOf(event);
      const content = { ...shownDefinition(definition), effectiveFrom: instantToString(effectiveFrom) };
      return { object: kind, id, action: 'DEFINED', reason, content };
    }
    case 'BuildingBlockRemoved.v1': {
      const { kind, id, reason } = event.data;
      return { object: kind, id, action: 'REMOVED', reason, content: null };
    }
    case 'PricingPut.v1': {
      const { priceOfferId, version, effectiveFrom, pricing, reason } = event.data;
      const content = { version, effectiveFrom: instantToString(effectiveFrom), pricing };
      return { object: 'PRICE', id: priceOfferId, action: 'DEFINED', reason, content };
    }
    case 'MappingVersionAdded.v1': {
      const { mapping, version, definition, reason } = event.data;
      return { object: 'MAPPING', id: mapping, action: 'DEFINED', reason, content: { version, definition } };
    }
    case 'SourcePlatformCreated.v1':
    case 'SourcePlatformPaused.v1':
    case 'SourcePlatformResumed.v1':
      return sourcePlatform(event);
    case 'JobScheduleCreated.v1':
    case 'JobScheduleChanged.v1': {
      const { name, description, frequency, scheduledTime, jobs } = event.data;
      const content = { description, frequency, scheduledTime, jobs };
      return { object: 'JOB_SCHEDULE', id: name, action: 'DEFINED', reason: null, content };
    }
    case 'ApiKeyIssued.v1': {
      // Never the hash.
      const { keyId, name, roles, expiresAt } = event.data;
      const content = { name, roles, ...(expiresAt === undefined ? {} : { expiresAt: instantToString(expiresAt) }) };
      return { object: 'API_KEY', id: keyId, action: 'DEFINED', reason: null, content };
    }
    case 'ApiKeyRevoked.v1': {
      const { keyId, reason } = event.data;
      return { object: 'API_KEY', id: keyId, action: 'REMOVED', reason, content: null };
    }
    default:
      return never(event);
  }
}

function sourcePlatform(event: Exclude<MediationEvent, { type: 'MappingVersionAdded.v1' }>): ConfigurationChange {
  const of = { object: 'SOURCE_PLATFORM', id: event.data.sourcePlatform } as const;
  switch (event.type) {
    case 'SourcePlatformCreated.v1': {
      const { sourcePlatform: _, ...content } = event.data;
      return { ...of, action: 'DEFINED', reason: null, content: { ...content, state: 'ACTIVE' } };
    }
    case 'SourcePlatformPaused.v1':
      return { ...of, action: 'PAUSED', reason: event.data.reason, content: { state: 'PAUSED' } };
    case 'SourcePlatformResumed.v1':
      return { ...of, action: 'RESUMED', reason: event.data.reason, content: { state: 'ACTIVE' } };
  }
}
