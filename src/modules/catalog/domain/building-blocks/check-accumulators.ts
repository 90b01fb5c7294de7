import type { FieldError } from '../../../../shared/kernel/refusal.js';
import type { CatalogBook } from '../catalog-book.js';
import type { Pricing } from '../pricing/language/pricing.js';
import type { Accumulator, BlockDefinition, BlockKind } from './building-block.js';
import { SHARING_PROPERTY } from './system-properties.js';

/** What a price cannot do with the accumulators it names, each with its path in the price. */
export function checkAccumulators(book: CatalogBook, pricing: Pricing): readonly FieldError[] {
  const isShared = sharesByDefault(book);
  return pricing.charges.flatMap((charge, index) =>
    namedBy(charge).flatMap((named) => {
      const versions = definitionsOf(book, named.id);
      const wrong = versions.map((one) => complaintOf(one, named, pricing.currency, isShared)).find(isText);
      return wrong === undefined ? [] : [{ path: `charges[${index}].${named.path}`, message: wrong }];
    }),
  );
}

/** What prices stand against a definition of an accumulator, or against sharing by default. */
export function accumulatorsInPrices<Kind extends BlockKind>(
  book: CatalogBook,
  kind: Kind,
  id: string,
  definition: BlockDefinition<Kind>,
): readonly FieldError[] {
  const isAccumulator = kind === 'ACCUMULATOR' && 'accumulateQuantity' in definition;
  const isSharing =
    kind === 'SYSTEM_PROPERTY' && id === SHARING_PROPERTY && 'value' in definition && definition.value === true;
  if (!isAccumulator && !isSharing) return [];
  for (const { priceOfferId, version, pricing } of book.prices()) {
    for (const named of pricing.charges.flatMap(namedBy)) {
      if (isAccumulator && named.id !== id) continue;
      const versions: readonly (Accumulator | undefined)[] = isAccumulator
        ? [definition]
        : definitionsOf(book, named.id);
      const isShared = isSharing || sharesByDefault(book);
      const wrong = versions.map((one) => complaintOf(one, named, pricing.currency, isShared)).find(isText);
      if (wrong === undefined) continue;
      const message = `version ${version} of the price of ${priceOfferId} stands against it: ${wrong}`;
      return [{ path: isSharing ? 'value' : 'id', message }];
    }
  }
  return [];
}

interface Named {
  readonly id: string;
  /** How tiers use it; undefined where it is only added to. */
  readonly by: string | undefined;
  readonly path: string;
}

function namedBy({ accumulators = [], tiers }: Pricing['charges'][number]): readonly Named[] {
  const added = accumulators.map((id, index) => ({ id, by: undefined, path: `accumulators[${index}]` }));
  if (tiers?.accumulator === undefined) return added;
  return [...added, { id: tiers.accumulator, by: tiers.by, path: 'tiers.accumulator' }];
}

/** A price may name one that nobody defined. */
function definitionsOf(book: CatalogBook, id: string): readonly (Accumulator | undefined)[] {
  const versions = book.blocks.versionsOf('ACCUMULATOR', id).map(({ definition }) => definition as Accumulator);
  return versions.length === 0 ? [undefined] : versions;
}

function complaintOf(
  definition: Accumulator | undefined,
  { id, by }: Named,
  currency: string,
  isShared: boolean,
): string | undefined {
  const { accumulateQuantity = true, unit = '', reset } = definition ?? {};
  if (!accumulateQuantity && unit !== currency)
    return `accumulator ${id} adds up amounts of ${unit}, not of ${currency}`;
  if (!accumulateQuantity && (by === 'BALANCE' || by === 'VOLUME')) {
    return `accumulator ${id} adds up amounts, and tiers by ${by} begin where a quantity stands: use one of quantities`;
  }
  if (by !== 'VOLUME') return undefined;
  const scope = definition?.scope ?? (isShared ? 'ACCOUNT' : 'SUBSCRIPTION');
  if (scope === 'SUBSCRIPTION' && (reset === undefined || reset.type === 'CYCLE')) return undefined;
  return (
    `VOLUME prices the billing cycle of one subscription as a whole: accumulator ${id} must have the scope SUBSCRIPTION ` +
    'and begin anew with every CYCLE'
  );
}

function sharesByDefault(book: CatalogBook): boolean {
  const versions = book.blocks.versionsOf('SYSTEM_PROPERTY', SHARING_PROPERTY);
  return versions.some(({ definition }) => 'value' in definition && definition.value === true);
}

function isText(value: string | undefined): value is string {
  return value !== undefined;
}
