import { PlaceDistances } from './place-distances.js';
import { PrefixTree } from './prefix-tree.js';
import type { ZoneUnit } from './zone-unit.js';

/** A zone unit, made ready once for every record of its time. */
export interface CompiledZoneUnit {
  /** The attributes of the record whose values `zoneOf` takes, in this order: one for prefixes, two for distances. */
  readonly attributes: readonly string[];
  /** The zone; undefined when no prefix fits or a place is not known. Answers the same string object for the same zone. */
  zoneOf(value: string, other?: string): string | undefined;
}

export function compileZoneUnit(unit: ZoneUnit): CompiledZoneUnit {
  if (unit.kind === 'PREFIX') {
    const tree = new PrefixTree(unit.prefixes, unit.zones);
    return { attributes: [unit.attribute], zoneOf: (value) => tree.find(value) };
  }
  const distances = new PlaceDistances(unit);
  return {
    attributes: [unit.from, unit.to],
    zoneOf: (value, other) => (other === undefined ? undefined : distances.zoneBetween(value, other)),
  };
}
