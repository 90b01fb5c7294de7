import { movesOf } from './balance-places.js';
import type { RatedBefore, RatedImpact, UsageBatchRated } from './events.js';
import { isOfOneTopUp } from './settle-row.js';

type Keys = readonly string[];

/**
 * One holder in one period: nearly always a subscription in a billing cycle. The list of keys is shared between all that
 * have the same ones, so that what is kept per subscription is an array of integers; one that names a top-up is a
 * holder's own. A list never changes: another takes its place.
 */
export interface CycleBalances {
  /** Start of the period; 0 for what never begins anew. */
  readonly cycle: number;
  keys: Keys;
  /** As long as `keys`, and no longer: a pushed-to array would take three times the memory. */
  values: bigint[];
  /** The cycle held before this one, for usage that comes late. */
  readonly older: CycleBalances | undefined;
}

/**
 * For a snapshot. A list of keys that many have is said once: at a million subscriptions and a year of closed cycles the
 * text of a partition would otherwise be longer than a text can be.
 */
export interface LedgerState {
  readonly shapes: readonly Keys[];
  /** Newest cycle first; `shape` is an index in `shapes`. */
  readonly holders: readonly (readonly [
    holder: string,
    cycles: readonly (readonly [cycle: number, shape: number, values: readonly string[]])[],
  ])[];
}

/**
 * The balances of one partition in memory, per holder x resource x period: a fold of the partition's stream and nothing
 * else. The holder is a subscription and the period its billing cycle, unless a row says otherwise (`before.elsewhere`).
 * A subscription whose price looks at no balance is not in it.
 */
export class BalanceLedger {
  private readonly holders = new Map<string, CycleBalances>();
  /** By a list of keys, the shared ones with a key more: the way to every list is the order of its keys. */
  private readonly longer = new WeakMap<Keys, Map<string, Keys>>();

  /**
   * @param base a ledger to begin with: what is done to this one leaves it as it is. A holder is taken over when it is
   * first looked at; `size` and `toJSON` know no others.
   */
  constructor(private readonly base?: BalanceLedger) {}

  /** How many subscriptions have a balance. */
  get size(): number {
    return this.holders.size;
  }

  get(holder: string, cycle: number, key: string): bigint | undefined {
    return balanceIn(this.cycleOf(holder, cycle), key);
  }

  set(holder: string, cycle: number, key: string, value: bigint): void {
    this.setIn(this.cycleOf(holder, cycle) ?? this.open(holder, cycle), key, value);
  }

  /** Of balances that this ledger holds. */
  setIn(balances: CycleBalances, key: string, value: bigint): void {
    const index = indexIn(balances.keys, key);
    if (index >= 0) {
      balances.values[index] = value;
      return;
    }
    balances.keys = this.withKey(balances.keys, key);
    balances.values = balances.values.concat(value);
  }

  /** As if it had never been: what was granted, or read of a meter, by nobody any more. */
  drop(holder: string, cycle: number, key: string): void {
    const balances = this.cycleOf(holder, cycle);
    const index = balances === undefined ? -1 : indexIn(balances.keys, key);
    if (balances === undefined || index < 0) return;
    balances.keys = this.listOf(balances.keys.filter((_, at) => at !== index));
    balances.values = balances.values.filter((_, at) => at !== index);
  }

  add(holder: string, cycle: number, key: string, change: bigint): void {
    this.set(holder, cycle, key, (this.get(holder, cycle, key) ?? 0n) + change);
  }

  /** Folds the monetized rows of a rated event: a balance is the sum of the impacts on it. */
  fold({ head, columns }: UsageBatchRated['data']): void {
    const { account, subscription, cycle, impacts } = columns;
    const before = head.elsewhere === false ? undefined : columns.before;
    for (let row = 0; row < impacts.length; row += 1) {
      const found = before?.[row] ?? null;
      this.foldImpacts(account[row] ?? '', subscription[row] ?? '', cycle[row] ?? 0, impacts[row] ?? [], 'MADE', found);
    }
  }

  /**
   * Folds the impacts of one row; `REVERSED`, they are taken back.
   * @param before of the row: it says where its balances are.
   */
  foldImpacts(
    account: string,
    subscription: string,
    cycle: number,
    impacts: readonly RatedImpact[],
    how: 'MADE' | 'REVERSED' = 'MADE',
    before: RatedBefore | null = null,
  ): void {
    for (const { holder, period, key, change } of movesOf(account, { subscription, cycle, impacts, before })) {
      this.add(holder, period, key, how === 'MADE' ? change : -change);
    }
  }

