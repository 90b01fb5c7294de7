import { Inject, Injectable } from '@nestjs/common';
import { contains, equal, page, type Paging } from '../../../../shared/read-models/list-conditions.js';
import { READ_MODELS, type Page, type ReadModels } from '../../../../shared/read-models/read-models.port.js';
import { seenBy } from '../../../../shared/read-models/read-your-writes.js';
import type { BlockKind } from '../../domain/building-blocks/building-block.js';
import {
  BLOCKS_PROJECTION,
  blockVersions,
  buildingBlocks,
  type BlockSource,
  type BlockVersionRow,
  type BuildingBlockRow,
} from '../../projections/building-blocks.collections.js';

export interface BlockFilter {
  readonly name?: string | undefined;
  readonly unit?: string | undefined;
  readonly serviceType?: string | undefined;
  readonly source?: BlockSource | undefined;
}

/** Versions of one building block shown at once. */
const MAX_VERSIONS = 1000;

/** The reads of the building blocks. */
@Injectable()
export class BuildingBlockQueries {
  constructor(@Inject(READ_MODELS) private readonly readModels: ReadModels) {}

  /** By id. */
  async list(tenant: string, kind: BlockKind, filter: BlockFilter, paging: Paging): Promise<Page<BuildingBlockRow>> {
    await seenBy(this.readModels, BLOCKS_PROJECTION, paging.minPosition);
    const where = [
      ...equal('kind', kind),
      ...contains('label', filter.name),
      ...equal('unit', filter.unit),
      ...equal('serviceType', filter.serviceType),
      ...equal('source', filter.source),
    ];
    return this.readModels.find(buildingBlocks, { tenant, where, ...page(paging) });
  }

  /** What the feed brought goes before an own one of the same id, as it does in rating. */
  async one(tenant: string, kind: BlockKind, id: string, minPosition?: number): Promise<BuildingBlockRow | undefined> {
    await seenBy(this.readModels, BLOCKS_PROJECTION, minPosition);
    const brought = await this.readModels.get(buildingBlocks, { tenant, kind, id, source: 'FEED' });
    return brought ?? this.readModels.get(buildingBlocks, { tenant, kind, id, source: 'OWN' });
  }

  /** Newest first, removals too. */
  async versions(tenant: string, kind: BlockKind, id: string): Promise<readonly BlockVersionRow[]> {
    const where = [...equal('kind', kind), ...equal('id', id)];
    const sort = [{ field: 'version', direction: 'desc' }] as const;
    return (await this.readModels.find(blockVersions, { tenant, where, sort, limit: MAX_VERSIONS })).items;
  }
}
