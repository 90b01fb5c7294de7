import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from '../../src/tools/local/api-client.js';
import type { ServerLife } from './server-life.js';

/** Asks until it is answered and waits until it is done, whatever dies meanwhile. */
export class Insistence {
  constructor(private readonly life: Pick<ServerLife, 'ask'>) {}

  ask<T>(request: (api: ApiClient) => Promise<T>): Promise<T> {
    return this.life.ask(request);
  }

  /** The same key in every life, so that what is derived from the command is the same too. */
  command<T>(path: string, body: unknown, key = path.slice(4).replaceAll('/', '-')): Promise<T> {
    return this.life.ask((api) => api.post<T>(path, body, { 'idempotency-key': key }));
  }

  /** Until these files went through all their phases. */
  async rated(fileIds: readonly string[]): Promise<void> {
    for (const fileId of fileIds) {
      const path = `/v1/usage-files/${fileId}`;
      await this.until(`file ${fileId}`, (api) => api.get<{ status: string }>(path), 'COMPLETED');
    }
  }

  /** Until its status is the wanted one. @throws when it is the fatal one. */
  async until<T extends { readonly status: string }>(
    what: string,
    ask: (api: ApiClient) => Promise<T>,
    wanted: string,
    fatal = 'REJECTED',
  ): Promise<T> {
    let answer: T | undefined;
    await this.settled(what, async () => {
      answer = await this.life.ask((api) => ask(api).catch(absentYet));
      if (answer?.status === fatal) throw new Error(`${what} ended ${fatal}: ${JSON.stringify(answer)}`);
      return answer?.status === wanted;
    });
    return answer as T;
  }

  async settled(what: string, done: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + 120_000;
    while (!(await done())) {
      if (performance.now() > deadline) throw new Error(`Still waiting for ${what}`);
      await pause(20);
    }
  }
}

/** A read model that has not seen it yet answers 404. */
function absentYet(error: unknown): undefined {
  if ((error as { readonly status?: unknown }).status === 404) return undefined;
  throw error;
}
