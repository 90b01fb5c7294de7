import type { StreamName } from '../../../kernel/stream-name.js';
import type { EncodedAppend } from '../../encoded-append.js';
import { eventHash, FIRST_PREVIOUS_HASH } from '../../event-hash.js';
import type { EventRegistry } from '../../event-registry.js';
import { LogUnavailable, WrongExpectedRevision, type Appended } from '../../event-store.port.js';
import { DamagedEvent, type StoredEvent } from '../../recorded-event.js';
import type { AppendResponse, LogConnection } from './connection.js';
import { failureOf } from './failures.js';
import type { LogPages, Patience } from './log-pages.js';
import { appendMessages, safeInteger, type ChainedEvent } from './messages.js';
import { pauseBefore, refusal, unavailable, type Reachability } from './retry.js';
import type { StreamNames } from './stream-names.js';
import type { StreamTips } from './stream-tips.js';
import type { Timings } from './timings.js';

/**
 * Appends with the exact revision, and repeats an attempt whose outcome is unknown with the same bytes, the same ids and
 * the same revision: the server recognises them. What it does not recognise is looked up in the stream itself.
 */
export class AppendWriter {
  constructor(
    private readonly connection: LogConnection,
    private readonly pages: LogPages,
    private readonly tips: StreamTips,
    private readonly registry: EventRegistry,
    private readonly names: StreamNames,
    private readonly reachability: Reachability,
    private readonly timings: Timings,
  ) {}

  /** @throws WrongExpectedRevision, LogUnavailable */
  async append(append: EncodedAppend, signal: AbortSignal): Promise<Appended> {
    const deadline = performance.now() + this.timings.total;
    const events = await this.chained(append, { signal, totalMs: this.timings.total });
    const messages = appendMessages(this.names.onServer(append.stream), append.expected, events);
    const answer = await this.answered(append, messages, deadline, signal);
    const appended = await this.understood(append, answer, signal);
    // Who appends chunks goes on with the next one; other streams are read by whoever decides on them.
    if (events.every(({ json }) => !json)) this.readBack(append.stream, appended.revision, signal);
    return appended;
  }

  /** Sends until the server answers; a failure that may pass is followed by the same again. */
  private async answered(
    append: EncodedAppend,
    messages: ReturnType<typeof appendMessages>,
    deadline: number,
    signal: AbortSignal,
  ): Promise<AppendResponse> {
    const what = `Appending to ${append.stream}`;
    for (let attempt = 1; ; attempt += 1) {
      if (signal.aborted) throw new LogUnavailable(`${what}: the log is closed`);
      const left = deadline - performance.now();
      try {
        const answer = await this.connection.sendAppend(messages, Math.max(1, Math.min(this.timings.attempt, left)));
        this.reachability.answered();
        return answer;
      } catch (error) {
        const kind = failureOf(error);
        if (kind !== 'passing' && kind !== 'unknown-position') throw refusal(what, error);
        this.reachability.failed(error);
        const rest = deadline - performance.now();
        if (rest <= 0) throw unavailable(what, error);
        await pauseBefore(attempt, rest, signal);
      }
    }
  }

  private async understood(append: EncodedAppend, answer: AppendResponse, signal: AbortSignal): Promise<Appended> {
    const { stream, expected } = append;
    const success = answer.getSuccess();
    if (success === undefined) {
      const wrong = answer.getWrongExpectedVersion();
      const actual =
        wrong?.hasCurrentRevision() === true ? safeInteger(wrong.getCurrentRevision(), stream) : 'no-stream';
      const first = actual === 'no-stream' ? undefined : await this.firstResult(append, signal);
      if (first === undefined) throw new WrongExpectedRevision(stream, expected, actual);
      return first;
    }
    const position = success.getPosition();
    if (position === undefined) {
      throw new Error(
        `Appending to ${stream}: the server says it is written, and where it says not: the stream was deleted on the ` +
          'server, which Retally never does. Restore the log from a copy.',
      );
    }
    return {
      revision: safeInteger(success.getCurrentRevision(), stream),
      position: safeInteger(position.getCommitPosition(), stream),
    };
  }

  /** The same ids right after the same expected revision were written before: their result is the answer. */
  private async firstResult(append: EncodedAppend, signal: AbortSignal): Promise<Appended | undefined> {
    const { stream, events } = append;
    const from = nextRevision(append);
    const stored = await this.storedFrom(stream, from, events.length, signal);
    if (stored.length !== events.length || !stored.every(({ id }, index) => id === events[index]?.id)) return undefined;
    const last = stored.at(-1);
    return last && { revision: last.revision, position: last.position };
  }

  private async storedFrom(
    stream: string,
    from: number,
    count: number,
    signal: AbortSignal,
  ): Promise<{ id: string; revision: number; position: number }[]> {
    const stored: { id: string; revision: number; position: number }[] = [];
    while (stored.length < count) {
      const left = count - stored.length;
      const page = await this.pages.stream(stream, 'forward', from + stored.length, left, { signal });
      stored.push(...page.events.map(({ id, revision, position }) => ({ id, revision, position })));
      if (page.complete || page.events.length === 0) break;
    }
    return stored;
  }

  /** The events with their hashes: each follows the one before, the first of them the last of the stream. */
  private async chained(append: EncodedAppend, patience: Patience): Promise<ChainedEvent[]> {
    let previousHash = await this.hashBefore(append, patience);
    let revision = nextRevision(append);
    return append.events.map((event) => {
      const hash = eventHash({ previousHash, stream: append.stream, revision, ...event });
      const chained = { ...event, previousHash, hash, json: this.registry.get(event.type).encoding === 'json' };
      previousHash = hash;
      revision += 1;
      return chained;
    });
  }

  /** @throws WrongExpectedRevision when the stream has no event at the expected revision. */
  private async hashBefore({ stream, expected }: EncodedAppend, patience: Patience): Promise<string> {
    if (expected === 'no-stream') return FIRST_PREVIOUS_HASH;
    const known = await this.tips.hashAt(stream, expected)?.catch(() => undefined);
    if (known !== undefined) return known;
    const at = await this.pages.stream(stream, 'forward', expected, 1, patience);
    const end = at.events.length > 0 ? at : await this.pages.stream(stream, 'backward', 'end', 1, patience);
    const [event] = end.events;
    if (event?.revision !== expected) throw new WrongExpectedRevision(stream, expected, event?.revision ?? 'no-stream');
    const hash = goodHash(event);
    this.tips.keep(stream, expected, hash);
    return hash;
  }

  private readBack(stream: StreamName, revision: number, signal: AbortSignal): void {
    const reading = this.pages.stream(stream, 'forward', revision, 1, { signal });
    const hash = reading.then(({ events: [event] }) => {
      if (event?.revision !== revision) throw new Error(`Event ${revision} of ${stream} cannot be read back`);
      return goodHash(event);
    });
    this.tips.keep(stream, revision, hash);
  }
}

/** @throws DamagedEvent also for an event that another program wrote: the next one cannot follow it. */
function goodHash(event: StoredEvent): string {
  if (eventHash(event) !== event.hash) throw new DamagedEvent(event.stream, event.revision, event.position);
  return event.hash;
}

function nextRevision({ expected }: EncodedAppend): number {
  return expected === 'no-stream' ? 0 : expected + 1;
}
