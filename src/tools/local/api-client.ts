import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** An error answer of the API, with its problem document. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: number,
    readonly body: unknown,
    where: string,
    /** Of the answer's `Retry-After`; absent when asking again is of no use. */
    readonly retryAfterSeconds?: number,
  ) {
    super(`${where} answered ${status}: ${JSON.stringify(body).slice(0, 2000)}`);
  }
}

/** How long a request is asked again while the server says that it, or what it stands on, is not ready yet. */
const PATIENCE_MS = 60_000;

/**
 * A REST client as any user would write it: JSON in, JSON out, a key, and nothing of the server's insides. A 503 with
 * `Retry-After` is asked again: reads as they are, commands under the same `Idempotency-Key`.
 */
export class ApiClient {
  constructor(
    private readonly baseUrl: string,
    private readonly key?: string,
    /** The `Idempotency-Key` of a command that brings none of its own. */
    private readonly newKey: () => string = randomUUID,
  ) {}

  async get<T>(path: string, query: Readonly<Record<string, string | number | undefined>> = {}): Promise<T> {
    const url = new URL(path, this.baseUrl);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    return this.call<T>('GET', url);
  }

  async post<T>(path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    return this.call<T>('POST', new URL(path, this.baseUrl), body, headers);
  }

  async put<T>(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    return this.call<T>('PUT', new URL(path, this.baseUrl), body, headers);
  }

  /** Every item of a list, page by page. */
  async *all<T>(path: string, query: Readonly<Record<string, string | number | undefined>> = {}): AsyncGenerator<T> {
    let after: string | undefined;
    do {
      const page: { items: T[]; next?: string } = await this.get(path, { limit: 1000, ...query, after });
      yield* page.items;
      after = page.next;
    } while (after !== undefined);
  }

  /** Uploads a file as multipart with its three coordinates, streamed. */
  async upload<T>(
    path: string,
    file: Blob,
    name: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    const form = new FormData();
    for (const [field, value] of Object.entries(fields)) form.set(field, value);
    form.set('file', file, name);
    return this.call<T>('POST', new URL(path, this.baseUrl), form, headers);
  }

  private async call<T>(
    method: string,
    url: URL,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    const form = body instanceof FormData;
    const request: RequestInit = {
      method,
      headers: {
        ...(this.key === undefined ? {} : { authorization: `Bearer ${this.key}` }),
        ...(body === undefined || form ? {} : { 'content-type': 'application/json' }),
        ...(method === 'GET' ? {} : { 'idempotency-key': this.newKey() }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
    };
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return (await answerOf(url, request)) as T;
      } catch (error) {
        if (!(error instanceof ApiError) || error.retryAfterSeconds === undefined) throw error;
        const waitMs = error.retryAfterSeconds * 1000;
        if (performance.now() + waitMs > deadline) throw error;
        await pause(waitMs);
      }
    }
  }
}

async function answerOf(url: URL, request: RequestInit): Promise<unknown> {
  const response = await fetch(url, request);
  const text = await response.text();
  const parsed: unknown = text === '' ? undefined : parseJson(text);
  if (response.ok) return parsed;
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const again = response.status === 503 && Number.isFinite(retryAfter) ? retryAfter : undefined;
  throw new ApiError(response.status, parsed, `${request.method ?? 'GET'} ${url.pathname}`, again);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Asks until the answer satisfies, or says what it was still waiting for. */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  done: (answer: T) => boolean,
  options: { readonly timeoutMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + (options.timeoutMs ?? 120_000);
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    if (performance.now() > deadline)
      throw new Error(`Still waiting for ${what}; last answer: ${JSON.stringify(answer).slice(0, 1000)}`);
    await pause(options.everyMs ?? 100);
  }
}
