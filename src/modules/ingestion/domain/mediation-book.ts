import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { UsageStreamKey } from './events.js';
import type { MappingDefinition } from './mapping/definition.js';
import type { MediationEvent } from './mediation-events.js';

export interface SourcePlatform {
  readonly sourcePlatform: string;
  readonly name: string;
  readonly description?: string;
  readonly state: 'ACTIVE' | 'PAUSED';
  /** Why it was paused or resumed last. */
  readonly reason?: string;
  readonly createdAt: string;
  readonly changedAt: string;
  readonly changedBy: string;
}

export interface MappingVersion {
  readonly version: number;
  readonly definition: MappingDefinition;
  readonly reason: string;
  readonly addedAt: string;
  readonly addedBy: string;
}

export interface Mapping {
  readonly mapping: string;
  /** Version n at index n - 1. */
  readonly versions: readonly MappingVersion[];
}

/** How usage becomes canonical, as of all mediation events applied so far: source platforms and mappings by tenant. */
export class MediationBook {
  private readonly platformsOf = new Map<string, Map<string, SourcePlatform>>();
  private readonly mappingsOf = new Map<string, Map<string, Mapping>>();

  apply(event: RecordedEvent & MediationEvent): void {
    const { tenant, recordedAt, actor } = event.metadata;
    if (event.type === 'MappingVersionAdded.v1') {
      const { mapping, version, definition, reason } = event.data;
      const mappings = member(this.mappingsOf, tenant);
      const versions = mappings.get(mapping)?.versions ?? [];
      const added = { version, definition, reason, addedAt: recordedAt, addedBy: actor };
      mappings.set(mapping, { mapping, versions: [...versions, added] });
      return;
    }
    const platforms = member(this.platformsOf, tenant);
    const change = { changedAt: recordedAt, changedBy: actor };
    if (event.type === 'SourcePlatformCreated.v1') {
      platforms.set(event.data.sourcePlatform, { ...event.data, state: 'ACTIVE', createdAt: recordedAt, ...change });
      return;
    }
    const before = platforms.get(event.data.sourcePlatform);
    if (before === undefined) throw new Error(`${event.type} of the unknown platform ${event.data.sourcePlatform}`);
    const state = event.type === 'SourcePlatformPaused.v1' ? 'PAUSED' : 'ACTIVE';
    platforms.set(before.sourcePlatform, { ...before, state, reason: event.data.reason, ...change });
  }

  tenants(): readonly string[] {
    return [...this.platformsOf.keys()];
  }

  platform(tenant: string, sourcePlatform: string): SourcePlatform | undefined {
    return this.platformsOf.get(tenant)?.get(sourcePlatform);
  }

  /** By name. */
  platforms(tenant: string): readonly SourcePlatform[] {
    return sorted(this.platformsOf.get(tenant), (platform) => platform.sourcePlatform);
  }

  mapping(tenant: string, name: string): Mapping | undefined {
    return this.mappingsOf.get(tenant)?.get(name);
  }

  definition(
    tenant: string,
    pinned: { readonly name: string; readonly version: number },
  ): MappingDefinition | undefined {
    return this.mapping(tenant, pinned.name)?.versions[pinned.version - 1]?.definition;
  }

  /** By name. */
  mappings(tenant: string): readonly Mapping[] {
    return sorted(this.mappingsOf.get(tenant), (mapping) => mapping.mapping);
  }

  mappingsFor(tenant: string, key: UsageStreamKey): readonly Mapping[] {
    return this.mappings(tenant).filter((mapping) => isFor(newest(mapping).definition, key));
  }

  /** Every source platform + service type + record type that has a mapping. */
  usageStreams(tenant: string): readonly UsageStreamKey[] {
    const keys = new Map<string, UsageStreamKey>();
    for (const mapping of this.mappings(tenant)) {
      const { sourcePlatform, serviceType, usageRecordType } = newest(mapping).definition;
      keys.set(`${sourcePlatform}.${serviceType}.${usageRecordType}`, { sourcePlatform, serviceType, usageRecordType });
    }
    return [...keys.values()];
  }
}

export function newest(mapping: Mapping): MappingVersion {
  const version = mapping.versions.at(-1);
  if (version === undefined) throw new Error(`Mapping ${mapping.mapping} has no version`);
  return version;
}

function isFor(definition: UsageStreamKey, key: UsageStreamKey): boolean {
  return (
    definition.sourcePlatform === key.sourcePlatform &&
    definition.serviceType === key.serviceType &&
    definition.usageRecordType === key.usageRecordType
  );
}

function member<T>(map: Map<string, Map<string, T>>, tenant: string): Map<string, T> {
  const found = map.get(tenant) ?? new Map<string, T>();
  map.set(tenant, found);
  return found;
}

function sorted<T>(map: ReadonlyMap<string, T> | undefined, name: (item: T) => string): readonly T[] {
  return [...(map?.values() ?? [])].sort((a, b) => (name(a) < name(b) ? -1 : 1));
}
