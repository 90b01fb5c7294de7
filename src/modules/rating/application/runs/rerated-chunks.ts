import { DecimalTally, negatedText } from '../../../../shared/kernel/decimal-tally.js';
import type { ChangedRow } from '../../domain/replay/account-replay.js';
import type { ChargeRow } from '../../domain/replay/standing-record.js';
import {
  type ColumnsInMaking,
  emptyChargeColumns,
  MOST_BYTES,
  MOST_ROWS,
  OffersInMaking,
} from '../../domain/columns-in-making.js';
import type { MediatedSource } from '../../domain/events.js';
import type { UsageReratedColumns } from '../../domain/runs/rerated-events.js';
import type { PartitionAnswer } from './answer-run.js';
import type { KeptUsage } from './kept-usage.js';

/** What a row takes as JSON beside its impacts and findings, from above. */
const ROW_BYTES = 400;

type Rerated = Extract<PartitionAnswer, { readonly type: 'UsageRerated.v1' | 'RerateProposed.v1' }>;

export interface ChangedAccount {
  readonly account: string;
  readonly hash: string;
  readonly changed: readonly ChangedRow<KeptUsage>[];
}

/** Gathers what came out otherwise into events, none of them too large to append. */
export class ReratedChunks {
  private chunk = new ChunkInMaking();

  constructor(private readonly type: Rerated['type']) {}

  /** @returns the events that are full now. */
  *add({ account, hash, changed }: ChangedAccount): Iterable<Rerated> {
    for (const row of changed) {
      this.chunk.add(account, hash, row);
      if (this.chunk.isFull) yield* this.rest();
    }
  }

  /** @returns the last event, if anything is left. */
  *rest(): Iterable<Rerated> {
    if (this.chunk.isEmpty) return;
    yield this.chunk.build(this.type);
    this.chunk = new ChunkInMaking();
  }
}

class ChunkInMaking {
  private bytes = 0;
  private readonly sources: MediatedSource[] = [];
  private readonly offers = new OffersInMaking();
  private readonly money = new Map<string, DecimalTally>();
  private readonly accounts = new Map<string, string>();
  private readonly columns = emptyColumns();

  get isEmpty(): boolean {
    return this.columns.line.length === 0;
  }

  get isFull(): boolean {
    return this.columns.line.length >= MOST_ROWS || this.bytes >= MOST_BYTES;
  }

  add(account: string, hash: string, { record, version, withdrawn, row, old }: ChangedRow<KeptUsage>): void {
    const { columns } = this;
    const { usage } = record;
    this.accounts.set(account, hash);
    columns.source.push(this.sourceIndex(record.position, usage));
    columns.line.push(usage.line);
    columns.ordinal.push(usage.ordinal);
    columns.charge.push(row.charge);
    columns.version.push(version);
    columns.withdrawn.push(withdrawn);
    columns.account.push(account);
    columns.subscription.push(row.subscription);
    columns.serviceId.push(usage.serviceId);
    columns.usageType.push(row.usageType);
    columns.at.push(usage.at);
    columns.cycle.push(row.cycle);
    columns.offer.push(this.offers.indexOf(row.offer));
    columns.currency.push(row.currency);
    columns.quantity.push(row.quantity);
    columns.amount.push(row.amount);
    columns.impacts.push(row.impacts);
    columns.before.push(row.before);
    columns['old.revision'].push(old?.address.revision ?? null);
    columns['old.row'].push(old?.address.row ?? null);
    this.addOld(old ?? { ...row, quantity: '0', amount: '0', impacts: [], before: null });
    this.addMoney(row.currency, row.amount);
    if (old !== undefined) this.addMoney(old.currency, negatedText(old.amount));
    this.bytes += ROW_BYTES + bytesOf(row) + (old === undefined ? 0 : bytesOf(old));
  }

  build(type: Rerated['type']): Rerated {
    const money = Object.fromEntries([...this.money].map(([currency, sum]) => [currency, sum.toString()]));
    const accounts = [...this.accounts].map(([account, hash]) => ({ account, hash }));
    const { sources, offers, columns } = this;
    const head = { sources, offers: offers.list, money, ...(type === 'RerateProposed.v1' ? { accounts } : {}) };
    return { type, head, columns };
  }

  /** What a charge that is made for the first time was: nothing, in the same place. */
  private addOld(old: ChargeRow): void {
    const { columns } = this;
    columns['old.subscription'].push(old.subscription);
    columns['old.usageType'].push(old.usageType);
    columns['old.cycle'].push(old.cycle);
    columns['old.offer'].push(this.offers.indexOf(old.offer));
    columns['old.currency'].push(old.currency);
    columns['old.quantity'].push(old.quantity);
    columns['old.amount'].push(old.amount);
    columns['old.impacts'].push(old.impacts);
    columns['old.before'].push(old.before);
  }

  private addMoney(currency: string, amount: string): void {
    let sum = this.money.get(currency);
    if (sum === undefined) this.money.set(currency, (sum = new DecimalTally()));
    sum.add(amount);
  }

  private sourceIndex(position: number, { source }: KeptUsage): number {
    const found = this.sources.findIndex((other) => other.position === position);
    if (found >= 0) return found;
    const { fileId, sourcePlatform, serviceType, usageRecordType } = source;
    return this.sources.push({ position, fileId, sourcePlatform, serviceType, usageRecordType }) - 1;
  }
}

function bytesOf({ impacts, before }: ChargeRow): number {
  return JSON.stringify([impacts, before]).length;
}

function emptyColumns(): ColumnsInMaking<UsageReratedColumns> {
  return {
    ...emptyChargeColumns(),
    version: [],
    withdrawn: [],
    'old.revision': [],
    'old.row': [],
    'old.subscription': [],
    'old.usageType': [],
    'old.cycle': [],
    'old.offer': [],
    'old.currency': [],
    'old.quantity': [],
    'old.amount': [],
    'old.impacts': [],
    'old.before': [],
  };
}