  toJSON(): LedgerState {
    const numbers = new Map<Keys, number>();
    const holders = [...this.holders].map(([holder, newest]) => {
      const cycles: (readonly [number, number, readonly string[]])[] = [];
      for (let at: CycleBalances | undefined = newest; at !== undefined; at = at.older) {
        let shape = numbers.get(at.keys);
        if (shape === undefined) numbers.set(at.keys, (shape = numbers.size));
        cycles.push([at.cycle, shape, at.values.map(String)]);
      }
      return [holder, cycles] as const;
    });
    return { shapes: [...numbers.keys()], holders };
  }

  static fromJSON({ shapes, holders }: LedgerState): BalanceLedger {
    const ledger = new BalanceLedger();
    const known = shapes.map((keys) => ledger.listOf(keys));
    for (const [holder, cycles] of holders) {
      let older: CycleBalances | undefined;
      for (const [cycle, shape, values] of [...cycles].reverse()) {
        older = { cycle, keys: known[shape] ?? NO_KEYS, values: values.map(BigInt), older };
      }
      if (older !== undefined) ledger.holders.set(holder, older);
    }
    return ledger;
  }

  cycleOf(holder: string, cycle: number): CycleBalances | undefined {
    let balances = this.newestOf(holder);
    while (balances !== undefined && balances.cycle !== cycle) balances = balances.older;
    return balances;
  }

  /** A balance in the latest cycle before one that has it; cycles are kept as they were opened, not by their time. */
  latestBefore(holder: string, cycle: number, key: string): bigint | undefined {
    let latest: CycleBalances | undefined;
    for (let at = this.newestOf(holder); at !== undefined; at = at.older) {
      const isLater = at.cycle < cycle && (latest === undefined || at.cycle > latest.cycle);
      if (isLater && balanceIn(at, key) !== undefined) latest = at;
    }
    return balanceIn(latest, key);
  }

  /** Everything of a holder, as it was opened, the newest first. */
  *periodsOf(holder: string): Iterable<CycleBalances> {
    for (let at = this.newestOf(holder); at !== undefined; at = at.older) yield at;
  }

  open(holder: string, cycle: number): CycleBalances {
    const made: CycleBalances = { cycle, keys: NO_KEYS, values: [], older: this.newestOf(holder) };
    this.holders.set(holder, made);
    return made;
  }

  private newestOf(holder: string): CycleBalances | undefined {
    const own = this.holders.get(holder);
    if (own !== undefined || this.base === undefined) return own;
    const copy = copyOf(this.base.newestOf(holder));
    if (copy !== undefined) this.holders.set(holder, copy);
    return copy;
  }

  private withKey(keys: Keys, key: string): Keys {
    // Nobody else has this one: shared, every list on the way to it would be kept for ever.
    if (isOfOneTopUp(key)) return keys.concat(key);
    let longer = this.longer.get(keys);
    if (longer === undefined) this.longer.set(keys, (longer = new Map<string, Keys>()));
    let list = longer.get(key);
    if (list === undefined) longer.set(key, (list = keys.concat(key)));
    return list;
  }

  /** The list in use for these keys. */
  private listOf(keys: Keys): Keys {
    return keys.some(isOfOneTopUp) ? keys : keys.reduce<Keys>((list, key) => this.withKey(list, key), NO_KEYS);
  }
}

const NO_KEYS: Keys = [];

/** A list of more keys than this is not read from its beginning to find one. */
const FEW_KEYS = 32;
const indices = new WeakMap<Keys, ReadonlyMap<string, number>>();

function indexIn(keys: Keys, key: string): number {
  if (keys.length <= FEW_KEYS) return keys.indexOf(key);
  let index = indices.get(keys);
  if (index === undefined) indices.set(keys, (index = new Map(keys.map((each, at) => [each, at]))));
  return index.get(key) ?? -1;
}

function copyOf(balances: CycleBalances | undefined): CycleBalances | undefined {
  if (balances === undefined) return undefined;
  const { cycle, keys, values } = balances;
  return { cycle, keys, values: [...values], older: copyOf(balances.older) };
}

export function balanceIn(balances: CycleBalances | undefined, key: string): bigint | undefined {
  if (balances === undefined) return undefined;
  const index = indexIn(balances.keys, key);
  return index < 0 ? undefined : balances.values[index];
}
