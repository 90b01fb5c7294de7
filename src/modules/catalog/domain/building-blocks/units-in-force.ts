import type { BlockBook } from './block-book.js';
import type { BlockFact } from './block-events.js';
import type { PriceUnits } from '../pricing/compiled/price-units.js';
import type { Accumulator, Allowance, BlockKind } from './building-block.js';
import { compileTimeUnit, type CompiledTimeUnit } from './compiled-time-unit.js';
import { compileZoneUnit, type CompiledZoneUnit } from './compiled-zone-unit.js';
import type { RateUnit } from './rate-unit.js';
import { SHARING_PROPERTY, TIME_ZONE_PROPERTY } from './system-properties.js';

/** What a price may name, and what those blocks are made with. */
const KINDS: readonly BlockKind[] = [
  'ZONE_UNIT',
  'TIME_UNIT',
  'RATE_UNIT',
  'ALLOWANCE',
  'ACCUMULATOR',
  'SYSTEM_PROPERTY',
];

/** What prices may name at one time, by id. */
export interface PriceBlocks {
  zoneUnit(id: string): CompiledZoneUnit | undefined;
  timeUnit(id: string): CompiledTimeUnit | undefined;
  rateUnit(id: string): RateUnit | undefined;
  allowance(id: string): Allowance | undefined;
  accumulator(id: string): Accumulator | undefined;
  /** Undefined as long as every balance is a subscription's in a billing cycle. */
  readonly elsewhere: PriceUnits['elsewhere'];
}

interface Epoch {
  readonly from: number;
  readonly to: number;
  readonly units: PriceBlocks;
}

/**
 * The building blocks in force by usage time, made ready for prices. Between two starts of versions nothing changes, so
 * the answer is the same object: it may key a compiled price.
 *
 *     zone unit      |-- version 1 --|------- version 2 -------
 *     time unit      |------------- version 1 -------|-- v2 ---
 *     units          |---- one ------|----- two -----|- three -
 */
export class UnitsInForce {
  private epochs: Epoch[] = [];
  private readonly zones = new WeakMap<BlockFact, CompiledZoneUnit>();
  private readonly times = new WeakMap<BlockFact, Map<string, CompiledTimeUnit>>();

  constructor(private readonly blocks: BlockBook) {}

  /** To be called when a block was changed: what was answered before may no longer be right. */
  changed(): void {
    this.epochs = [];
  }

  at(instant: number): PriceBlocks {
    for (const epoch of this.epochs) if (instant >= epoch.from && instant < epoch.to) return epoch.units;
    const starts = this.blocks.starts(KINDS);
    const epoch: Epoch = {
      from: Math.max(-Infinity, ...starts.filter((start) => start <= instant)),
      to: Math.min(Infinity, ...starts.filter((start) => start > instant)),
      units: this.unitsAt(instant),
    };
    this.epochs.push(epoch);
    return epoch.units;
  }

  private unitsAt(at: number): PriceBlocks {
    const { blocks } = this;
    return {
      zoneUnit: (id) => this.zoneUnit(blocks.factAt('ZONE_UNIT', id, at)),
      timeUnit: (id) => this.timeUnit(blocks.factAt('TIME_UNIT', id, at), at),
      rateUnit: (id) => blocks.at('RATE_UNIT', id, at),
      allowance: (id) => blocks.at('ALLOWANCE', id, at),
      accumulator: (id) => blocks.at('ACCUMULATOR', id, at),
      elsewhere: this.elsewhereAt(at),
    };
  }

  private elsewhereAt(at: number): PriceUnits['elsewhere'] {
    const sharedByDefault = this.blocks.at('SYSTEM_PROPERTY', SHARING_PROPERTY, at)?.value === true;
    if (!sharedByDefault && !this.isAnyKeptElsewhere(at)) return undefined;
    return { timeZone: this.timeZoneAt(at), sharedByDefault };
  }

  private isAnyKeptElsewhere(at: number): boolean {
    const ids = (kind: BlockKind) => new Set([...this.blocks.versions(kind)].map(({ id }) => id));
    const allowances = [...ids('ALLOWANCE')].map((id) => this.blocks.at('ALLOWANCE', id, at));
    const accumulators = [...ids('ACCUMULATOR')].map((id) => this.blocks.at('ACCUMULATOR', id, at));
    const isShared = (scope: string | undefined): boolean => scope !== undefined && scope !== 'SUBSCRIPTION';
    return (
      allowances.some(
        (one) => isShared(one?.scope) || one?.rollover !== undefined || (one?.validity.type ?? 'CYCLE') !== 'CYCLE',
      ) || accumulators.some((one) => isShared(one?.scope) || (one?.reset.type ?? 'CYCLE') !== 'CYCLE')
    );
  }

  private timeZoneAt(at: number): string {
    return String(this.blocks.at('SYSTEM_PROPERTY', TIME_ZONE_PROPERTY, at)?.value ?? 'UTC');
  }

  private zoneUnit(fact: BlockFact | undefined): CompiledZoneUnit | undefined {
    if (fact === undefined) return undefined;
    let compiled = this.zones.get(fact);
    if (compiled === undefined) {
      const { definition } = fact;
      if (!('prefixes' in definition || 'bands' in definition)) return undefined;
      compiled = compileZoneUnit(definition);
      this.zones.set(fact, compiled);
    }
    return compiled;
  }

  private timeUnit(fact: BlockFact | undefined, at: number): CompiledTimeUnit | undefined {
    if (fact === undefined || !('holidays' in fact.definition)) return undefined;
    const zone = this.timeZoneAt(at);
    const byZone = this.times.get(fact) ?? new Map<string, CompiledTimeUnit>();
    this.times.set(fact, byZone);
    let compiled = byZone.get(zone);
    if (compiled === undefined) byZone.set(zone, (compiled = compileTimeUnit(fact.definition, zone)));
    return compiled;
  }
}
