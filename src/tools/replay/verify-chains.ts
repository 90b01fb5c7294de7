import type { OpenLog } from '../../shared/platform/storage.module.js';

export interface ChainReport {
  readonly streams: number;
  readonly events: number;
  /** One line for each stream whose chain is broken. */
  readonly broken: readonly string[];
}

/** Recomputes the hash chain of one stream, or of all there are. */
export async function verifyChains(store: OpenLog, stream?: string): Promise<ChainReport> {
  const streams = stream === undefined ? await everyStream(store) : [stream];
  const broken: string[] = [];
  let events = 0;
  for (const name of streams) {
    const verdict = await store.verifyChain(name);
    if (verdict.intact) events += verdict.events;
    else broken.push(`${name} revision ${verdict.revision}: ${verdict.reason}`);
  }
  return { streams: streams.length, events, broken };
}

async function everyStream(store: OpenLog): Promise<string[]> {
  const names = new Set<string>();
  for await (const event of store.readAll()) names.add(event.stream);
  return [...names].sort();
}
