import { unitsToString } from '../../../shared/kernel/decimal.js';
import { defineColumn, TupleLists } from '../../../shared/kernel/tuple-lists.js';
import { saysPlaces } from './balance-places.js';
import { emptyChargeColumns, OffersInMaking, type ColumnsInMaking } from './columns-in-making.js';
import type {
  RatedImpact,
  RatedSource,
  SuspenseCode,
  UsageBatchRated,
  UsageBatchRatedColumns,
  UsageBatchRatedHead,
} from './events.js';

/** A mediated chunk as a source of rated records. */
export type SourceFacts = Omit<RatedSource, 'monetizedLines' | 'suspendedLines' | 'money' | 'quantities'>;

/** The record a row comes from. */
export interface RecordFacts {
  readonly line: number;
  readonly ordinal: number;
  readonly serviceId: string;
  readonly usageType: string;
  readonly at: number;
}

/** Who pays for it, in which cycle, by which version of which price. */
export interface RatedFor {
  readonly account: string;
  readonly subscription: string;
  readonly cycle: number;
  readonly priceOfferId: string;
  readonly version: number;
  readonly currency: string;
  /** Of usage that came after its cycle was closed: the start of the open cycle it is booked in. */
  readonly booked?: number;
}

/** One charge of a line, as the language of prices answers it. */
export interface RatedCharge {
  readonly charge: { readonly index: number; readonly measure: string };
  readonly usageType: string;
  readonly quantity: bigint;
  readonly quantityText: string;
  readonly amount: bigint;
  readonly amountText: string;
  readonly impacts: readonly RatedImpact[];
  readonly before: UsageBatchRatedColumns['before'][number];
}

export interface SuspendedReason {
  readonly code: SuspenseCode;
  readonly message: string;
  readonly account: string | null;
  readonly facts: Readonly<Record<string, string>>;
}

const RATING_SCALE = 10;
const QUANTITY_SCALE = 12;
/** What a row takes as JSON beside its texts, roughly and rather too much. */
const ROW_BYTES = 160;
const IMPACT_BYTES = 80;
/** What a row found that is in these. */
const USUAL_FINDINGS: readonly string[] = ['accumulator', 'allowances', 'measured'];

/** Sums by name (a currency, a measure). Nearly always one name, so it is a short list and not a map. */
class Sums {
  private readonly names: string[] = [];
  private readonly values: bigint[] = [];

  add(name: string, value: bigint): void {
    const index = this.names.indexOf(name);
    if (index < 0) {
      this.names.push(name);
      this.values.push(value);
    } else {
      this.values[index] = (this.values[index] ?? 0n) + value;
    }
  }

  addAll(other: Sums): void {
    other.names.forEach((name, index) => {
      this.add(name, other.values[index] ?? 0n);
    });
  }

  toRecord(scale: number): Record<string, string> {
    return Object.fromEntries(this.names.map((name, index) => [name, unitsToString(this.values[index] ?? 0n, scale)]));
  }
}

class SourceTally {
  monetizedLines = 0;
  suspendedLines = 0;
  readonly money = new Sums();
  readonly quantities = new Sums();
  constructor(readonly facts: SourceFacts) {}

  toSource(): RatedSource {
    const { monetizedLines, suspendedLines } = this;
    const money = this.money.toRecord(RATING_SCALE);
    return {
      ...this.facts,
      monetizedLines,
      suspendedLines,
      money,
      quantities: this.quantities.toRecord(QUANTITY_SCALE),
    };
  }
}

/**
 * One rated event in the making: columns filled row by row, from as many mediated chunks as it takes. It counts its
 * records and, roughly, its bytes, so that its owner knows when it is full.
 */
export class RatedBatch {
  /** Lines in it: monetized or suspended. */
  records = 0;
  /** JSON bytes before deflate, estimated from above. */
  bytes = 0;
  private readonly sources: SourceTally[] = [];
  private readonly offers = new OffersInMaking();
  private readonly impacts = new TupleLists<RatedImpact>();
  private readonly columns = emptyColumns();
  private readonly late: (readonly [row: number, booked: number])[] = [];
  private elsewhere = false;

  constructor(readonly cause: UsageBatchRatedHead['cause']) {
    defineColumn(this.columns, 'impacts', () => this.impacts);
  }

