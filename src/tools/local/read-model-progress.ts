import { until, type ApiClient } from './api-client.js';

interface ReplayList {
  readonly items: readonly {
    readonly readModel: string;
    readonly state: string;
    readonly position: number;
    readonly behind: number;
  }[];
}

/** Position of the last event of the log. */
export async function logHead(api: ApiClient): Promise<number> {
  const { items } = await api.get<ReplayList>('/v1/replays');
  return Math.max(0, ...items.map(({ position, behind }) => position + behind));
}

/** Waits until every read model stands at the end of the log; a stopped one is an error. */
export async function projected(api: ApiClient, timeoutMs = 3_600_000): Promise<void> {
  await until(
    'the read models to reach the end of the log',
    async () => {
      const { items } = await api.get<ReplayList>('/v1/replays');
      const stopped = items.find(({ state }) => state === 'STOPPED');
      if (stopped !== undefined) throw new Error(`Read model ${stopped.readModel} has stopped at ${stopped.position}`);
      return items;
    },
    (items) => items.length > 0 && items.every(({ behind, state }) => behind === 0 && state === 'RUNNING'),
    { timeoutMs, everyMs: 20 },
  );
}
