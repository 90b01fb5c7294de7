import type { EventDefinition } from '../../../shared/kernel/event-definition.js';

/** Every event type this module writes, for the registry. */
export const ingestionEvents: readonly EventDefinition[] = [
  { type: 'UsageFileReceived.v1', encoding: 'json' },
  { type: 'UsageFileMediated.v1', encoding: 'json' },
  { type: 'UsageFileRejected.v1', encoding: 'json' },
  { type: 'UsageBatchMediated.v1', encoding: 'chunk' },
  { type: 'SourcePlatformCreated.v1', encoding: 'json' },
  { type: 'SourcePlatformPaused.v1', encoding: 'json' },
  { type: 'SourcePlatformResumed.v1', encoding: 'json' },
  { type: 'MappingVersionAdded.v1', encoding: 'json' },
];