  monetized(source: SourceFacts, record: RecordFacts, rated: RatedFor, charges: readonly RatedCharge[]): void {
    const index = this.sourceIndex(source);
    const tally = this.sources[index];
    const offer = this.offers.indexOf(rated);
    for (const charge of charges) {
      if (rated.booked !== undefined) this.late.push([this.columns.line.length, rated.booked]);
      this.pushRow(index, record, rated, offer, charge);
      tally?.money.add(rated.currency, charge.amount);
      tally?.quantities.add(charge.charge.measure, charge.quantity);
    }
    if (tally !== undefined) tally.monetizedLines += 1;
    this.records += 1;
  }

  suspended(source: SourceFacts, record: RecordFacts, reason: SuspendedReason): void {
    const index = this.sourceIndex(source);
    const tally = this.sources[index];
    const { columns } = this;
    columns['s.source'].push(index);
    columns['s.line'].push(record.line);
    columns['s.ordinal'].push(record.ordinal);
    columns['s.code'].push(reason.code);
    columns['s.message'].push(reason.message);
    columns['s.serviceId'].push(record.serviceId);
    columns['s.account'].push(reason.account);
    columns['s.usageType'].push(record.usageType);
    columns['s.at'].push(record.at);
    columns['s.facts'].push(reason.facts);
    if (tally !== undefined) tally.suspendedLines += 1;
    this.records += 1;
    this.bytes += ROW_BYTES + 2 * reason.message.length + 2 * record.serviceId.length + 4 * record.usageType.length;
  }

  /** The event's data: what it answers is said by `through` and `partial`. */
  build(head: Pick<UsageBatchRatedHead, 'partition' | 'through' | 'partial'>): UsageBatchRated['data'] {
    const money = new Sums();
    for (const source of this.sources) money.addAll(source.money);
    return {
      head: {
        ...head,
        cause: this.cause,
        sources: this.sources.map((source) => source.toSource()),
        offers: this.offers.list,
        money: money.toRecord(RATING_SCALE),
        ...(this.late.length === 0 ? {} : { late: this.late }),
        elsewhere: this.elsewhere,
      },
      columns: this.columns,
    };
  }

  private pushRow(source: number, record: RecordFacts, rated: RatedFor, offer: number, charge: RatedCharge): void {
    const { columns } = this;
    columns.source.push(source);
    columns.line.push(record.line);
    columns.ordinal.push(record.ordinal);
    columns.charge.push(charge.charge.index);
    columns.account.push(rated.account);
    columns.subscription.push(rated.subscription);
    columns.serviceId.push(record.serviceId);
    columns.usageType.push(charge.usageType);
    columns.at.push(record.at);
    columns.cycle.push(rated.cycle);
    columns.offer.push(offer);
    columns.currency.push(rated.currency);
    columns.quantity.push(charge.quantityText);
    columns.amount.push(charge.amountText);
    this.impacts.push(charge.impacts);
    columns.before.push(charge.before);
    if (charge.before !== null && saysPlaces(charge.before)) this.elsewhere = true;
    this.bytes +=
      ROW_BYTES +
      IMPACT_BYTES * charge.impacts.length +
      findingsBytes(charge.before) +
      record.serviceId.length +
      rated.account.length +
      rated.subscription.length;
  }

  private sourceIndex(source: SourceFacts): number {
    const last = this.sources.length - 1;
    if (this.sources[last]?.facts === source) return last;
    const found = this.sources.findIndex((other) => other.facts.position === source.position);
    return found >= 0 ? found : this.sources.push(new SourceTally(source)) - 1;
  }
}

/** What is found beyond the usual, and the names of the counters among the impacts. */
function findingsBytes(before: RatedCharge['before']): number {
  for (const finding in before) if (!USUAL_FINDINGS.includes(finding)) return 2 * JSON.stringify(before).length;
  return 0;
}

function emptyColumns(): ColumnsInMaking<UsageBatchRatedColumns> {
  return {
    ...emptyChargeColumns(),
    's.source': [],
    's.line': [],
    's.ordinal': [],
    's.code': [],
    's.message': [],
    's.serviceId': [],
    's.account': [],
    's.usageType': [],
    's.at': [],
    's.facts': [],
  };
}
