import { never } from '../../../shared/kernel/decider.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { put, remove, update, type Change, type Projection } from '../../../shared/read-models/projection.js';
import { blockEvents, factOf, type BlockEvent, type BlockFact } from '../domain/building-blocks/block-events.js';
import type { BlockKind } from '../domain/building-blocks/building-block.js';
import { shownDefinition } from '../domain/building-blocks/shown-definition.js';
import type { ServiceDefined, UsageTypeDefined } from '../domain/events.js';
import {
  BLOCKS_PROJECTION,
  blockVersions,
  buildingBlocks,
  type BuildingBlockRow,
} from './building-blocks.collections.js';

/** What prices, services and settings are built from: defined here, or brought by the feed. */
export const buildingBlocksProjection: Projection = {
  name: BLOCKS_PROJECTION,
  version: 1,
  collections: [buildingBlocks, blockVersions],
  handles: [...blockEvents.map(({ type }) => type), 'UsageTypeDefined.v1', 'ServiceDefined.v1'],
  project(recorded: RecordedEvent): Iterable<Change> {
    const event = recorded as RecordedEvent & (BlockEvent | UsageTypeDefined | ServiceDefined);
    switch (event.type) {
      case 'BuildingBlockDefined.v1':
      case 'ZonePrefixesDefined.v1':
        return defined(recorded, factOf(event));
      case 'BuildingBlockRemoved.v1':
        return removed(recorded, event.data);
      case 'UsageTypeDefined.v1': {
        const { usageType, effectiveFrom, ...definition } = event.data;
        return [brought(recorded, 'USAGE_TYPE', usageType, effectiveFrom, definition)];
      }
      case 'ServiceDefined.v1': {
        const { service, effectiveFrom, ...definition } = event.data;
        return [brought(recorded, 'BILLABLE_SERVICE', service, effectiveFrom, definition)];
      }
      default:
        return never(event);
    }
  },
};

function defined(recorded: RecordedEvent, fact: BlockFact): Change[] {
  const { tenant, actor, commandId = null, recordedAt } = recorded.metadata;
  const { kind, id, version, effectiveFrom, reason } = fact;
  const at = Date.parse(recordedAt);
  const definition = shownDefinition(fact.definition);
  const row = rowOf({
    tenant,
    kind,
    id,
    source: 'OWN',
    version,
    effectiveFrom,
    definition,
    definedAt: at,
    definedBy: actor,
  });
  return [
    update(buildingBlocks, { tenant, kind, id, source: 'OWN' }, (before) =>
      before !== undefined && before.version >= version ? before : row,
    ),
    put(blockVersions, {
      ...{ tenant, kind, id, version, action: 'DEFINED', effectiveFrom, definition, reason },
      ...{ actor, commandId, at },
    }),
  ];
}

function removed(
  { metadata }: RecordedEvent,
  { kind, id, version, reason }: Extract<BlockEvent, { type: 'BuildingBlockRemoved.v1' }>['data'],
): Change[] {
  const { tenant, actor, commandId = null, recordedAt } = metadata;
  return [
    remove(buildingBlocks, { tenant, kind, id, source: 'OWN' }),
    put(blockVersions, {
      ...{ tenant, kind, id, version, action: 'REMOVED', effectiveFrom: null, definition: null, reason },
      ...{ actor, commandId, at: Date.parse(recordedAt) },
    }),
  ];
}

/** Of what the feed said the version with the latest start is shown. */
function brought(
  { metadata }: RecordedEvent,
  kind: BlockKind,
  id: string,
  effectiveFrom: number,
  definition: Readonly<Record<string, unknown>>,
): Change {
  const { tenant, actor, recordedAt } = metadata;
  const definedAt = Date.parse(recordedAt);
  const row = rowOf({
    tenant,
    kind,
    id,
    source: 'FEED',
    version: 0,
    effectiveFrom,
    definition,
    definedAt,
    definedBy: actor,
  });
  return update(buildingBlocks, { tenant, kind, id, source: 'FEED' }, (before) =>
    before !== undefined && before.effectiveFrom > effectiveFrom ? before : row,
  );
}

function rowOf(row: Omit<BuildingBlockRow, 'label' | 'unit' | 'serviceType'>): BuildingBlockRow {
  const { name, unit, serviceType } = row.definition;
  const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return { ...row, label: `${row.id} ${textOr(name) ?? ''}`, unit: textOr(unit), serviceType: textOr(serviceType) };
}
