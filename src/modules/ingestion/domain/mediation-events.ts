import type { DomainEvent } from '../../../shared/kernel/event.js';
import type { MappingDefinition } from './mapping/definition.js';

/** Stream `mediation-<tenant>.platform.<sourcePlatform>`. */
export type SourcePlatformCreated = DomainEvent<
  'SourcePlatformCreated.v1',
  { readonly sourcePlatform: string; readonly name: string; readonly description?: string }
>;

/** Files of the platform go on arriving and waiting; none is mediated until it is resumed. */
export type SourcePlatformPaused = DomainEvent<
  'SourcePlatformPaused.v1',
  { readonly sourcePlatform: string; readonly reason: string }
>;
export type SourcePlatformResumed = DomainEvent<
  'SourcePlatformResumed.v1',
  { readonly sourcePlatform: string; readonly reason: string }
>;

/** Stream `mediation-<tenant>.mapping.<name>`: versions count from 1 and never change. */
export type MappingVersionAdded = DomainEvent<
  'MappingVersionAdded.v1',
  {
    readonly mapping: string;
    readonly version: number;
    readonly reason: string;
    readonly definition: MappingDefinition;
  }
>;

export type SourcePlatformEvent = SourcePlatformCreated | SourcePlatformPaused | SourcePlatformResumed;
export type MediationEvent = SourcePlatformEvent | MappingVersionAdded;
