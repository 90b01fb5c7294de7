import { RecordedCommand } from '../../../../shared/command-log/recorded-command.js';
import type { BlockDefinition, BlockKind } from '../../domain/building-blocks/building-block.js';
import type { SealedPrefixes } from './prefix-evidence.js';

export interface BlockAnswer {
  readonly id: string;
  readonly version: number;
}

/** Define a building block, replace it, or put it whether it is there or not. */
export class DefineBuildingBlock extends RecordedCommand<BlockAnswer> {
  readonly name = 'DefineBuildingBlock';

  constructor(
    readonly payload: {
      readonly kind: BlockKind;
      readonly id: string;
      readonly mode: 'CREATE' | 'REPLACE' | 'PUT';
      /** Read and found right in itself. */
      readonly definition: BlockDefinition;
      /** The prefixes of a zone unit, which the definition then does not repeat: too many for a command. */
      readonly prefixes?: SealedPrefixes;
      /** Epoch ms. */
      readonly effectiveFrom?: number;
      readonly expectedVersion?: number;
      readonly reason: string;
    },
  ) {
    super();
  }
}

/** Remove a building block that nothing names. */
export class RemoveBuildingBlock extends RecordedCommand<BlockAnswer> {
  readonly name = 'RemoveBuildingBlock';

  constructor(
    readonly payload: {
      readonly kind: BlockKind;
      readonly id: string;
      readonly expectedVersion?: number;
      readonly reason: string;
    },
  ) {
    super();
  }
}
