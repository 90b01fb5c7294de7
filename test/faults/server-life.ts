import { setTimeout as pause } from 'node:timers/promises';
import { ApiError, type ApiClient } from '../../src/tools/local/api-client.js';
import { RetallyServer } from '../../src/tools/local/local-system.js';
import { logHead } from '../../src/tools/local/read-model-progress.js';

export interface LifeOptions {
  readonly dataDir: string;
  /** Absent on a folder that was never used: the first start makes it. */
  readonly key?: string;
  readonly billingUrl: string;
}

export interface Death {
  readonly signal: 'SIGKILL' | 'SIGTERM';
  /** Last log position seen before it, and the first one after. */
  readonly headBefore: number;
  readonly headAfter: number;
  /** From the start of the next process until it served. */
  readonly readyMs: number;
  /** SIGTERM: how long it took to end. */
  readonly endMs: number;
  readonly exitCode: number | null;
}

/** A lost answer is asked for again for this long. */
export const PATIENCE_MS = 90_000;

/** Of trouble in each step of a life of two instances. */
export const ROUNDS = Number(process.env.RETALLY_FAULT_ROUNDS ?? '1');
/** Lines: with more rounds of trouble there are more batches to be in the middle of. */
export const BILLING_BATCH_SIZE = String(Math.max(1, Math.floor(15 / ROUNDS)));

/** One data folder through the deaths of the processes that work on it, and a client that outlives them all. */
export class ServerLife {
  readonly deaths: Death[] = [];
  /** Highest log position any answer named: everything up to there was acknowledged. */
  acknowledged = 0;
  private up: Promise<unknown> = Promise.resolve();

  private constructor(
    private server: RetallyServer,
    private readonly options: LifeOptions,
  ) {}

  static async begin(options: LifeOptions): Promise<ServerLife> {
    return new ServerLife(await startServer(options), options);
  }

  get key(): string {
    return this.server.key;
  }

  get peakMemory(): number {
    return this.server.program.peakMemory();
  }

  /**
   * Asks until there is an answer: a connection that died, a server that starts or stops, and a twin still under way are
   * asked again, exactly as before. A command must bring its Idempotency-Key.
   */
  async ask<T>(request: (api: ApiClient) => Promise<T>): Promise<T> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      await this.up;
      try {
        const answer = await request(this.server.api);
        this.note(answer);
        return answer;
      } catch (error) {
        if (!isPassing(error) || performance.now() > deadline) throw error;
        await pause(20);
      }
    }
  }

  head(): Promise<number> {
    return this.ask(logHead);
  }

  /** Ends the process, lets `between` happen to its folder, and starts the next one. */
  async die(signal: Death['signal'], between: () => Promise<void> = () => Promise.resolve()): Promise<Death> {
    const headBefore = Math.max(await this.head(), this.acknowledged);
    const dying = this.endAndStart(signal, between);
    this.up = dying.catch(() => undefined);
    const timing = await dying;
    const death = { signal, headBefore, headAfter: await this.head(), ...timing };
    this.deaths.push(death);
    return death;
  }

  /** Stops for good; answers the exit code. */
  end(): Promise<number | null> {
    return this.server.program.stop();
  }

  /** What a test must leave behind when it failed. */
  async abandon(): Promise<void> {
    await this.up;
    await this.server.program.kill();
  }

  private async endAndStart(signal: Death['signal'], between: () => Promise<void>) {
    const { program, key } = this.server;
    const begin = performance.now();
    let exitCode: number | null = null;
    if (signal === 'SIGKILL') await program.kill();
    else exitCode = await program.stop();
    const endMs = performance.now() - begin;
    await between();
    const restart = performance.now();
    this.server = await startServer({ ...this.options, key });
    return { exitCode, endMs, readyMs: performance.now() - restart };
  }

  private note(answer: unknown): void {
    const position = (answer as { readonly position?: unknown } | null | undefined)?.position;
    if (typeof position === 'number' && position > this.acknowledged) this.acknowledged = position;
  }
}

function startServer({ dataDir, key, billingUrl }: LifeOptions): Promise<RetallyServer> {
  return RetallyServer.start({
    dataDir,
    port: 0,
    billingUrl,
    ...(key === undefined ? {} : { key }),
    // Small batches, so that a send has many calls to be cut off in.
    env: { RETALLY_BILLING_BATCH_SIZE: BILLING_BATCH_SIZE, RETALLY_MIN_FREE_BYTES: '0', RETALLY_LOG_LEVEL: 'error' },
  });
}

/** No answer, a server on its way down or up, or the same command still under way. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof ApiError)) return (error as Error).name === 'TypeError';
  if (error.status === 503) return true;
  return error.status === 409 && JSON.stringify(error.body).includes('command/in-flight');
}
