import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { BillingCalls, failed, type CallAnswer, type CallBody } from './billing-calls.js';
import { Faults, readFault, type Fault } from './faults.js';
import { runInvoices, tell, type InvoiceRunRequest } from './invoice-run.js';
import { Ledger } from './ledger.js';
import { CODES } from './usage-record.js';

export interface SandboxOptions {
  /** Append-only file of the sandbox's own book; made when missing. */
  readonly ledgerFile: string;
  /** 0 = any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly clientNo?: string;
  readonly authKey?: string;
  /** How long a client_receipt_id is remembered; default 24 hours. */
  readonly windowMs?: number;
  /** Absent: every account is known. */
  readonly knownAccounts?: readonly string[];
  readonly refuseDuplicates?: boolean;
  readonly defaultCurrency?: string;
  readonly maxRecords?: number;
  readonly now?: () => number;
}

export interface Sandbox {
  readonly url: string;
  readonly ledger: Ledger;
  readonly faults: Faults;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const HUGE_BYTES = 32 * 1024 * 1024;

/** A billing system of its own, to be talked to over HTTP: see README.md. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const ledger = await Ledger.open(options.ledgerFile);
  const now = options.now ?? Date.now;
  const calls = new BillingCalls(ledger, {
    clientNo: options.clientNo ?? '1001',
    authKey: options.authKey ?? 'sandbox',
    windowMs: options.windowMs ?? 24 * 3_600_000,
    refuseDuplicates: options.refuseDuplicates ?? false,
    defaultCurrency: options.defaultCurrency ?? 'EUR',
    maxRecords: options.maxRecords ?? 10_000,
    now,
    ...(options.knownAccounts === undefined ? {} : { knownAccounts: new Set(options.knownAccounts) }),
  });
  const faults = new Faults();
  const routes = new SandboxRoutes(ledger, calls, faults, now);
  const server = createServer((request, response) => {
    routes.answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, 500, failed(CODES.UNEXPECTED, `unexpected error: ${String(error)}`));
      else response.destroy();
    });
  });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://${host}:${port}`, ledger, faults, close: () => close(server, ledger) };
}

async function close(server: Server, ledger: Ledger): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await ledger.close();
}

class SandboxRoutes {
  constructor(
    private readonly ledger: Ledger,
    private readonly calls: BillingCalls,
    private readonly faults: Faults,
    private readonly now: () => number,
  ) {}

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const body = request.method === 'GET' || request.method === 'DELETE' ? {} : await readJson(request);
    if (body === undefined) {
      send(response, 200, failed(CODES.UNPARSEABLE, 'input cannot be parsed as JSON'));
      return;
    }
    const route = `${request.method ?? ''} ${path}`;
    if (request.method === 'POST' && !path.startsWith('/sandbox/')) await this.billingCall(body, response);
    else if (route === 'GET /sandbox/ledger') send(response, 200, this.ledgerSummary());
    else if (route === 'GET /sandbox/ledger/records') send(response, 200, this.ledgerRecords());
    else if (route === 'GET /sandbox/faults') send(response, 200, { faults: this.faults.list() });
    else if (route === 'PUT /sandbox/faults') this.putFaults(body, response);
    else if (route === 'DELETE /sandbox/faults') this.putFaults([], response);
    else if (route === 'POST /sandbox/invoice-run') await this.invoiceRun(body as InvoiceRunRequest, response);
    else send(response, 404, { error: `${route} is not there: see src/sandbox/README.md` });
  }

  private ledgerRecords(): object {
    return { records: this.ledger.records, invoices: this.ledger.invoices };
  }

  private ledgerSummary(): object {
    return {
      calls: this.ledger.calls,
      records: this.ledger.records.length,
      totals: this.ledger.totals(),
      duplicates: this.ledger.duplicates(),
      invoices: this.ledger.invoices.length,
    };
  }

  private putFaults(body: unknown, response: ServerResponse): void {
    const given = (body as { readonly faults?: unknown }).faults ?? body;
    try {
      this.faults.set((Array.isArray(given) ? given : [given]).map(readFault));
      send(response, 200, { faults: this.faults.list() });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      send(response, 422, { error: error.message });
    }
  }

  private async invoiceRun(request: InvoiceRunRequest, response: ServerResponse): Promise<void> {
    const invoices = await runInvoices(this.ledger, request, this.now());
    const told = request.webhook === undefined ? undefined : await tell(this.ledger, invoices, request.webhook);
    send(response, 200, { invoices, ...(told === undefined ? {} : { webhook: told }) });
  }

  private async billingCall(body: unknown, response: ServerResponse): Promise<void> {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      send(response, 200, failed(CODES.UNPARSEABLE, 'input is not a JSON object'));
      return;
    }
    const call = body as CallBody;
    const faults = this.faults.take(String(call['rest_call']));
    const breaking = faults.find((fault) => !['REJECT', 'IGNORE_RECEIPTS', 'SLOW'].includes(fault.kind));
    const slow = faults.find((fault) => fault.kind === 'SLOW');
    const recorded = breaking === undefined || breaking.accepted;
    if (slow !== undefined && !slow.accepted) await pause(slow.delayMs);
    const answer = recorded ? await this.calls.call(call, faults) : failed(CODES.UNEXPECTED, 'not recorded');
    if (slow?.accepted === true) await pause(slow.delayMs);
    if (breaking === undefined) send(response, 200, answer);
    else misbehave(breaking, answer, response);
  }
}

function misbehave(fault: Fault, answer: CallAnswer, response: ServerResponse): void {
  switch (fault.kind) {
    case 'HTTP_STATUS':
      if (fault.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(fault.retryAfterSeconds));
      response.writeHead(fault.status, { 'content-type': 'text/plain' }).end(fault.message);
      return;
    case 'MALFORMED':
      response.writeHead(200, { 'content-type': 'application/json' }).end('<html>Bad gateway</html>');
      return;
    case 'TRUNCATED': {
      const text = JSON.stringify(answer);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.write(text.slice(0, Math.floor(text.length / 2)), () => response.destroy());
      return;
    }
    case 'ERROR_BODY':
      send(response, 200, failed(fault.code, fault.message));
      return;
    case 'HUGE':
      send(response, 200, { ...answer, padding: 'x'.repeat(HUGE_BYTES) });
      return;
    default:
      response.destroy();
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    parts.push(part);
  }
  try {
    return bytes === 0 ? {} : (JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
