import { ZoneClock } from '../../../../shared/kernel/zone-clock.js';
import { DayTables } from './day-tables.js';
import { RECORD_ZONE, TENANT_ZONE, timeNamesOf, type TimeUnit } from './time-unit.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Most records cross none. */
const NONE: readonly number[] = [];
/** Zones of records kept at most; then they are forgotten and made again. */
const MAX_CLOCKS = 1_000;

/** A time unit, made ready once for every record of its time. */
export class CompiledTimeUnit {
  /** The attribute of the record that says its zone; undefined when the zone is not the record's. */
  readonly attribute: string | undefined;
  private readonly names: readonly string[];
  private readonly tables: DayTables;
  private readonly own: ZoneClock | undefined;
  private readonly clocks = new Map<string, ZoneClock | undefined>();

  /** @param tenantZone the IANA zone that TENANT means. */
  constructor(unit: TimeUnit, tenantZone: string) {
    this.attribute = unit.zone === RECORD_ZONE ? unit.attribute : undefined;
    this.names = timeNamesOf(unit);
    this.tables = new DayTables(unit, this.names);
    this.own = unit.zone === RECORD_ZONE ? undefined : ZoneClock.of(unit.zone === TENANT_ZONE ? tenantZone : unit.zone);
  }

  /**
   * What time an instant is. The same string object for the same name.
   * @param recordZone what the record says in `attribute`; undefined is answered when it is needed and is no zone.
   */
  timeNameAt(instant: number, recordZone?: string): string | undefined {
    const clock = this.clockOf(recordZone);
    return clock === undefined ? undefined : this.names[this.indexAt(clock, instant)];
  }

  /**
   * The instants within (from, to) at which the name changes, ascending; across changes of the clock too.
   *
   *     PEAK      |08:00 ............ 20:00|            from 19:30 to 08:10 -> [20:00, 08:00]
   *     OFFPEAK                            |20:00 ...
   */
  boundariesBetween(from: number, to: number, recordZone?: string): readonly number[] {
    const clock = this.clockOf(recordZone);
    if (clock === undefined) return NONE;
    let boundaries: number[] | undefined;
    let name = this.indexAt(clock, from);
    for (let at = this.nextStop(clock, from); at < to; at = this.nextStop(clock, at)) {
      const next = this.indexAt(clock, at);
      if (next !== name) (boundaries ??= []).push(at);
      name = next;
    }
    return boundaries ?? NONE;
  }

  private indexAt(clock: ZoneClock, instant: number): number {
    const local = instant + clock.offsetAt(instant);
    const day = Math.floor(local / DAY_MS);
    return this.tables.nameAt(day, Math.floor((local - day * DAY_MS) / MINUTE_MS));
  }

  /** The next instant at which the name may change: a row begins or ends, the day does, or the clock is changed. */
  private nextStop(clock: ZoneClock, instant: number): number {
    const local = instant + clock.offsetAt(instant);
    const day = Math.floor(local / DAY_MS);
    const inDay = local - day * DAY_MS;
    const minute = this.tables.changeAfter(day, Math.floor(inDay / MINUTE_MS));
    return Math.min(instant + minute * MINUTE_MS - inDay, clock.steadyUntil(instant));
  }

  private clockOf(recordZone: string | undefined): ZoneClock | undefined {
    if (this.attribute === undefined) return this.own;
    if (recordZone === undefined) return undefined;
    const known = this.clocks.get(recordZone);
    if (known !== undefined || this.clocks.has(recordZone)) return known;
    if (this.clocks.size >= MAX_CLOCKS) this.clocks.clear();
    const clock = ZoneClock.of(recordZone);
    this.clocks.set(recordZone, clock);
    return clock;
  }
}

export function compileTimeUnit(unit: TimeUnit, tenantZone: string): CompiledTimeUnit {
  return new CompiledTimeUnit(unit, tenantZone);
}
