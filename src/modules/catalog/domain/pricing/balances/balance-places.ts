import type { Before, Impact } from '../charging/charged.js';
import type { CompiledCharge } from '../compiled/compile-charge.js';
import type { Line } from '../charging/line.js';
import type { KeptElsewhere } from '../charging/priced-usage.js';
import { accumulatorKey, allowanceKey, EARLIER, type ResourceKey } from './resource-keys.js';

type BalancePlace = NonNullable<Before['elsewhere']>[string];

const FOUND_NOTHING: Before = { accumulator: null, allowances: {} };

/** Whether `withPlaces` has anything to say: nearly always it has not. */
export function hasPlaces({ balances }: Line, { amounts }: CompiledCharge): boolean {
  return amounts.length > 0 || balances.elsewhere !== undefined;
}

/**
 * Adds to what was found where it was found, as far as that is not the subscription in the billing cycle: the row then
 * says itself which balances it moved, whatever is said of its resources later.
 */
export function withPlaces(
  { balances: { elsewhere } }: Line,
  charges: readonly CompiledCharge[],
  impacts: readonly Impact[],
  before: Before | null,
): Before | null {
  const ofAmounts = charges.some(({ amounts }) => amounts.length > 0);
  if (elsewhere === undefined && !ofAmounts) return before;
  const carried = elsewhere?.takeCarried() ?? [];
  const granted = elsewhere?.takeGranted() ?? {};
  const places = elsewhere === undefined ? {} : placesOf(elsewhere, charges, impacts, before);
  const notValid = elsewhere === undefined ? [] : notValidOf(elsewhere, charges);
  const amounts = [...new Set(charges.flatMap((charge) => charge.amounts))];
  const asUsual = Object.keys(places).length === 0 && Object.keys(granted).length === 0;
  const nothing = carried.length === 0 && asUsual && notValid.length === 0;
  if (nothing && !ofAmounts) return before;
  return {
    ...(before ?? FOUND_NOTHING),
    ...(Object.keys(places).length === 0 ? {} : { elsewhere: places }),
    ...(carried.length === 0 ? {} : { carried }),
    ...(Object.keys(granted).length === 0 ? {} : { granted }),
    ...(notValid.length === 0 ? {} : { notValid }),
    ...(ofAmounts ? { amounts } : {}),
  };
}

function placesOf(
  elsewhere: KeptElsewhere,
  charges: readonly CompiledCharge[],
  impacts: readonly Impact[],
  before: Before | null,
): Record<string, BalancePlace> {
  const places: Record<string, BalancePlace> = {};
  for (const key of keysOf(charges, impacts, before)) {
    const place = elsewhere.placeOf(key);
    if (place !== undefined) places[key] = [...place, elsewhere.endOf(key)];
  }
  for (const { position } of charges) {
    const place = position.by === 'EARLIER_PERIOD' ? elsewhere.earlierPlaceOf(position.key) : undefined;
    if (position.by === 'EARLIER_PERIOD' && place !== undefined) places[EARLIER + position.key] = place;
  }
  return places;
}

/** Every balance that was looked at or moved. */
function* keysOf(
  charges: readonly CompiledCharge[],
  impacts: readonly Impact[],
  before: Before | null,
): Iterable<ResourceKey> {
  for (const { position } of charges) if (position.by === 'BALANCE' || position.by === 'VOLUME') yield position.key;
  for (const name of Object.keys(before?.allowances ?? {})) yield allowanceKey(name);
  for (const [offerType, resource] of impacts) {
    if (offerType === 'ALLOWANCE') yield allowanceKey(resource);
    else if (offerType === 'ACCUMULATOR') yield accumulatorKey(resource);
  }
}

function notValidOf(elsewhere: KeptElsewhere, charges: readonly CompiledCharge[]): readonly string[] {
  const names = charges.flatMap(({ allowances, anyMatching }) =>
    anyMatching ? [] : allowances.map(({ name }) => name),
  );
  return [...new Set(names)].filter((name) => !elsewhere.isValid(name));
}
