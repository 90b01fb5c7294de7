import { open, type FileHandle } from 'node:fs/promises';
import { Decimal } from '../shared/kernel/decimal.js';

/** A usage record as the billing system keeps it. */
export interface LedgerRecord {
  /** Given by the ledger, from 1. */
  readonly usageRecNo: number;
  readonly clientRecordId: string | null;
  readonly account: string;
  readonly planInstance: string | null;
  readonly usageType: string;
  readonly usageDate: string;
  readonly units: string;
  readonly amount: string;
  readonly currency: string;
}

export interface LedgerInvoiceLine {
  readonly lineNo: number;
  readonly usageType: string;
  readonly planInstance: string | null;
  readonly amount: string;
  readonly usageRecNos: readonly number[];
}

export interface LedgerInvoice {
  readonly invoiceNo: string;
  readonly account: string;
  readonly currency: string;
  readonly amount: string;
  readonly lines: readonly LedgerInvoiceLine[];
}

/** One line of the ledger file. A call's records and its answer are one entry: recorded and answered, or neither. */
export type LedgerEntry =
  | {
      readonly kind: 'USAGE';
      readonly at: number;
      readonly receiptId: string | null;
      readonly records: readonly LedgerRecord[];
      readonly answer: unknown;
    }
  | { readonly kind: 'INVOICE'; readonly at: number; readonly invoice: LedgerInvoice };

export interface InvoicePlace {
  readonly invoiceNo: string;
  readonly lineNo: number;
}

/**
 * The billing system's own book: an append-only file of JSON lines, on the disk before anything is answered. It keeps
 * what it was sent, even twice: whether something was billed twice is read here.
 */
export class Ledger {
  readonly records: LedgerRecord[] = [];
  readonly invoices: LedgerInvoice[] = [];
  private readonly byClientRecordId = new Map<string, LedgerRecord[]>();
  private readonly receipts = new Map<string, { readonly at: number; readonly answer: unknown }>();
  private readonly places = new Map<number, InvoicePlace>();
  private tail: Promise<void> = Promise.resolve();
  calls = 0;

  private constructor(private readonly file: FileHandle) {}

  static async open(path: string): Promise<Ledger> {
    const file = await open(path, 'a+');
    const text = await file.readFile('utf8');
    const whole = text.lastIndexOf('\n') + 1;
    // A last line without its end was cut off by a crash before it was answered: it never happened.
    if (whole < text.length) await file.truncate(Buffer.byteLength(text.slice(0, whole)));
    const ledger = new Ledger(file);
    for (const line of text.slice(0, whole).split('\n')) {
      if (line !== '') ledger.apply(JSON.parse(line) as LedgerEntry);
    }
    return ledger;
  }

  /** One entry after the other: `make` sees every entry before it. Resolves when the entry is on the disk. */
  append<Entry extends LedgerEntry>(make: () => Entry | undefined): Promise<Entry | undefined> {
    const done = this.tail.then(async () => {
      const entry = make();
      if (entry === undefined) return undefined;
      await this.file.appendFile(`${JSON.stringify(entry)}\n`);
      await this.file.datasync();
      this.apply(entry);
      return entry;
    });
    this.tail = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  nextUsageRecNo(): number {
    return this.records.length + 1;
  }

  /** The answer a receipt was first given, while it is remembered. */
  receipt(receiptId: string, now: number, windowMs: number): unknown {
    const found = this.receipts.get(receiptId);
    return found !== undefined && now - found.at < windowMs ? found.answer : undefined;
  }

  recordsOf(clientRecordId: string): readonly LedgerRecord[] {
    return this.byClientRecordId.get(clientRecordId) ?? [];
  }

  invoiceOf(record: LedgerRecord): InvoicePlace | undefined {
    return this.places.get(record.usageRecNo);
  }

  /** Client record ids that stand in the ledger more than once: money billed twice. */
  duplicates(): { readonly clientRecordId: string; readonly times: number }[] {
    return [...this.byClientRecordId]
      .filter(([, records]) => records.length > 1)
      .map(([clientRecordId, records]) => ({ clientRecordId, times: records.length }));
  }

  totals(): Record<string, { readonly records: number; readonly amount: string; readonly invoiced: string }> {
    const sums = new Map<string, { records: number; amount: Decimal; invoiced: Decimal }>();
    for (const record of this.records) {
      const sum = sums.get(record.currency) ?? { records: 0, amount: Decimal.ZERO, invoiced: Decimal.ZERO };
      const amount = Decimal.parse(record.amount);
      sum.records += 1;
      sum.amount = sum.amount.plus(amount);
      if (this.places.has(record.usageRecNo)) sum.invoiced = sum.invoiced.plus(amount);
      sums.set(record.currency, sum);
    }
    return Object.fromEntries(
      [...sums].map(([currency, sum]) => [
        currency,
        { records: sum.records, amount: sum.amount.toString(), invoiced: sum.invoiced.toString() },
      ]),
    );
  }

  async close(): Promise<void> {
    await this.tail;
    await this.file.close();
  }

  private apply(entry: LedgerEntry): void {
    if (entry.kind === 'INVOICE') {
      this.invoices.push(entry.invoice);
      for (const line of entry.invoice.lines) {
        for (const no of line.usageRecNos) {
          this.places.set(no, { invoiceNo: entry.invoice.invoiceNo, lineNo: line.lineNo });
        }
      }
      return;
    }
    this.calls += 1;
    if (entry.receiptId !== null) this.receipts.set(entry.receiptId, { at: entry.at, answer: entry.answer });
    for (const record of entry.records) {
      this.records.push(record);
      if (record.clientRecordId === null) continue;
      const same = this.byClientRecordId.get(record.clientRecordId);
      if (same === undefined) this.byClientRecordId.set(record.clientRecordId, [record]);
      else same.push(record);
    }
  }
}
