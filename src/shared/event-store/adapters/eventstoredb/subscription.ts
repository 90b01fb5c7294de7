import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedEvent } from '../../../kernel/event.js';
import type { Delivery } from '../../event-store.port.js';
import type { StoredEvent } from '../../recorded-event.js';
import type { LogPages, Patience, StoredPage } from './log-pages.js';
import type { LogWatch } from './log-watch.js';
import type { SplitFilter } from './server-filter.js';

/** The shortest time between two reads for one who keeps up, and the longest for one who finds nothing in them; ms. */
const SHORTEST_GAP_MS = 5;
const LONGEST_GAP_MS = 80;

interface SubscriptionParts {
  readonly pages: LogPages;
  readonly watch: LogWatch;
  readonly filter: SplitFilter;
  /** The end of the log, shared among those who ask at the same time. */
  readonly head: (signal: AbortSignal) => Promise<number>;
  readonly decode: (stored: StoredEvent) => RecordedEvent;
  /** A waiting subscription looks by itself after this long, woken or not; in milliseconds. */
  readonly pollMs: number;
}

/**
 * Paged reads are the truth, wake-ups only end the waiting. The end of the log is taken *before* a page is read: when the
 * page comes complete, everything that matched up to that end was in it, so the checkpoint may pass what did not match.
 * While one page is worked on, the next is on its way.
 *
 * In a busy log reads are spaced, the more the longer they bring nothing, so that many subscriptions with sparse filters
 * do not read the log to death; the first event after a quiet time is read at once.
 */
export async function* deliveries(
  parts: SubscriptionParts,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<Delivery, void, undefined> {
  const { pages, watch, filter } = parts;
  const patience: Patience = { signal, endless: true };
  const leave = watch.join();
  let position = after;
  let told = false;
  let gap = SHORTEST_GAP_MS;
  try {
    while (!isOver(signal)) {
      const heard = watch.signal.heard();
      const started = performance.now();
      const head = await parts.head(signal);
      if (head <= position && told) {
        await watch.signal.wait(heard, parts.pollMs, signal);
        continue;
      }
      let found = false;
      let page = await nextPage(pages, position, filter, patience);
      for (;;) {
        const next = page.complete ? undefined : ahead(nextPage(pages, page.reached ?? position, filter, patience));
        for (const stored of page.events) {
          yield { kind: 'event', event: parts.decode(stored) };
          if (isOver(signal)) return;
        }
        found ||= page.events.length > 0;
        position = Math.max(position, page.reached ?? 0, page.complete ? head : 0);
        told = true;
        yield { kind: 'checkpoint', position, caughtUp: page.complete };
        if (next === undefined || isOver(signal)) break;
        page = await next;
      }
      gap = found ? SHORTEST_GAP_MS : Math.min(gap * 2, LONGEST_GAP_MS);
      await restUntil(started + gap, signal);
    }
  } catch (error) {
    // The end of a subscription breaks the call it waits for: that is no error.
    if (!signal.aborted) throw error;
  } finally {
    leave();
  }
}

/** Asked through a function, for it changes while others have their turn. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

function nextPage(pages: LogPages, after: number, filter: SplitFilter, patience: Patience): Promise<StoredPage> {
  return pages.all({ direction: 'forward', after }, filter, Number.MAX_SAFE_INTEGER, patience);
}

/** Its failure belongs to whoever awaits it later, and to nobody when the subscription ends before. */
function ahead<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

async function restUntil(time: number, signal: AbortSignal): Promise<void> {
  const left = time - performance.now();
  if (left > 1) await sleep(left, undefined, { signal }).catch(() => undefined);
}
