import { randomUUID } from 'node:crypto';
import type { CallContext } from './call-context.js';
import { filterOf, READ_BATCH_SIZE } from './event-filter.js';
import type { FilterAndWindow } from './event-filter.js';
import type { LaterEffect } from './faulty-start.js';
import { LiveQueue } from './live-queue.js';
import { streams } from './protocol.js';
import { eventResponse } from './recorded-event.js';
import type { ReadCall, ResponseStream } from './response-stream.js';
import { unknownError } from './rpc-errors.js';
import type { StoredEvent } from './stored-event.js';
import type { TransactionLog } from './transaction-log.js';

export interface SubscriptionCall {
  readonly context: CallContext;
  readonly call: ReadCall;
  readonly options: streams.ReadReq.Options;
  readonly responses: ResponseStream;
  readonly fault: LaterEffect | undefined;
}

/** Catches up page by page, then delivers live until the client leaves or is dropped. @throws RpcError when dropped. */
export async function subscribeToAll(given: SubscriptionCall): Promise<void> {
  const filter = filterOf(given.options);
  const start = startOf(given.context.log, given.options);
  const confirmation = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID());
  await given.responses.send(new streams.ReadResp().setConfirmation(confirmation));
  await new Subscription(given, filter, start).run();
}

interface Start {
  /** Index of the first event to look at. */
  readonly index: number;
  /** No event up to this position is delivered: further than the log reaches when the client comes from another log. */
  readonly after: number;
}

function startOf(log: TransactionLog, options: streams.ReadReq.Options): Start {
  const all = options.getAll();
  if (all?.hasEnd() === true) return { index: log.length, after: -1 };
  const position = all?.getPosition();
  if (position === undefined) return { index: 0, after: -1 };
  const commit = Number(position.getCommitPosition());
  if (commit > log.end) return { index: log.length, after: commit };
  if (!log.isBoundary(commit)) throw unknownError('Exception was thrown by handler.');
  return { index: log.indexFrom(commit) + 1, after: -1 };
}

class Subscription {
  /** Events scanned since the last checkpoint. */
  private scanned = 0;
  private delivered = 0;
  private silent = false;
  private readonly log: TransactionLog;
  private readonly responses: ResponseStream;

  constructor(
    private readonly given: SubscriptionCall,
    private readonly filter: FilterAndWindow,
    private readonly start: Start,
  ) {
    this.log = given.context.log;
    this.responses = given.responses;
  }

  async run(): Promise<void> {
    const fault = this.given.fault;
    if (fault !== undefined && fault.kind !== 'lose-answer' && (fault.afterEvents ?? 0) === 0) this.suffer(fault);
    let index = this.start.index;
    while (!this.responses.signal.aborted) {
      const page = this.page(index);
      if (page.matching.length === 0 && page.endReached) return this.goLive(page.scanned);
      index += page.scanned;
      for (const event of page.matching) await this.deliver(event);
      await this.checkpointAfter(page);
    }
  }

  /** At most one batch of matching events, or one window of scanned ones. */
  private page(from: number): Page {
    const matching: StoredEvent[] = [];
    let scanned = 0;
    while (matching.length < READ_BATCH_SIZE && scanned < this.filter.window) {
      const event = this.log.at(from + scanned);
      if (event === undefined) return { from, matching, scanned, endReached: true };
      scanned += 1;
      if (this.filter.accepts(event) && event.position > this.start.after) matching.push(event);
    }
    return { from, matching, scanned, endReached: false };
  }

  /** The position is of the last event delivered from the page, or of its first one when none was. */
  private async checkpointAfter(page: Page): Promise<void> {
    this.scanned += page.scanned;
    if (page.endReached || this.scanned < this.filter.checkpointInterval) return;
    this.scanned %= this.filter.checkpointInterval;
    const position = page.matching.at(-1)?.position ?? this.log.at(page.from)?.position;
    if (position !== undefined) await this.checkpoint(position);
  }

  private async goLive(scannedBefore: number): Promise<void> {
    this.scanned += scannedBefore;
    const queue = new LiveQueue<() => Promise<void>>();
    const stop = this.log.onAppended((appended) => {
      for (const event of appended) this.offer(queue, event);
    });
    this.responses.signal.addEventListener('abort', () => queue.close());
    try {
      await this.send(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
      for await (const deliver of queue) await deliver();
    } finally {
      stop();
    }
  }

  private offer(queue: LiveQueue<() => Promise<void>>, event: StoredEvent): void {
    if (event.position <= this.start.after) return;
    if (this.filter.accepts(event)) queue.offer(() => this.deliver(event));
    this.scanned += 1;
    if (this.scanned < this.filter.checkpointInterval) return;
    this.scanned = 0;
    queue.offer(() => this.checkpoint(event.position));
  }

  private async deliver(event: StoredEvent): Promise<void> {
    await this.send(eventResponse(event));
    this.delivered += 1;
    const fault = this.given.fault;
    if (fault === undefined || fault.kind === 'lose-answer') return;
    if (fault.afterEvents === this.delivered) this.suffer(fault);
  }

  private suffer(fault: LaterEffect): void {
    this.silent = true;
    if (fault.kind === 'cut') this.given.context.cutConnectionOf(this.given.call);
  }

  private async checkpoint(position: number): Promise<void> {
    const checkpoint = new streams.ReadResp.Checkpoint();
    checkpoint.setCommitPosition(String(position)).setPreparePosition(String(position));
    await this.send(new streams.ReadResp().setCheckpoint(checkpoint));
  }

  private async send(response: streams.ReadResp): Promise<void> {
    if (!this.silent) await this.responses.send(response);
  }
}

interface Page {
  readonly from: number;
  readonly matching: readonly StoredEvent[];
  readonly scanned: number;
  readonly endReached: boolean;
}
