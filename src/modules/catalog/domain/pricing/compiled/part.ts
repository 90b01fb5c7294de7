import type { NotCharged } from '../charging/charged.js';
import type { PricedUsage } from '../charging/priced-usage.js';
import type { CompiledCharge } from './compile-charge.js';
import type { PriceUnits, TimeLookup } from './price-units.js';
import { ANY_VALUE, type When } from '../language/pricing.js';
import { conditionsOf, factReader, type Condition, type Fact, type FactReader } from './selection-facts.js';

/** A charge of a part and when it is meant. */
export interface Alternative {
  readonly charge: CompiledCharge;
  readonly when: When | undefined;
}

interface Row {
  readonly charge: CompiledCharge;
  /** Facts by their place, and what each must be. */
  readonly facts: readonly number[];
  readonly wanted: readonly string[];
}

/** With so many alternatives they are looked up by one fact first. */
const WORTH_AN_INDEX = 8;

/**
 * The charges of one part that can take a usage type: alternatives in the order they are tried, of which the first
 * match is charged. A decision table: a row per charge, a column per fact that any of them asks for.
 */
export class Part {
  readonly charges: readonly CompiledCharge[];
  /**
   * The units whose changes of time cut a record: none when the charges do not all measure one duration in one way, for
   * then it has no position that could run on, and is priced whole by the time at which it begins.
   */
  readonly timeUnits: readonly TimeLookup[];
  private readonly facts: readonly Fact[];
  private readonly readers: readonly FactReader[];
  private readonly found: (string | undefined)[];
  private readonly rows: readonly Row[];
  private readonly index: RowIndex | undefined;

  constructor(alternatives: readonly Alternative[], units: PriceUnits) {
    this.charges = alternatives.map(({ charge }) => charge);
    const facts: Fact[] = [];
    const placeOf = ({ kind, name }: Condition): number => {
      const known = facts.findIndex((fact) => fact.kind === kind && fact.name === name);
      return known >= 0 ? known : facts.push({ kind, name }) - 1;
    };
    this.rows = alternatives.map(({ charge, when }): Row => {
      const conditions = conditionsOf(when);
      return { charge, facts: conditions.map(placeOf), wanted: conditions.map(({ wanted }) => wanted) };
    });
    this.facts = facts;
    this.readers = facts.map((fact) => factReader(fact, units));
    this.found = facts.map(() => undefined);
    this.index = this.rows.length < WORTH_AN_INDEX ? undefined : indexOf(this.rows, facts.length);
    this.timeUnits = measureOneDuration(this.charges)
      ? facts.flatMap(({ kind, name }) => (kind === 'time' ? (units.timeUnit(name) ?? []) : []))
      : [];
  }

  /** @param at the instant whose time counts. */
  select(usage: PricedUsage, at: number): CompiledCharge | undefined {
    const { readers, found } = this;
    for (let place = 0; place < readers.length; place += 1) found[place] = readers[place]?.(usage, at);
    const rows = this.index === undefined ? this.rows : rowsFor(this.index, found);
    for (const row of rows) if (matches(row, found)) return row.charge;
    return undefined;
  }

  /** Why none was selected: what it was asked for, and what the record says. */
  noMatch(usage: PricedUsage, at: number): NotCharged {
    const found: Record<string, string> = {};
    this.facts.forEach(({ kind, name }, place) => {
      found[kind === 'attribute' ? name : `${kind} ${name}`] = this.readers[place]?.(usage, at) ?? '';
    });
    const said = Object.entries(found).map(([name, value]) => `${name} = "${value}"`);
    const charges = this.charges.slice(0, 5).map((charge) => `"${charge.name}"`);
    if (this.charges.length > charges.length) charges.push(`${this.charges.length - charges.length} more`);
    return {
      code: 'NO_MATCHING_RATE',
      reason: `none of its charges ${charges.join(', ')} takes a record of usage type ${usage.usageType} with ${said.join(', ')}`,
      facts: { usageType: usage.usageType, ...found },
    };
  }
}

function measureOneDuration(charges: readonly CompiledCharge[]): boolean {
  const [first] = charges;
  if (first === undefined) return false;
  return charges.every(({ durationMs, quantityName, countBlocks, block }) => {
    if (durationMs === 0 || quantityName !== first.quantityName) return false;
    return countBlocks === first.countBlocks && (!countBlocks || block === first.block);
  });
}

function matches({ facts, wanted }: Row, found: readonly (string | undefined)[]): boolean {
  for (let place = 0; place < facts.length; place += 1) {
    const value = found[facts[place] ?? 0];
    if (value === wanted[place]) continue;
    if (wanted[place] !== ANY_VALUE || value === undefined || value === '') return false;
  }
  return true;
}

/** The rows that can match at each value of one fact, in order; a row that does not ask for it stands everywhere. */
interface RowIndex {
  readonly fact: number;
  readonly byValue: ReadonlyMap<string, readonly Row[]>;
  readonly others: readonly Row[];
}

/** By the fact for which most values are asked: a list of zones rather than a time of day. */
function indexOf(rows: readonly Row[], facts: number): RowIndex | undefined {
  const wantedOf = (row: Row, fact: number): string | undefined => {
    const place = row.facts.indexOf(fact);
    const wanted = place < 0 ? undefined : row.wanted[place];
    return wanted === ANY_VALUE ? undefined : wanted;
  };
  let best: { readonly fact: number; readonly values: ReadonlySet<string> } | undefined;
  for (let fact = 0; fact < facts; fact += 1) {
    const values = new Set(rows.flatMap((row) => wantedOf(row, fact) ?? []));
    if (values.size > (best?.values.size ?? 1)) best = { fact, values };
  }
  if (best === undefined) return undefined;
  const { fact, values } = best;
  const listOf = (value: string | undefined): readonly Row[] =>
    rows.filter((row) => {
      const wanted = wantedOf(row, fact);
      return wanted === undefined || wanted === value;
    });
  return { fact, byValue: new Map([...values].map((value) => [value, listOf(value)])), others: listOf(undefined) };
}

function rowsFor({ fact, byValue, others }: RowIndex, found: readonly (string | undefined)[]): readonly Row[] {
  const value = found[fact];
  return (value === undefined ? undefined : byValue.get(value)) ?? others;
}
