import type { Decider } from '../../../../shared/kernel/decider.js';
import { refuse, type FieldError, type Refused } from '../../../../shared/kernel/refusal.js';
import { definedEvent, factOf, type BlockEvent, type BlockFact } from './block-events.js';
import { BLOCK_WORDS, type BlockDefinition, type BlockKind } from './building-block.js';

export interface BlockState {
  /** 0 before it was ever defined. */
  readonly version: number;
  /** Undefined before it is defined and after it is removed. */
  readonly latest: BlockFact | undefined;
}

interface ToOneBlock {
  readonly kind: BlockKind;
  readonly id: string;
  readonly reason: string;
  /** The version the caller saw last (If-Match); absent: whatever it is. */
  readonly expectedVersion?: number;
}

export interface DefineBlock extends ToOneBlock {
  /** CREATE what is not there, REPLACE what is, PUT either. */
  readonly mode: 'CREATE' | 'REPLACE' | 'PUT';
  /** Read and found right in itself. */
  readonly definition: BlockDefinition;
  /** Epoch ms; absent: for ever of the first version, from now on of a later one. */
  readonly effectiveFrom?: number;
  readonly now: number;
  /** What the definition names and is not there, and what is named of it and would be gone. */
  readonly contradictions: readonly FieldError[];
}

export interface RemoveBlock extends ToOneBlock {
  /** What names it, in words. */
  readonly usedBy: readonly string[];
}

export type BlockCommand =
  { readonly type: 'DEFINE'; readonly data: DefineBlock } | { readonly type: 'REMOVE'; readonly data: RemoveBlock };

/** Names shown of what uses a building block. */
const SHOWN = 5;

/**
 * One building block of whatever kind:
 *
 *     absent --define--> version 1 --replace--> version 2 --remove--> absent, version 3 --define--> version 4
 */
export const buildingBlockDecider: Decider<BlockState, BlockCommand, BlockEvent> = {
  initialState: { version: 0, latest: undefined },
  evolve: (_, event) => {
    if (event.type === 'BuildingBlockRemoved.v1') return { version: event.data.version, latest: undefined };
    const latest = factOf(event);
    return { version: latest.version, latest };
  },
  decide: (command, state) => {
    const stale = staleness(command.data, state);
    if (stale !== undefined) return stale;
    return command.type === 'DEFINE' ? define(command.data, state) : remove(command.data, state);
  },
};

function define(command: DefineBlock, { version, latest }: BlockState): readonly BlockEvent[] | Refused {
  const { kind, id, mode, definition, reason } = command;
  const { one, path } = BLOCK_WORDS[kind];
  if (mode === 'CREATE' && latest !== undefined) {
    return refuse(
      'catalog/building-block-exists',
      `There is a ${one} ${id} already: PUT /v1/${path}/${id} replaces it`,
      {
        facts: { kind, id, version },
      },
    );
  }
  if (mode === 'REPLACE' && latest === undefined) return notThere(kind, id);
  if (command.contradictions.length > 0) {
    return refuse('catalog/building-block-invalid', `The ${one} ${id} does not fit the rest: see each error`, {
      errors: command.contradictions,
    });
  }
  const effectiveFrom = command.effectiveFrom ?? (latest === undefined ? 0 : command.now);
  if (latest !== undefined && isSame(latest, definition, command.effectiveFrom)) return [];
  return [definedEvent({ kind, id, version: version + 1, effectiveFrom, definition, reason })];
}

function remove(command: RemoveBlock, { version, latest }: BlockState): readonly BlockEvent[] | Refused {
  const { kind, id, reason, usedBy } = command;
  if (latest === undefined) return notThere(kind, id);
  if (usedBy.length > 0) {
    const shown = usedBy.slice(0, SHOWN).join('; ');
    const more = usedBy.length > SHOWN ? ` and ${usedBy.length - SHOWN} more` : '';
    return refuse(
      'catalog/building-block-referenced',
      `The ${BLOCK_WORDS[kind].one} ${id} is in use by ${shown}${more}: what uses it must go first`,
      { facts: { kind, id, usedBy: usedBy.slice(0, 100) } },
    );
  }
  return [{ type: 'BuildingBlockRemoved.v1', data: { kind, id, version: version + 1, reason } }];
}

/** The same again changes nothing: neither what holds nor since when. */
function isSame(latest: BlockFact, definition: BlockDefinition, effectiveFrom: number | undefined): boolean {
  return (
    (effectiveFrom === undefined || effectiveFrom === latest.effectiveFrom) &&
    JSON.stringify(latest.definition) === JSON.stringify(definition)
  );
}

function staleness({ kind, id, expectedVersion }: ToOneBlock, { version }: BlockState): Refused | undefined {
  if (expectedVersion === undefined || expectedVersion === version) return undefined;
  return refuse(
    'catalog/building-block-changed',
    `The ${BLOCK_WORDS[kind].one} ${id} is at version ${version}, not at ${expectedVersion}: read it again, then decide`,
    { facts: { kind, id, version } },
  );
}

function notThere(kind: BlockKind, id: string): Refused {
  const { one, path } = BLOCK_WORDS[kind];
  return refuse('catalog/building-block-not-found', `There is no ${one} ${id}: GET /v1/${path} lists them`, {
    facts: { kind, id },
  });
}
