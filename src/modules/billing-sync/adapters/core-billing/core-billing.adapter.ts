import type { LineError } from '../../domain/billing-batch.decider.js';
import type {
  BillingAnswer,
  BillingCall,
  BillingLine,
  BillingRecord,
  BillingSystem,
  LookUpAnswer,
} from '../../application/billing-system.port.js';
import { postJson, type HttpCallOptions } from './http-call.js';

export interface CoreBillingOptions extends HttpCallOptions {
  readonly clientNo: string;
  readonly authKey: string;
  readonly windowMs: number;
}

/** Raised inside the billing system after the call was taken: whether it was recorded is not known. */
const UNEXPECTED = 1001;
/** HTTP errors that say nothing about whether the request was carried out. */
const UNCERTAIN_STATUSES = new Set([408, 409, 425, 499]);

interface Answer {
  readonly code: number;
  readonly message: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The `bulk_record_usage_m` and `get_usage_history_m` calls of the reference billing system, JSON over HTTP. */
export class CoreBillingAdapter implements BillingSystem {
  readonly windowMs: number;

  constructor(private readonly options: CoreBillingOptions) {
    this.windowMs = options.windowMs;
  }

  async recordUsage(call: BillingCall, signal: AbortSignal): Promise<BillingAnswer> {
    const outcome = await postJson(this.options, this.bodyOf(call), signal);
    switch (outcome.kind) {
      case 'NOT_SENT':
        return { kind: 'REFUSED', code: 'UNREACHABLE', message: outcome.reason };
      case 'TOO_MANY':
        return { kind: 'REFUSED', code: 'RATE_LIMITED', message: `${outcome.reason}: send again later` };
      case 'LOST':
      // A stop of ours is no refusal of theirs: as an error the lines would wait for a person, as a doubt the next
      // start looks them up and sends them.
      case 'STOPPED':
        return { kind: 'UNKNOWN', reason: outcome.reason };
      case 'ANSWER':
        return understand(outcome.status, outcome.text, call);
    }
  }

  async lookUp(lineIds: readonly string[], signal: AbortSignal): Promise<LookUpAnswer> {
    const body = JSON.stringify({ ...this.envelope('get_usage_history_m'), client_record_ids: lineIds });
    const outcome = await postJson(this.options, body, signal);
    if (outcome.kind !== 'ANSWER') return { kind: 'UNAVAILABLE', reason: outcome.reason };
    const answer = outcome.status === 200 ? parseAnswer(outcome.text) : undefined;
    if (answer === undefined) return { kind: 'UNAVAILABLE', reason: describe(outcome.status, outcome.text) };
    if (answer.code !== 0) return { kind: 'UNAVAILABLE', reason: `${answer.code} ${answer.message}` };
    const records = historyOf(answer.body, new Set(lineIds));
    return records === undefined
      ? { kind: 'UNAVAILABLE', reason: 'the usage history was cut short or has another form than get_usage_history_m' }
      : { kind: 'FOUND', records };
  }

  /** The exact bytes of the call: the same call makes the same bytes. */
  bodyOf(call: BillingCall): string {
    return JSON.stringify({
      ...this.envelope('bulk_record_usage_m'),
      client_receipt_id: call.receiptId,
      usage_recs: call.lines.map(usageRecordOf),
    });
  }

  private envelope(restCall: string): Record<string, string> {
    return {
      rest_call: restCall,
      output_format: 'json',
      client_no: this.options.clientNo,
      auth_key: this.options.authKey,
    };
  }
}

/** `amt` wins over `rate` there, so only `amt` is sent. `currency_cd` is ours beside the reference's fields. */
function usageRecordOf(line: BillingLine): Record<string, string> {
  return {
    client_acct_id: line.account,
    client_plan_instance_id: line.subscription,
    usage_type_code: line.usageType,
    usage_units: line.quantity,
    usage_date: new Date(line.lastAt).toISOString().slice(0, 19).replace('T', ' '),
    amt: line.amount,
    currency_cd: line.currency,
    client_record_id: line.lineId,
    comments: `${line.records} usage records, rate schedule ${line.rateSchedule}`,
  };
}

function understand(status: number, text: string, call: BillingCall): BillingAnswer {
  const answer = parseAnswer(text);
  if (status >= 400 && status < 500 && !UNCERTAIN_STATUSES.has(status)) {
    return { kind: 'REFUSED', code: `HTTP_${status}`, message: describe(status, text) };
  }
  if (status !== 200 || answer === undefined) return { kind: 'UNKNOWN', reason: describe(status, text) };
  const errors = errorsOf(answer.body, new Set(call.lines.map((line) => line.lineId)));
  if (errors === undefined) {
    return { kind: 'UNKNOWN', reason: 'the answer names error records that are not lines of this call' };
  }
  if (answer.code === 0 || (errors.length > 0 && answer.code !== UNEXPECTED)) return { kind: 'ANSWERED', errors };
  if (answer.code === UNEXPECTED) return { kind: 'UNKNOWN', reason: `${answer.code} ${answer.message}` };
  return { kind: 'REFUSED', code: String(answer.code), message: answer.message };
}

/** `{ error_code, error_msg, … }`, else undefined. */
function parseAnswer(text: string): Answer | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const fields = body as Readonly<Record<string, unknown>>;
  const code = Number(fields['error_code']);
  if (fields['error_code'] === undefined || fields['error_code'] === null || !Number.isSafeInteger(code))
    return undefined;
  return { code, message: textOf(fields['error_msg']), body: fields };
}

/** Undefined when the list is not understood or names a line that was not sent. */
function errorsOf(body: Answer['body'], sent: ReadonlySet<string>): LineError[] | undefined {
  const list = body['error_records'] ?? [];
  if (!Array.isArray(list)) return undefined;
  const errors = new Map<string, LineError>();
  for (const item of list as unknown[]) {
    const fields = (typeof item === 'object' && item !== null ? item : {}) as Readonly<Record<string, unknown>>;
    const lineId = fields['out_client_record_id'];
    if (typeof lineId !== 'string' || !sent.has(lineId)) return undefined;
    errors.set(lineId, {
      lineId,
      code: textOf(fields['record_error_code']),
      message: textOf(fields['record_error_msg']),
    });
  }
  return [...errors.values()];
}

/** Only records of the asked lines; undefined when the list is cut short or not understood. */
function historyOf(body: Answer['body'], asked: ReadonlySet<string>): BillingRecord[] | undefined {
  const list = body['usage_history_recs'];
  if (!Array.isArray(list)) return undefined;
  const total = body['total'];
  if (typeof total === 'number' && total > list.length) return undefined;
  const records: BillingRecord[] = [];
  for (const item of list as unknown[]) {
    if (typeof item !== 'object' || item === null) return undefined;
    const fields = item as Readonly<Record<string, unknown>>;
    const lineId = fields['client_record_id'];
    if (typeof lineId !== 'string' || !asked.has(lineId)) continue;
    const invoiceNo = textOf(fields['invoice_no']);
    const invoiceLineNo = Number(fields['invoice_line_no']);
    records.push({
      lineId,
      amount: textOf(fields['amt']),
      currency: textOf(fields['currency_cd']),
      ...(invoiceNo === '' || !Number.isSafeInteger(invoiceLineNo) ? {} : { invoice: { invoiceNo, invoiceLineNo } }),
    });
  }
  return records;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 500) : typeof value === 'number' ? String(value) : '';
}

function describe(status: number, text: string): string {
  return `HTTP ${status}, not an answer of this call: ${text.slice(0, 200)}`;
}
