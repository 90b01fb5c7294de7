import { rejects, type Fault } from './faults.js';
import type { Ledger, LedgerEntry, LedgerRecord } from './ledger.js';
import { CODES, readUsageRecord, type RecordRules } from './usage-record.js';

export interface CallRules extends RecordRules {
  readonly clientNo: string;
  readonly authKey: string;
  /** How long a client_receipt_id is remembered. */
  readonly windowMs: number;
  /** Whether a client_record_id that is in the ledger is refused; the reference does not do it. */
  readonly refuseDuplicates: boolean;
  readonly maxRecords: number;
  readonly now: () => number;
}

export type CallBody = Readonly<Record<string, unknown>>;
export interface CallAnswer {
  readonly error_code: number;
  readonly error_msg: string;
  readonly [field: string]: unknown;
}

interface ErrorRecord {
  readonly out_client_record_id: string;
  readonly acct_no: string;
  readonly record_error_code: number;
  readonly record_error_msg: string;
}

const OK = { error_code: 0, error_msg: 'OK' } as const;

export function failed(code: number, message: string): CallAnswer {
  return { error_code: code, error_msg: message };
}

/** The calls of the billing system on its ledger: nothing of HTTP here. */
export class BillingCalls {
  private readonly underWay = new Map<string, Promise<CallAnswer>>();

  constructor(
    private readonly ledger: Ledger,
    private readonly rules: CallRules,
  ) {}

  async call(body: CallBody, faults: readonly Fault[]): Promise<CallAnswer> {
    if (String(body['client_no']) !== this.rules.clientNo || body['auth_key'] !== this.rules.authKey) {
      return failed(CODES.AUTHENTICATION, 'authentication error: client_no or auth_key is wrong');
    }
    if (body['output_format'] !== 'json') return failed(CODES.INVALID_VALUE, 'output_format must be json');
    switch (body['rest_call']) {
      case 'bulk_record_usage_m':
        return this.recordUsage(body, faults);
      case 'get_usage_history_m':
        return this.usageHistory(body);
      default:
        return failed(CODES.INVALID_VALUE, `rest_call "${String(body['rest_call'])}" is unknown here`);
    }
  }

  /** Two calls with one receipt at the same time are one: the second waits for the answer of the first. */
  private recordUsage(body: CallBody, faults: readonly Fault[]): Promise<CallAnswer> {
    const receipt = body['client_receipt_id'];
    const receiptId = typeof receipt === 'string' && receipt !== '' ? receipt : null;
    if (receiptId === null || faults.some((fault) => fault.kind === 'IGNORE_RECEIPTS')) {
      return this.recordOnce(body, receiptId, faults);
    }
    const first = this.ledger.receipt(receiptId, this.rules.now(), this.rules.windowMs);
    if (first !== undefined) return Promise.resolve(first as CallAnswer);
    const running = this.underWay.get(receiptId);
    if (running !== undefined) return running;
    const answer = this.recordOnce(body, receiptId, faults).finally(() => this.underWay.delete(receiptId));
    this.underWay.set(receiptId, answer);
    return answer;
  }

  private async recordOnce(body: CallBody, receiptId: string | null, faults: readonly Fault[]): Promise<CallAnswer> {
    const raw = body['usage_recs'];
    if (!Array.isArray(raw) || raw.length === 0) return failed(CODES.MISSING_FIELD, 'usage_recs is required');
    if (raw.length > this.rules.maxRecords) {
      return failed(CODES.INVALID_VALUE, `usage_recs has ${raw.length} records; at most ${this.rules.maxRecords}`);
    }
    const entry = await this.ledger.append<Extract<LedgerEntry, { kind: 'USAGE' }>>(() => {
      const records: LedgerRecord[] = [];
      const errors: ErrorRecord[] = [];
      for (const item of raw as unknown[]) this.take(item, faults, records, errors);
      const answer: CallAnswer = { ...OK, error_records: errors };
      return { kind: 'USAGE', at: this.rules.now(), receiptId, records, answer };
    });
    return entry?.answer as CallAnswer;
  }

  private take(item: unknown, faults: readonly Fault[], records: LedgerRecord[], errors: ErrorRecord[]): void {
    const read = readUsageRecord(item, this.rules);
    if ('error' in read) {
      reject(errors, item, read.error.code, read.error.message);
      return;
    }
    const { record } = read;
    const fault = faults.find((one) => one.kind === 'REJECT' && rejects(one, record.clientRecordId, record.account));
    if (fault !== undefined) {
      reject(errors, item, fault.code, fault.message);
    } else if (this.rules.refuseDuplicates && this.isKnown(record, records)) {
      reject(errors, item, CODES.DUPLICATE_RECORD, `client_record_id ${String(record.clientRecordId)} is recorded`);
    } else {
      records.push({ usageRecNo: this.ledger.nextUsageRecNo() + records.length, ...record });
    }
  }

  private isKnown(record: Omit<LedgerRecord, 'usageRecNo'>, here: readonly LedgerRecord[]): boolean {
    const id = record.clientRecordId;
    if (id === null) return false;
    return this.ledger.recordsOf(id).length > 0 || here.some((other) => other.clientRecordId === id);
  }

  /** By `client_record_ids`, or by account and usage date range; `limit` and `offset` page. */
  private usageHistory(body: CallBody): CallAnswer {
    const ids = body['client_record_ids'];
    const account = body['client_acct_id'] ?? body['acct_no'];
    if (!Array.isArray(ids) && account === undefined) {
      return failed(CODES.MISSING_FIELD, 'client_record_ids or client_acct_id is required');
    }
    const from = textOf(body['date_range_start'], '');
    const to = textOf(body['date_range_end'], '\uffff');
    const found = Array.isArray(ids)
      ? ids.flatMap((id) => this.ledger.recordsOf(String(id)))
      : this.ledger.records.filter(
          (record) => record.account === String(account) && record.usageDate >= from && record.usageDate < to,
        );
    const offset = Number(body['offset'] ?? 0);
    const limit = Math.min(Number(body['limit'] ?? 10_000), 10_000);
    const page = found.slice(offset, offset + limit);
    return { ...OK, total: found.length, usage_history_recs: page.map((record) => this.historyOf(record)) };
  }

  private historyOf(record: LedgerRecord): Record<string, unknown> {
    const place = this.ledger.invoiceOf(record);
    return {
      usage_rec_no: record.usageRecNo,
      client_record_id: record.clientRecordId,
      client_acct_id: record.account,
      client_plan_instance_id: record.planInstance,
      usage_type_code: record.usageType,
      usage_date: record.usageDate,
      usage_units: record.units,
      amt: record.amount,
      currency_cd: record.currency,
      invoice_no: place?.invoiceNo ?? null,
      invoice_line_no: place?.lineNo ?? null,
    };
  }
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

/** As in the reference, a record that brought no client_record_id leaves no trace in the answer. */
function reject(errors: ErrorRecord[], item: unknown, code: number, message: string): void {
  const fields = (typeof item === 'object' && item !== null ? item : {}) as Readonly<Record<string, unknown>>;
  const id = fields['client_record_id'];
  if (typeof id !== 'string') return;
  errors.push({
    out_client_record_id: id,
    acct_no: textOf(fields['client_acct_id'], textOf(fields['acct_no'], '')),
    record_error_code: code,
    record_error_msg: message,
  });
}
