import type { Decider } from '../../../shared/kernel/decider.js';
import { refuse } from '../../../shared/kernel/refusal.js';
import type { MappingDefinition } from './mapping/definition.js';
import type { MappingVersionAdded } from './mediation-events.js';

export interface MappingState {
  readonly version: number;
  readonly definition: MappingDefinition | undefined;
}

export interface AddMappingVersion {
  readonly mapping: string;
  readonly reason: string;
  /** Parsed and found right. */
  readonly definition: MappingDefinition;
}

/** Versions only ever grow: files name the version they were read with, so none is changed or taken away. */
export const mappingDecider: Decider<MappingState, AddMappingVersion, MappingVersionAdded> = {
  initialState: { version: 0, definition: undefined },
  evolve: (_, { data }) => ({ version: data.version, definition: data.definition }),
  decide: ({ mapping, reason, definition }, state) => {
    const before = state.definition;
    if (before !== undefined) {
      if (JSON.stringify(before) === JSON.stringify(definition)) return [];
      const moved = (['sourcePlatform', 'serviceType', 'usageRecordType'] as const).filter(
        (name) => before[name] !== definition[name],
      );
      if (moved.length > 0) {
        return refuse(
          'ingestion/mapping-moved',
          `Mapping ${mapping} is for ${before.sourcePlatform}, ${before.serviceType}, ${before.usageRecordType}: a version of it cannot be for others, make a mapping of another name`,
          { errors: moved.map((name) => ({ path: `definition.${name}`, message: `must be ${before[name]}` })) },
        );
      }
    }
    return [{ type: 'MappingVersionAdded.v1', data: { mapping, version: state.version + 1, reason, definition } }];
  },
};
