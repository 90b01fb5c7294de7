import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox-server.js';
import type { Clock } from '../../src/shared/kernel/clock.js';
import { SAMPLE_SOURCES, sampleMappings } from '../../src/tools/demo/data/sample-mappings.js';
import { SampleUsage, type SampleOptions, type SampleService } from '../../src/tools/demo/data/sample-usage.js';
import { ApiClient, ApiError, until } from '../../src/tools/local/api-client.js';
import type { RunStores } from '../../src/tools/local/run-stores.js';
import { setUpSample } from '../../src/tools/local/sample-setup.js';
import { startTestApp, type TestApp } from './app.js';

export interface SampleWorldOptions {
  /** Absent: sources and mappings only, nobody to bill. */
  readonly accounts?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** Default: those that the environment names for tests. */
  readonly stores?: RunStores;
  /** Keys of its commands; default: new ones. The same keys at the same times make the same ids. */
  readonly newKey?: () => string;
}

/** What the tests read of `GET /v1/usage-files/{fileId}`. */
export interface UsageFileView {
  readonly fileId: string;
  readonly fileName: string;
  readonly status: string;
  readonly sha256: string;
  readonly phases: {
    readonly parseAndLoad: { total: number; processed: number; error: number; duplicate: number };
    readonly mediation: { total: number; processed: number; ignored: number; error: number };
    readonly rating: { total: number; processed: number; suspended: number; discarded: number; pending: number };
  };
  readonly quantities: Readonly<Record<string, string>>;
  readonly money: Readonly<Record<string, string>>;
  readonly balance: { linesRead: number; accountedFor: number; pending: number; balanced: boolean };
  readonly rejection?: { code: string; message: string; line?: number; column?: string };
}

export interface FileErrorView {
  readonly recordId: string;
  readonly line: number;
  readonly outcome: string;
  readonly code: string;
  readonly column?: string;
  readonly detail: string;
}

export interface Received {
  readonly fileId: string;
  readonly duplicateOf?: string;
}

/** Retally in this process and a sandbox billing system, spoken to over real HTTP, with the sample's configuration. */
export class SampleWorld {
  private constructor(
    readonly app: TestApp,
    readonly sandbox: Sandbox,
    readonly url: string,
    readonly api: ApiClient,
    readonly billing: ApiClient,
    private readonly dir: string,
  ) {}

  static async start(options: SampleWorldOptions = {}): Promise<SampleWorld> {
    const dir = mkdtempSync(join(tmpdir(), 'retally-sample-'));
    const now = options.clock === undefined ? {} : { now: () => options.clock?.now() ?? 0 };
    const sandbox = await startSandbox({ ledgerFile: join(dir, 'ledger.ndjson'), ...now });
    const app = await startTestApp({
      ...(options.clock === undefined ? {} : { clock: options.clock }),
      ...(options.stores === undefined ? {} : { stores: options.stores }),
      env: {
        RETALLY_BILLING_URL: sandbox.url,
        RETALLY_BILLING_CLIENT_NO: '1001',
        RETALLY_BILLING_AUTH_KEY: 'sandbox',
        RETALLY_BILLING_BATCH_SIZE: '100',
        ...options.env,
      },
    });
    const url = await app.listen();
    const api = new ApiClient(url, app.key, options.newKey);
    const world = new SampleWorld(app, sandbox, url, api, new ApiClient(sandbox.url), dir);
    try {
      if (options.accounts === undefined) await world.sourcesOnly();
      else await setUpSample(world.api, options.accounts);
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  /** `keep`: the application's folder stays, for a start on it again. */
  async stop(options: { keep?: boolean } = {}): Promise<void> {
    await this.app.stop(options);
    await this.sandbox.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Uploads and answers at once. */
  upload(service: SampleService, content: string | Buffer, name = `${service}.csv`): Promise<Received> {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    return this.api.upload<Received>('/v1/usage-files', new Blob([new Uint8Array(bytes)]), name, {
      ...SAMPLE_SOURCES[service],
    });
  }

  /** Uploads, waits until everybody is done, and answers the file as it then stands. */
  async take(service: SampleService, content: string | Buffer, name?: string): Promise<UsageFileView> {
    return this.ended((await this.upload(service, content, name)).fileId);
  }

  /** The file at its end. The log alone does not tell: a file that is being read and verified leaves the log in peace. */
  async ended(fileId: string): Promise<UsageFileView> {
    await this.app.settle(60_000);
    return until(
      `file ${fileId}`,
      () => this.file(fileId),
      ({ status }) => status === 'COMPLETED' || status === 'REJECTED',
      { everyMs: 20, timeoutMs: 30_000 },
    );
  }

  file(fileId: string): Promise<UsageFileView> {
    return this.api.get<UsageFileView>(`/v1/usage-files/${fileId}`);
  }

  errors(fileId: string): Promise<FileErrorView[]> {
    return this.list<FileErrorView>(`/v1/usage-files/${fileId}/errors`);
  }

  async list<T>(path: string, query: Readonly<Record<string, string | number>> = {}): Promise<T[]> {
    const items: T[] = [];
    for await (const item of this.api.all<T>(path, query)) items.push(item);
    return items;
  }

  private async sourcesOnly(): Promise<void> {
    for (const { sourcePlatform } of Object.values(SAMPLE_SOURCES))
      await this.api.post('/v1/source-platforms', { sourcePlatform, name: sourcePlatform });
    for (const { mapping, definition } of sampleMappings())
      await this.api.post('/v1/mappings', { mapping, definition, reason: 'The sample' });
  }
}

export function sampleText(options: SampleOptions): string {
  return Buffer.concat([...new SampleUsage(options).pieces()]).toString('utf8');
}

/** The problem a call answers with. @throws when it answers well. */
export async function problemOf(call: Promise<unknown>): Promise<ProblemView> {
  try {
    const answer = await call;
    throw new Error(`Expected a problem, got ${JSON.stringify(answer)}`);
  } catch (error) {
    if (error instanceof ApiError) return { ...(error.body as ProblemView), status: error.status };
    throw error;
  }
}

export interface ProblemView {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}
