import type { EncodedAppend } from '../../encoded-append.js';
import { eventHash, FIRST_PREVIOUS_HASH } from '../../event-hash.js';
import type { EventRegistry } from '../../event-registry.js';
import { LogUnavailable, WrongExpectedRevision, type Appended } from '../../event-store.port.js';
import { DamagedEvent } from '../../recorded-event.js';
import type { AppendResponse, LogConnection } from './connection.js';
import { failureOf } from './failures.js';
import type { LogPages } from './log-pages.js';
import { appendMessages, safeInteger, type ChainedEvent } from './messages.js';
import { pauseBefore, refusal, unavailable, type Reachability } from './retry.js';
import type { StreamTips } from './stream-tips.js';
import type { Timings } from './timings.js';

/** The newest position of the log this store has heard of. */
export interface Newest {
  position: number;
}

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
    private readonly reachability: Reachability,
    private readonly timings: Timings,
    private readonly newest: Newest,
  ) {}

  /** @throws WrongExpectedRevision, LogUnavailable */
  async append(append: EncodedAppend, signal: AbortSignal): Promise<Appended> {
    const events = await this.chained(append, signal);
    const messages = appendMessages(append.stream, append.expected, events);
    const sentAt = performance.now();
    const newestBefore = this.newest.position;
    const answer = await this.answered(append, messages, signal);
    const appended = await this.understood(append, answer, signal);
    this.tips.acknowledged({
      stream: append.stream,
      expected: append.expected,
      ...appended,
      hash: events.at(-1)?.hash ?? '',
      sentAt,
      newestBefore,
      chunks: events.every((event) => !event.json),
    });
    return appended;
  }

  /** Sends until the server answers; a failure that may pass is followed by the same again. */
  private async answered(
    append: EncodedAppend,
    messages: ReturnType<typeof appendMessages>,
    signal: AbortSignal,
  ): Promise<AppendResponse> {
    const what = `Appending to ${append.stream}`;
    const deadline = performance.now() + this.timings.total;
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
        this.tips.unanswered(append.stream);
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
    return this.noted({
      revision: safeInteger(success.getCurrentRevision(), stream),
      position: safeInteger(position.getCommitPosition(), stream),
    });
  }

  /** The same ids right after the same expected revision were written before: their result is the answer. */
  private async firstResult(append: EncodedAppend, signal: AbortSignal): Promise<Appended | undefined> {
    const { stream, events } = append;
    const from = nextRevision(append);
    const stored = await this.storedFrom(stream, from, events.length, signal);
    if (stored.length !== events.length || !stored.every(({ id }, index) => id === events[index]?.id)) return undefined;
    const last = stored.at(-1);
    return last && this.noted({ revision: last.revision, position: last.position });
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
  private async chained(append: EncodedAppend, signal: AbortSignal): Promise<ChainedEvent[]> {
    let previousHash = await this.hashBefore(append, signal);
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
  private async hashBefore({ stream, expected }: EncodedAppend, signal: AbortSignal): Promise<string> {
    if (expected === 'no-stream') return FIRST_PREVIOUS_HASH;
    const known = this.tips.hashAt(stream, expected);
    if (known !== undefined) return known;
    const at = await this.pages.stream(stream, 'forward', expected, 1, { signal });
    const end = at.events.length > 0 ? at : await this.pages.stream(stream, 'backward', 'end', 1, { signal });
    const [event] = end.events;
    if (event?.revision !== expected) throw new WrongExpectedRevision(stream, expected, event?.revision ?? 'no-stream');
    // An event that another program wrote has no hash that the next one could follow.
    if (event.hash === '') throw new DamagedEvent(stream, expected, event.position);
    this.tips.read(stream, expected, event.hash);
    return event.hash;
  }

  private noted(appended: Appended): Appended {
    this.newest.position = Math.max(this.newest.position, appended.position);
    return appended;
  }
}

function nextRevision({ expected }: EncodedAppend): number {
  return expected === 'no-stream' ? 0 : expected + 1;
}
