import type { DistanceZoneUnit } from './zone-unit.js';

/** The mean radius of the earth (IUGG), in kilometres. */
const EARTH_RADIUS_KM = 6371.0088;

/** A place as a point on the unit sphere: then a distance is a dot product, with no trigonometry per record. */
interface Point {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

interface Band {
  /** Square of the straight line through the earth that belongs to the band's end, on the unit sphere. */
  readonly chordSquared: number;
  readonly zone: string;
}

/**
 * The band of the great-circle distance between two places. Distances are no money: they choose a price, and doubles
 * (exact to less than a millimetre) are enough and the same on every machine.
 */
export class PlaceDistances {
  private readonly points = new Map<string, Point>();
  private readonly bands: readonly Band[];

  constructor(unit: DistanceZoneUnit) {
    for (const { name, latitude, longitude } of unit.places) {
      this.points.set(name, pointOf(Number(latitude), Number(longitude)));
    }
    this.bands = unit.bands.map(({ upTo, zone }) => ({
      chordSquared: upTo === undefined ? Infinity : chordSquared(Number(upTo)),
      zone,
    }));
  }

  /** Undefined when one of the places is not known. */
  zoneBetween(from: string, to: string): string | undefined {
    const a = this.points.get(from);
    const b = this.points.get(to);
    if (a === undefined || b === undefined) return undefined;
    const squared = (a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2;
    for (const band of this.bands) if (squared <= band.chordSquared) return band.zone;
    return undefined;
  }
}

function pointOf(latitude: number, longitude: number): Point {
  const phi = (latitude * Math.PI) / 180;
  const lambda = (longitude * Math.PI) / 180;
  return { x: Math.cos(phi) * Math.cos(lambda), y: Math.cos(phi) * Math.sin(lambda), z: Math.sin(phi) };
}

/** Beyond half way round the earth every place is near enough. */
function chordSquared(distanceKm: number): number {
  const half = distanceKm / (2 * EARTH_RADIUS_KM);
  return half >= Math.PI / 2 ? Infinity : (2 * Math.sin(half)) ** 2;
}
