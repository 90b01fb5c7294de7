import { Decimal } from '../shared/kernel/decimal.js';
import type { Ledger, LedgerInvoice, LedgerInvoiceLine, LedgerRecord } from './ledger.js';

export interface InvoiceRunRequest {
  /** Only this account; absent = all. */
  readonly account?: string;
  /** Where to tell the usage system which of its records went on which invoice line. */
  readonly webhook?: { readonly url: string; readonly apiKey?: string };
}

/** Invoices everything not invoiced: one invoice per account and currency, one line per plan instance and usage type. */
export async function runInvoices(ledger: Ledger, request: InvoiceRunRequest, now: number): Promise<LedgerInvoice[]> {
  const groups = new Map<string, LedgerRecord[]>();
  for (const record of ledger.records) {
    if (request.account !== undefined && record.account !== request.account) continue;
    if (ledger.invoiceOf(record) !== undefined) continue;
    const key = JSON.stringify([record.account, record.currency]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  const made: LedgerInvoice[] = [];
  for (const records of groups.values()) {
    const entry = await ledger.append(() => {
      const open = records.filter((record) => ledger.invoiceOf(record) === undefined);
      if (open.length === 0) return undefined;
      return { kind: 'INVOICE', at: now, invoice: invoiceOf(ledger.invoices.length + 1, open) } as const;
    });
    if (entry !== undefined) made.push(entry.invoice);
  }
  return made;
}

function invoiceOf(number: number, records: readonly LedgerRecord[]): LedgerInvoice {
  const lines = new Map<string, LedgerRecord[]>();
  for (const record of records) {
    const key = JSON.stringify([record.planInstance, record.usageType]);
    const line = lines.get(key);
    if (line === undefined) lines.set(key, [record]);
    else line.push(record);
  }
  return {
    invoiceNo: `INV-${String(number).padStart(6, '0')}`,
    account: records[0]?.account ?? '',
    currency: records[0]?.currency ?? '',
    amount: sumOf(records),
    lines: [...lines.values()].map((part, index): LedgerInvoiceLine => ({
      lineNo: index + 1,
      usageType: part[0]?.usageType ?? '',
      planInstance: part[0]?.planInstance ?? null,
      amount: sumOf(part),
      usageRecNos: part.map((record) => record.usageRecNo),
    })),
  };
}

function sumOf(records: readonly LedgerRecord[]): string {
  return Decimal.sum(records.map((record) => Decimal.parse(record.amount))).toString();
}

export interface WebhookReport {
  readonly calls: number;
  readonly failures: readonly string[];
}

const LINES_PER_CALL = 500;

/** Tells the usage system, as a real billing system's webhook would; failures are reported, the poll finds the rest. */
export async function tell(
  ledger: Ledger,
  invoices: readonly LedgerInvoice[],
  webhook: NonNullable<InvoiceRunRequest['webhook']>,
): Promise<WebhookReport> {
  const byNo = new Map(ledger.records.map((record) => [record.usageRecNo, record]));
  const lines = invoices.flatMap((invoice) =>
    invoice.lines.flatMap((line) =>
      line.usageRecNos.flatMap((no) => {
        const record = byNo.get(no);
        if (record === undefined || record.clientRecordId === null) return [];
        return [
          {
            lineId: record.clientRecordId,
            invoiceNo: invoice.invoiceNo,
            invoiceLineNo: line.lineNo,
            amount: record.amount,
            currency: record.currency,
          },
        ];
      }),
    ),
  );
  const failures: string[] = [];
  let calls = 0;
  for (let start = 0; start < lines.length; start += LINES_PER_CALL) {
    calls += 1;
    const failure = await post(webhook, { lines: lines.slice(start, start + LINES_PER_CALL) });
    if (failure !== undefined) failures.push(failure);
  }
  return { calls, failures };
}

async function post(webhook: NonNullable<InvoiceRunRequest['webhook']>, body: unknown): Promise<string | undefined> {
  try {
    const response = await fetch(webhook.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(webhook.apiKey === undefined ? {} : { authorization: `Bearer ${webhook.apiKey}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    return response.ok ? undefined : `HTTP ${response.status}: ${text.slice(0, 300)}`;
  } catch (error) {
    return String(error);
  }
}
