import type { FieldError } from '../../../../shared/kernel/refusal.js';
import type { CatalogBook } from '../catalog-book.js';
import type { Pricing } from '../pricing/language/pricing.js';
import type { BlockFact } from './block-events.js';
import { referencesOfBlock, referencesOfPrice, type BlockReference } from './block-references.js';
import { BLOCK_KINDS, BLOCK_WORDS, type BlockDefinition, type BlockKind } from './building-block.js';
import { accumulatorsInPrices, checkAccumulators } from './check-accumulators.js';
import { checkMultiRate } from './check-multi-rate.js';
import { TIME_ZONE_PROPERTY } from './system-properties.js';
import { timeNamesOf } from './time-unit.js';
import { zonesOf } from './zone-unit.js';

interface Use {
  readonly reference: BlockReference;
  /** Who names it: `version 2 of the price of X`. */
  readonly by: string;
}

/** What a price names and the catalog does not have, or has otherwise, each with its path in the price. */
export function missingOfPrice(book: CatalogBook, pricing: Pricing): readonly FieldError[] {
  return [
    ...missing(book, referencesOfPrice(pricing)),
    ...checkMultiRate(book.blocks, pricing),
    ...checkAccumulators(book, pricing),
  ];
}

/**
 * What stands against a definition: what it names and is not there, what others name of it and would be gone, and an id
 * that means something else already.
 */
export function contradictionsOf<Kind extends BlockKind>(
  book: CatalogBook,
  kind: Kind,
  id: string,
  definition: BlockDefinition<Kind>,
): readonly FieldError[] {
  return [
    ...missing(book, referencesOfBlock(kind, id, definition)),
    ...lostMembers(book, kind, id, definition),
    ...takenIds(book, kind, id),
    ...accumulatorsInPrices(book, kind, id, definition),
  ];
}

/** Everything that names a building block, in words. */
export function usersOf(book: CatalogBook, kind: BlockKind, id: string): readonly string[] {
  const used = [...uses(book)].filter(({ reference }) => reference.kind === kind && reference.id === id);
  return [...new Set([...used.map(({ by }) => by), ...book.feedUsersOf(kind, id)])];
}

/** The definitions and prices of every time: usage may still come for any of them. */
function* uses(book: CatalogBook): Iterable<Use> {
  for (const kind of BLOCK_KINDS) {
    for (const fact of book.blocks.versions(kind)) {
      for (const reference of referencesOfBlock(kind, fact.id, fact.definition)) yield { reference, by: nameOf(fact) };
    }
  }
  for (const { priceOfferId, version, pricing } of book.prices()) {
    const by = `version ${version} of the price of ${priceOfferId}`;
    for (const reference of referencesOfPrice(pricing)) yield { reference, by };
  }
}

function missing(book: CatalogBook, references: readonly BlockReference[]): FieldError[] {
  return references.flatMap(({ kind, id, member, path, required }) => {
    if (!required) return [];
    if (!book.hasBlock(kind, id)) return [{ path, message: absence(kind, id) }];
    const known = membersOf(kind, book.blocks.latest(kind, id));
    if (member === undefined || known === undefined || known.includes(member)) return [];
    const shown = known.slice(0, 10).join(', ');
    return [{ path, message: `${BLOCK_WORDS[kind].one} ${id} has no ${member}: it has ${shown}` }];
  });
}

function absence(kind: BlockKind, id: string): string {
  const { one, path } = BLOCK_WORDS[kind];
  if (kind === 'SYSTEM_PROPERTY' && id === TIME_ZONE_PROPERTY) {
    return 'needs the zone of the tenant: set it with PUT /v1/system-properties/timeZone first';
  }
  return `there is no ${one} ${id}: define it with POST /v1/${path} first`;
}

/** Zones and times that a price selects by must stay. */
function lostMembers(book: CatalogBook, kind: BlockKind, id: string, definition: BlockDefinition): FieldError[] {
  const members = membersOf(kind, definition);
  if (members === undefined) return [];
  const found = new Map<string, FieldError>();
  for (const { reference, by } of uses(book)) {
    const { member } = reference;
    if (reference.kind !== kind || reference.id !== id || member === undefined || members.includes(member)) continue;
    found.set(member, { path: 'rows', message: `must still have ${member}: ${by} selects by it` });
  }
  return [...found.values()];
}

function membersOf(kind: BlockKind, definition: BlockDefinition | undefined): readonly string[] | undefined {
  if (definition === undefined) return undefined;
  if (kind === 'TIME_UNIT' && 'holidays' in definition) return timeNamesOf(definition);
  if (kind === 'ZONE_UNIT' && ('prefixes' in definition || 'bands' in definition)) return zonesOf(definition);
  return undefined;
}

/** A new rate unit must not change what an earlier price measures, and the feed's usage types are not ours. */
function takenIds(book: CatalogBook, kind: BlockKind, id: string): FieldError[] {
  if (kind === 'RATE_UNIT' && !book.blocks.has(kind, id)) {
    const [first] = usersOf(book, kind, id);
    if (first !== undefined) {
      return [{ path: 'id', message: `must be another one: ${first} measures a quantity of records called ${id}` }];
    }
  }
  if (
    (kind === 'USAGE_TYPE' && book.isFromFeed('usageType', id)) ||
    (kind === 'BILLABLE_SERVICE' && book.isFromFeed('service', id))
  ) {
    return [
      { path: 'id', message: `${id} comes from the catalog feed and is changed there; an own one needs another id` },
    ];
  }
  return [];
}

function nameOf({ kind, id, version }: BlockFact): string {
  return `version ${version} of ${BLOCK_WORDS[kind].one} ${id}`;
}
