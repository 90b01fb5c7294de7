import { balanceIn, type BalanceLedger, type CycleBalances } from './balance-ledger.js';
import type { RatedCarry } from './events.js';

const ALLOWANCES = 'allowance/';

/** The start of the billing cycle an instant belongs to. */
export interface CycleStarts {
  startAt(at: number): number;
}

type Place = readonly [holder: string, period: number];

/** The balances of one record that are kept otherwise than with its subscription in its billing cycle. */
export interface ElsewhereBalances {
  /** Undefined for the usual. */
  placeOf(key: string): Place | undefined;
  endOf(key: string): number | null;
  earlierPlaceOf(key: string): Place | undefined;
  /** Whether a resource has rules of its own, wherever they lead. */
  keeps(key: string): boolean;
  /** Of keys that have a place. */
  get(key: string): bigint | undefined;
  /** Of keys that it keeps. */
  earlier(key: string): bigint | undefined;
  /** Everything that those hold whom the record belongs to. */
  keys(): Iterable<string>;
  isValid(allowance: string): boolean;
  expiryOf(allowance: string): number;
  carryOver(allowance: string, granted: bigint): readonly RatedCarry[];
  takeCarried(): readonly RatedCarry[];
  commit(place: Place, key: string, value: bigint): void;
  commitCarried(): void;
}

/**
 * The balances one record sees while it is rated: those of its subscription in its billing cycle, and what is kept
 * elsewhere. Changes are kept apart until the whole line is charged, so that a line that fails moves nothing.
 */
export class BalanceDraft {
  private holder = '';
  private cycle = 0;
  private cycles: CycleStarts | undefined;
  private others: ElsewhereBalances | undefined;
  /** Found once for all that one record asks. */
  private balances: CycleBalances | undefined;
  private readonly keys: string[] = [];
  private readonly values: bigint[] = [];

  constructor(private ledger: BalanceLedger) {}

  /** @param elsewhere where the price names resources that are kept otherwise. */
  start(
    ledger: BalanceLedger,
    holder: string,
    cycle: number,
    cycles: CycleStarts,
    elsewhere?: ElsewhereBalances,
  ): void {
    this.ledger = ledger;
    this.holder = holder;
    this.cycle = cycle;
    this.cycles = cycles;
    this.others = elsewhere;
    this.balances = ledger.cycleOf(holder, cycle);
    this.keys.length = 0;
    this.values.length = 0;
  }

  get elsewhere(): ElsewhereBalances | undefined {
    return this.others;
  }

  get(key: string): bigint | undefined {
    const index = this.keys.indexOf(key);
    if (index >= 0) return this.values[index];
    const { others } = this;
    return others?.placeOf(key) === undefined ? balanceIn(this.balances, key) : others.get(key);
  }

  set(key: string, value: bigint): void {
    const index = this.keys.indexOf(key);
    if (index >= 0) {
      this.values[index] = value;
      return;
    }
    this.keys.push(key);
    this.values.push(value);
  }

  /** As the period before left it. */
  earlier(key: string): bigint | undefined {
    if (this.cycles === undefined) return undefined;
    if (this.others?.keeps(key) === true) return this.others.earlier(key);
    return balanceIn(this.ledger.cycleOf(this.holder, this.cycles.startAt(this.cycle - 1)), key);
  }

  /** In the latest cycle that has it, up to this one. */
  latest(key: string): bigint | undefined {
    return this.get(key) ?? this.ledger.latestBefore(this.holder, this.cycle, key);
  }

  /** Names of the allowances there are, in the order they were granted. */
  allowances(): readonly string[] {
    const granted = this.balances?.keys ?? [];
    const own = [...granted, ...this.keys.filter((key) => !granted.includes(key))];
    if (this.others === undefined) return own.flatMap(namesOfAllowances);
    const keys = new Set([...own, ...this.others.keys()]);
    return [...keys].filter((key) => this.get(key) !== undefined).flatMap(namesOfAllowances);
  }

  commit(): void {
    const { others } = this;
    others?.commitCarried();
    for (let index = 0; index < this.keys.length; index += 1) {
      const key = this.keys[index] ?? '';
      const value = this.values[index] ?? 0n;
      const place = others?.placeOf(key);
      if (place === undefined) this.ledger.setIn((this.balances ??= this.open()), key, value);
      else others?.commit(place, key, value);
    }
  }

  /** What is kept elsewhere may have opened it just now: a period of its own can begin with the cycle. */
  private open(): CycleBalances {
    return this.ledger.cycleOf(this.holder, this.cycle) ?? this.ledger.open(this.holder, this.cycle);
  }
}

function namesOfAllowances(key: string): readonly string[] {
  return key.startsWith(ALLOWANCES) ? [key.slice(ALLOWANCES.length)] : [];
}
