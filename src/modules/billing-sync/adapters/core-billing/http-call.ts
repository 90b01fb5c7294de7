import { setTimeout as sleep } from 'node:timers/promises';

export interface HttpCallOptions {
  readonly url: string;
  readonly timeoutMs: number;
  /** A longer answer is not read. */
  readonly maxAnswerBytes: number;
  /** Calls again after a failure that certainly recorded nothing. */
  readonly retries: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/**
 * What came of a POST. NOT_SENT: the other side certainly never took the request. TOO_MANY: it said that it did not.
 * LOST: sent, and the answer was never seen whole. STOPPED: we were told to stop before it could be made, or made again.
 */
export type HttpOutcome =
  | { readonly kind: 'ANSWER'; readonly status: number; readonly text: string }
  | { readonly kind: 'NOT_SENT'; readonly reason: string }
  | { readonly kind: 'TOO_MANY'; readonly reason: string; readonly retryAfterMs?: number }
  | { readonly kind: 'LOST'; readonly reason: string }
  | { readonly kind: 'STOPPED'; readonly reason: string };

/** Failures of making the connection: no byte of the request has left. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * POSTs JSON; calls again, with growing and jittered delays, only after NOT_SENT and TOO_MANY. Everything else is for
 * the caller to look up first: a 5xx, even a 503, may come from a gateway whose upstream has recorded the call.
 */
export async function postJson(options: HttpCallOptions, body: string, signal: AbortSignal): Promise<HttpOutcome> {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await postOnce(options, body, signal);
    if (outcome.kind !== 'NOT_SENT' && outcome.kind !== 'TOO_MANY') return outcome;
    if (attempt >= options.retries) return outcome;
    const asked = outcome.kind === 'TOO_MANY' ? outcome.retryAfterMs : undefined;
    const backoff = Math.min(options.baseDelayMs * 2 ** attempt, options.maxDelayMs) * (0.5 + Math.random() / 2);
    // Asked to wait for longer than a call may take: that is for a later send.
    if (asked !== undefined && asked > options.maxDelayMs) return outcome;
    await sleep(Math.max(asked ?? 0, backoff), undefined, { signal }).catch(() => undefined);
  }
}

async function postOnce(options: HttpCallOptions, body: string, signal: AbortSignal): Promise<HttpOutcome> {
  if (signal.aborted) return { kind: 'STOPPED', reason: 'stopped before the call' };
  try {
    const response = await fetch(options.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(options.timeoutMs)]),
    });
    if (response.status === 429) {
      await response.body?.cancel();
      const retryAfterMs = retryAfterOf(response.headers.get('retry-after'));
      return { kind: 'TOO_MANY', reason: 'HTTP 429', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    }
    const text = await readCapped(response, options.maxAnswerBytes);
    return text === undefined
      ? { kind: 'LOST', reason: `the answer is longer than ${options.maxAnswerBytes} bytes` }
      : { kind: 'ANSWER', status: response.status, text };
  } catch (error) {
    const cause = codeOf(error);
    return NEVER_CONNECTED.has(cause)
      ? { kind: 'NOT_SENT', reason: `no connection to ${options.url}: ${cause}` }
      : { kind: 'LOST', reason: `no whole answer within ${options.timeoutMs} ms: ${cause}` };
  }
}

async function readCapped(response: Response, maxBytes: number): Promise<string | undefined> {
  if (response.body === null) return '';
  const parts: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop early closes the connection.
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > maxBytes) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Seconds or an HTTP date, in ms from now. */
function retryAfterOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function codeOf(error: unknown): string {
  // Not `instanceof Error`: an error may come from another context.
  const { cause, name, message } = error as Partial<Error>;
  const code = (cause as { readonly code?: unknown } | undefined)?.code;
  if (typeof code === 'string') return code;
  return (name === 'Error' || name === 'TypeError' ? message : name) ?? 'unknown error';
}
