import type { Before, Impact } from '../charging/charged.js';
import type { CompiledCharge } from '../compiled/compile-charge.js';
import type { CompiledPrice } from '../compiled/compile-pricing.js';
import {
  accumulatorKey,
  allowanceKey,
  EARLIER,
  ownCounterKind,
  readingCounter,
  resourceOf,
  type ResourceKey,
} from '../balances/resource-keys.js';
import { quantityOf, type QuantityUnits } from '../numbers/scaled.js';

/** A balance that a charge rests on: had it been another, the charge could have come out otherwise. */
export interface Finding {
  readonly key: ResourceKey;
  /** Of its own cycle; of the cycle before; or in the latest cycle up to its own that has it. */
  readonly of: 'CYCLE' | 'EARLIER' | 'LATEST';
  /** Undefined = there was none. */
  readonly found: QuantityUnits | undefined;
  /** None is as good as 0: of what is only counted. */
  readonly noneIsZero: boolean;
  /** It says where a price by VOLUME stands in its cycle. */
  readonly volume: boolean;
}

/** A charge that was made, as it is stored. */
export interface MadeCharge {
  /** Its place in the price. */
  readonly charge: number;
  readonly serviceId: string;
  readonly impacts: readonly Impact[];
  readonly before: Before | null;
}

/** What a charge rests on. What it only adds to is none; nor is what it found of the record. */
export function findingsOf(price: CompiledPrice, made: MadeCharge): readonly Finding[] {
  const { before, impacts } = made;
  if (before === null) return [];
  const findings = new Map<string, Finding>();
  const add = (finding: Finding): void => {
    const known = `${finding.of} ${finding.key}`;
    if (!findings.has(known)) findings.set(known, finding);
  };
  const charges = chargesOf(price, made);
  for (const charge of charges) addPosition(add, charge, before);
  for (const [key, value] of Object.entries(before.balances ?? {})) {
    if (key.startsWith(EARLIER)) add(counted(key.slice(EARLIER.length), 'EARLIER', value));
    else if (impacts.some((impact) => isOn(impact, key)) || !isSpend(price, key)) add(counted(key, 'CYCLE', value));
  }
  for (const [name, value] of Object.entries(before.allowances)) add(allowance(name, value));
  // What it used or counted first: it found none.
  for (const { allowances } of charges) for (const { name } of allowances) add(allowance(name, undefined));
  for (const [offerType, resource] of impacts) {
    if (offerType === 'ALLOWANCE') add(allowance(resource, undefined));
    const own = offerType === 'ACCUMULATOR' ? ownCounterKind(resource) : undefined;
    if (own !== undefined && own !== 'METER_READING') add(counted(accumulatorKey(resource), 'CYCLE', '0'));
  }
  addMeter(add, made, before);
  return [...findings.values()];
}

/** Of a record priced by its pieces all of them: each row says what the whole record found. */
function chargesOf(price: CompiledPrice, { charge, before }: MadeCharge): readonly CompiledCharge[] {
  const indexes = before?.pieces === undefined ? [charge] : before.pieces.map(([index]) => index);
  return [...new Set(indexes)].flatMap((index) => price.charges[index] ?? []);
}

function addPosition(add: (finding: Finding) => void, { position }: CompiledCharge, before: Before): void {
  if (position.by === 'QUANTITY') return;
  const earlier = position.by === 'EARLIER_PERIOD';
  const ofPieces = before.balances?.[earlier ? EARLIER + position.key : position.key];
  const found = before.accumulator ?? ofPieces ?? '0';
  add({ ...counted(position.key, earlier ? 'EARLIER' : 'CYCLE', found), volume: position.by === 'VOLUME' });
}

function addMeter(add: (finding: Finding) => void, { serviceId }: MadeCharge, { meter }: Before): void {
  if (meter === undefined) return;
  const key = accumulatorKey(readingCounter(meter.reading, serviceId));
  add({ key, of: 'LATEST', found: unitsOf(meter.before), noneIsZero: false, volume: false });
  add({ key, of: 'CYCLE', found: unitsOf(meter.inCycle), noneIsZero: false, volume: false });
}

function counted(key: ResourceKey, of: Finding['of'], value: string): Finding {
  const { kind } = resourceOf(key);
  return { key, of, found: quantityOf(value), noneIsZero: kind === 'ACCUMULATOR', volume: false };
}

function allowance(name: string, value: string | undefined): Finding {
  return { key: allowanceKey(name), of: 'CYCLE', found: unitsOf(value ?? null), noneIsZero: false, volume: false };
}

/** What costs nothing does not look at the spend. */
function isSpend({ spend }: CompiledPrice, key: ResourceKey): boolean {
  return key === spend?.counter.key;
}

function isOn([offerType, resource]: Impact, key: ResourceKey): boolean {
  return offerType === 'ACCUMULATOR' && accumulatorKey(resource) === key;
}

function unitsOf(value: string | null): QuantityUnits | undefined {
  return value === null ? undefined : quantityOf(value);
}
