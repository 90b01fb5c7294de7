/**
 * How the sandbox can be told to misbehave. `accepted`: whether the call was recorded before the bad answer.
 *
 * - DROP: the connection is cut without an answer. - HTTP_STATUS: `status` (429 with `retryAfterSeconds`, 5xx…).
 * - SLOW: `delayMs` before the answer. - MALFORMED: not JSON. - TRUNCATED: half of the JSON. - ERROR_BODY: 200 with
 * `code`. - HUGE: an answer of many megabytes. - REJECT: the chosen records are refused with `code`.
 * - IGNORE_RECEIPTS: a repeated receipt is recorded again.
 */
export const FAULT_KINDS = [
  'DROP',
  'HTTP_STATUS',
  'SLOW',
  'MALFORMED',
  'TRUNCATED',
  'ERROR_BODY',
  'HUGE',
  'REJECT',
  'IGNORE_RECEIPTS',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** Calls it still applies to; a fault ends when they are used up. Default 1. */
  count: number;
  /** Only calls of this name: `bulk_record_usage_m` (default), `get_usage_history_m`, or `*`. */
  readonly call: string;
  readonly accepted: boolean;
  readonly status: number;
  readonly retryAfterSeconds?: number;
  readonly delayMs: number;
  readonly code: number;
  readonly message: string;
  /** REJECT: these records, these accounts, or this share of all (chosen by a hash of the record id). */
  readonly records?: readonly string[];
  readonly accounts?: readonly string[];
  readonly ratio?: number;
}

export class Faults {
  private faults: Fault[] = [];

  list(): readonly Fault[] {
    return this.faults;
  }

  set(faults: readonly Fault[]): void {
    this.faults = [...faults];
  }

  /** The faults of one call, each used once; at most one of a kind. */
  take(call: string): Fault[] {
    const taken: Fault[] = [];
    for (const fault of this.faults) {
      if (fault.call !== '*' && fault.call !== call) continue;
      if (taken.some((other) => other.kind === fault.kind)) continue;
      fault.count -= 1;
      taken.push(fault);
    }
    this.faults = this.faults.filter((fault) => fault.count > 0);
    return taken;
  }
}

/** @throws RangeError that says what is wrong with the fault. */
export function readFault(raw: unknown): Fault {
  if (typeof raw !== 'object' || raw === null) throw new RangeError('a fault is an object with a kind');
  const given = raw as Partial<Fault>;
  const kind = FAULT_KINDS.find((name) => name === given.kind);
  if (kind === undefined) throw new RangeError(`kind must be one of ${FAULT_KINDS.join(', ')}`);
  return {
    kind,
    count: given.count ?? 1,
    call: given.call ?? 'bulk_record_usage_m',
    accepted: given.accepted ?? false,
    status: given.status ?? 500,
    delayMs: given.delayMs ?? 1000,
    code: given.code ?? 1001,
    message: given.message ?? 'told to fail by /sandbox/faults',
    ...(given.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: given.retryAfterSeconds }),
    ...(given.records === undefined ? {} : { records: given.records }),
    ...(given.accounts === undefined ? {} : { accounts: given.accounts }),
    ...(given.ratio === undefined ? {} : { ratio: given.ratio }),
  };
}

export function rejects(fault: Fault, clientRecordId: string | null, account: string): boolean {
  if (fault.records !== undefined) return clientRecordId !== null && fault.records.includes(clientRecordId);
  if (fault.accounts !== undefined) return fault.accounts.includes(account);
  return fault.ratio === undefined || share(clientRecordId ?? account) < fault.ratio;
}

/** A number in [0, 1) that depends on the text alone (FNV-1a). */
function share(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash / 0x1_0000_0000;
}
