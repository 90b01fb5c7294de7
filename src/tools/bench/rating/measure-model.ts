import { chargeLine, DraftedBalances, type CompiledPrice } from '../../../modules/catalog/index.js';
import { BalanceLedger } from '../../../modules/rating/domain/balance-ledger.js';
import { holderOf } from '../../../modules/rating/domain/balance-places.js';
import { amountByHand } from './by-hand.js';
import type { RatingModel } from './rating-models.js';
import { SampleUsage, type SampleColumns } from './sample-records.js';

/** What pricing one record costs, and what the same arithmetic costs by hand. */
export interface ModelMeasurement {
  readonly model: string;
  /** Of processor time, all threads of the process together. */
  readonly recordsPerSecond: number;
  readonly byHandRecordsPerSecond: number;
  /** The first as a part of the second. */
  readonly ratio: number;
  readonly bytesPerRecord: number;
  readonly byHandBytesPerRecord: number;
}

/** Rounds that are not measured: the code is translated in them. */
const WARM_UP_ROUNDS = 3;
const ROUNDS = 5;
/** What a round allocates to be measured: much, and still so little that nothing is collected on the way. */
const ALLOCATED_BYTES = 6_000_000;
const ALLOCATION_ROUNDS = 9;

/** @returns how long the amounts are together: what is looked at has to be made. */
type Rounds = (records: number) => number;

/**
 * Pure rating, as the rater does it for a record whose owner and price are known: select, measure, price, impacts as they
 * are stored, balances moved. No I/O.
 * @throws when an amount is not the one made by hand: the bench is a check too.
 */
export function measureModel(model: RatingModel, columns: SampleColumns): ModelMeasurement {
  compareWithHand(model, columns);
  const rows = columns.at.length;
  const product: Rounds = (records) => {
    const rate = rating(model.price, columns);
    let length = 0;
    for (let row = 0; row < records; row += 1) for (const { amountText } of rate(row)) length += amountText.length;
    return length;
  };
  const hand: Rounds = (records) => {
    const price = model.byHand(columns);
    let length = 0;
    for (let row = 0; row < records; row += 1) length += price(row).length;
    return length;
  };
  const [cpu, cpuByHand] = cpuSeconds([product, hand], rows);
  const perSecond = (seconds: number): number => Math.round((rows * ROUNDS) / seconds);
  return {
    model: model.name,
    recordsPerSecond: perSecond(cpu),
    byHandRecordsPerSecond: perSecond(cpuByHand),
    ratio: Number((cpuByHand / cpu).toFixed(3)),
    bytesPerRecord: bytesPerRecord(product, rows),
    byHandBytesPerRecord: bytesPerRecord(hand, rows),
  };
}

/** Every amount of the product against the one made by hand; in full, row by row. */
export function compareWithHand({ name, price, byHand }: RatingModel, columns: SampleColumns): void {
  const rate = rating(price, columns);
  const hand = byHand(columns);
  for (let row = 0; row < columns.at.length; row += 1) {
    const charges = rate(row);
    const sum = charges.reduce((total, { amount }) => total + amount, 0n);
    const text = charges.length === 1 ? charges[0]?.amountText : amountByHand(Number(sum));
    const expected = hand(row);
    if (text !== expected) throw new Error(`"${name}", record ${row}: ${text ?? 'no charge'}, by hand ${expected}`);
  }
}

/** @returns what rates one row after the other, from no balances on. */
function rating(price: CompiledPrice, columns: SampleColumns) {
  const usage = new SampleUsage(columns);
  const ledger = new BalanceLedger();
  const draft = new DraftedBalances(ledger);
  const cycles = { startAt: () => 0, endAt: () => Infinity, timeZone: 'UTC' };
  const holders = Array.from({ length: columns.subscriptions }, (_, index) => holderOf(`A${index}`, `S${index}`));
  return (row: number) => {
    usage.lookAt(row);
    draft.start(ledger, holders[columns.subscription[row] ?? 0] ?? '', 0, cycles);
    const charges = chargeLine(price, usage, draft);
    if ('code' in charges) throw new Error(`Record ${row} is not charged: ${charges.reason}`);
    draft.commit();
    return charges;
  };
}

/** In turns, so that whatever else the machine does falls on both. */
function cpuSeconds([product, hand]: readonly [Rounds, Rounds], rows: number): readonly [number, number] {
  const spent = [0, 0];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    [product, hand].forEach((work, index) => {
      const before = process.cpuUsage();
      if (work(rows) < rows) throw new Error('A round priced less than its records');
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) spent[index] = (spent[index] ?? 0) + (user + system) / 1e6;
    });
  }
  return [spent[0] ?? 0, spent[1] ?? 0];
}

/** By the growth of the heap while nothing is collected, less what it takes to begin; the middle one of several. */
function bytesPerRecord(work: Rounds, rows: number): number {
  const few = Math.min(rows, 300);
  const many = Math.min(rows, Math.max(few, Math.floor(ALLOCATED_BYTES / Math.max(bytesOf(work, few) / few, 1))));
  return Math.round(bytesOf(work, many) / many);
}

function bytesOf(work: Rounds, records: number): number {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('Allocations are measured with node --expose-gc');
  const grown = (count: number): number => {
    gc();
    const before = process.memoryUsage().heapUsed;
    work(count);
    return process.memoryUsage().heapUsed - before;
  };
  const found = Array.from({ length: ALLOCATION_ROUNDS }, () => grown(records) - grown(0)).sort((a, b) => a - b);
  return found[Math.floor(found.length / 2)] ?? 0;
}
