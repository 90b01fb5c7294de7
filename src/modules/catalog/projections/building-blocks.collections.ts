import type { CollectionSpec } from '../../../shared/read-models/read-models.port.js';
import type { BlockKind } from '../domain/building-blocks/building-block.js';

/** The projection that keeps these collections; reads that wait for a log position wait for it. */
export const BLOCKS_PROJECTION = 'building-blocks';

/** OWN: defined here. FEED: brought by the catalog feed, and changed there. */
export type BlockSource = 'OWN' | 'FEED';

/** A building block as it was said last. */
export type BuildingBlockRow = {
  readonly tenant: string;
  readonly kind: BlockKind;
  readonly id: string;
  readonly source: BlockSource;
  /** Id and name in one, to be searched. */
  readonly label: string;
  /** Of what has one. */
  readonly unit: string | null;
  readonly serviceType: string | null;
  /** 0 of what the feed brought. */
  readonly version: number;
  readonly effectiveFrom: number;
  /** Its members; of a zone unit of prefixes a summary, for the prefixes are in its event. */
  readonly definition: Readonly<Record<string, unknown>>;
  readonly definedAt: number;
  readonly definedBy: string;
};

export const buildingBlocks: CollectionSpec<BuildingBlockRow> = {
  name: 'building-blocks',
  fields: {
    tenant: 'text',
    kind: 'text',
    id: 'text',
    source: 'text',
    label: 'text',
    unit: 'text',
    serviceType: 'text',
    version: 'integer',
    effectiveFrom: 'instant',
    definition: 'json',
    definedAt: 'instant',
    definedBy: 'text',
  },
  key: ['tenant', 'kind', 'id', 'source'],
  indexes: [],
};

/** A version of a building block of our own, or its removal; what came before it is the version before. */
export type BlockVersionRow = {
  readonly tenant: string;
  readonly kind: BlockKind;
  readonly id: string;
  readonly version: number;
  readonly action: 'DEFINED' | 'REMOVED';
  /** Null of a removal, like its definition. */
  readonly effectiveFrom: number | null;
  readonly definition: Readonly<Record<string, unknown>> | null;
  readonly reason: string;
  readonly actor: string;
  readonly commandId: string | null;
  readonly at: number;
};

export const blockVersions: CollectionSpec<BlockVersionRow> = {
  name: 'building-block-versions',
  fields: {
    tenant: 'text',
    kind: 'text',
    id: 'text',
    version: 'integer',
    action: 'text',
    effectiveFrom: 'instant',
    definition: 'json',
    reason: 'text',
    actor: 'text',
    commandId: 'text',
    at: 'instant',
  },
  key: ['tenant', 'kind', 'id', 'version'],
  indexes: [],
};
