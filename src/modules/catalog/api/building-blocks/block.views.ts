import { instantToString } from '../../../../shared/kernel/clock.js';
import type { BlockVersionRow, BuildingBlockRow } from '../../projections/building-blocks.collections.js';
import type { BlockVersionDto } from './block.dtos.js';

/** The members of its definition and what is known about it, side by side. */
export function blockView(row: BuildingBlockRow): Record<string, unknown> {
  const { id, source, version, effectiveFrom, definedAt, definedBy, definition } = row;
  return {
    ...definition,
    id,
    source,
    version,
    effectiveFrom: instantToString(effectiveFrom),
    definedAt: instantToString(definedAt),
    definedBy,
  };
}

export function blockVersionView(row: BlockVersionRow): BlockVersionDto {
  const { version, action, effectiveFrom, definition, reason, actor, commandId, at } = row;
  return {
    version,
    action,
    effectiveFrom: effectiveFrom === null ? null : instantToString(effectiveFrom),
    definition,
    reason,
    actor,
    commandId,
    at: instantToString(at),
  };
}
