/**
 * A zone unit: from where a record goes where, as one word. Either by the longest prefix of one attribute of the record
 * (a number, a network code), or by the distance between two places that two attributes name.
 */
export type ZoneUnit = PrefixZoneUnit | DistanceZoneUnit;

export interface PrefixZoneUnit {
  readonly kind: 'PREFIX';
  /** The attribute of the record that is looked at, such as `calledNumber`. */
  readonly attribute: string;
  /** Prefixes and whole numbers in ascending order, each once: `44123*` is a prefix, `112` without a star is that number alone. */
  readonly prefixes: readonly string[];
  /** The zone of the prefix at the same place. */
  readonly zones: readonly string[];
}

export interface DistanceZoneUnit {
  readonly kind: 'DISTANCE';
  /** The attributes of the record that name the two places. */
  readonly from: string;
  readonly to: string;
  readonly places: readonly Place[];
  /** Ascending; a band is (before, upTo]; the last one has no `upTo`. */
  readonly bands: readonly DistanceBand[];
}

/** Degrees, as decimal text: `52.5200`, north and east positive. */
export interface Place {
  readonly name: string;
  readonly latitude: string;
  readonly longitude: string;
}

export interface DistanceBand {
  /** Kilometres along the earth's surface, as decimal text. */
  readonly upTo?: string;
  readonly zone: string;
}

/** Every zone that a unit can answer, in the order of its first mention. */
export function zonesOf(unit: ZoneUnit): readonly string[] {
  return [...new Set(unit.kind === 'PREFIX' ? unit.zones : unit.bands.map(({ zone }) => zone))];
}

/** What is shown of a unit of prefixes where all of them would be too many. */
export interface ZoneSummary {
  readonly kind: 'PREFIX';
  readonly attribute: string;
  readonly prefixCount: number;
  readonly zones: readonly string[];
}

export function summaryOf(unit: PrefixZoneUnit): ZoneSummary {
  return { kind: 'PREFIX', attribute: unit.attribute, prefixCount: unit.prefixes.length, zones: zonesOf(unit) };
}
