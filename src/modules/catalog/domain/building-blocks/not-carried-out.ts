import type { FieldError } from '../../../../shared/kernel/refusal.js';
import type { BlockDefinition, BlockKind, BuildingBlocks } from './building-block.js';

type Refusing = {
  readonly [Kind in BlockKind]?: (definition: BuildingBlocks[Kind]) => readonly (FieldError | false)[];
};

const BY_CYCLE = 'balances are kept by billing cycle, and none is carried on to the next';

/**
 * What a definition may say and nothing reads yet: refused by name, so that nobody believes it is done. The list shrinks
 * as balances grow; the definitions do not change.
 */
const OF_KIND: Refusing = {
  ALLOWANCE: ({ validity, rollover }) => [
    validity.type !== 'CYCLE' && refusal('validity.type', validity.type, BY_CYCLE),
    rollover !== undefined && refusal('rollover', 'Rollover', BY_CYCLE),
  ],
  ACCUMULATOR: ({ reset, accumulateQuantity }) => [
    reset.type !== 'CYCLE' && refusal('reset.type', reset.type, BY_CYCLE),
    !accumulateQuantity && refusal('accumulateQuantity', 'A total of amounts', 'accumulators add up quantities alone'),
  ],
  SYSTEM_PROPERTY: ({ name, value }) => [
    name === 'shareAcrossMasterPlanInstances' &&
      value === true &&
      refusal('value', name, 'balances belong to one subscription'),
  ],
};

export function notCarriedOut<Kind extends BlockKind>(
  kind: Kind,
  definition: BlockDefinition<Kind>,
): readonly FieldError[] {
  return (OF_KIND[kind]?.(definition) ?? []).filter((error) => error !== false);
}

function refusal(path: string, what: string, why: string): FieldError {
  return { path, message: `${what} is not carried out by this version: ${why}` };
}
