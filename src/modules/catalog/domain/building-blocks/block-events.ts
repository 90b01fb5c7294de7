import type { EventDefinition } from '../../../../shared/kernel/event-definition.js';
import type { DomainEvent } from '../../../../shared/kernel/event.js';
import type { BlockDefinition, BlockKind } from './building-block.js';

interface BlockVersion {
  readonly id: string;
  /** From 1, one more with every event of the stream. */
  readonly version: number;
  /** Epoch ms, inclusive: of usage time for what usage is rated with. */
  readonly effectiveFrom: number;
  readonly reason: string;
}

/**
 * Stream `catalog-<tenant>.<kind>.<id>`: one building block. What it was before stands in the event before, so an event
 * and its predecessor are the before and after of a change.
 */
export type BuildingBlockDefined = DomainEvent<
  'BuildingBlockDefined.v1',
  BlockVersion & { readonly kind: BlockKind; readonly definition: BlockDefinition }
>;
/** A zone unit of prefixes: a hundred thousand of them fit into an event as columns, and would not as objects. */
export type ZonePrefixesDefined = DomainEvent<
  'ZonePrefixesDefined.v1',
  {
    readonly head: BlockVersion & { readonly name: string; readonly attribute: string };
    readonly columns: { readonly prefix: readonly string[]; readonly zone: readonly string[] };
  }
>;
/** Nothing names it any more, and nothing may from here on; the id is free to be defined again. */
export type BuildingBlockRemoved = DomainEvent<
  'BuildingBlockRemoved.v1',
  { readonly kind: BlockKind; readonly id: string; readonly version: number; readonly reason: string }
>;

export type BlockEvent = BuildingBlockDefined | ZonePrefixesDefined | BuildingBlockRemoved;

export const blockEvents: readonly EventDefinition[] = [
  { type: 'BuildingBlockDefined.v1', encoding: 'json' },
  { type: 'ZonePrefixesDefined.v1', encoding: 'chunk' },
  { type: 'BuildingBlockRemoved.v1', encoding: 'json' },
];

/** A version of a building block, however its event was spelled. */
export interface BlockFact extends BlockVersion {
  readonly kind: BlockKind;
  readonly definition: BlockDefinition;
}

/** The event of a version: prefixes as columns, everything else as it stands. */
export function definedEvent(fact: BlockFact): BuildingBlockDefined | ZonePrefixesDefined {
  const { kind, definition, ...version } = fact;
  if (!('prefixes' in definition)) return { type: 'BuildingBlockDefined.v1', data: { ...version, kind, definition } };
  const { name, attribute, prefixes, zones } = definition;
  const head = { ...version, name, attribute };
  return { type: 'ZonePrefixesDefined.v1', data: { head, columns: { prefix: prefixes, zone: zones } } };
}

export function factOf(event: BuildingBlockDefined | ZonePrefixesDefined): BlockFact {
  if (event.type === 'BuildingBlockDefined.v1') return event.data;
  const { head, columns } = event.data;
  const { name, attribute, ...version } = head;
  const { prefix: prefixes, zone: zones } = columns;
  return { ...version, kind: 'ZONE_UNIT', definition: { name, kind: 'PREFIX', attribute, prefixes, zones } };
}
