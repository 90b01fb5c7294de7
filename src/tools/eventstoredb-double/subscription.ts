import { randomUUID } from 'node:crypto';
import type { CallContext } from './call-context.js';
import { filterOf, READ_BATCH_SIZE } from './event-filter.js';
import type { FilterAndWindow } from './event-filter.js';
import type { LaterEffect } from './faulty-start.js';
import { LiveQueue } from './live-queue.js';
import { streams } from './protocol.js';
import { eventResponse } from './recorded-event.js';
import type { ReadCall, ResponseStream } from './response-stream.js';
import { handlerFailed } from './rpc-errors.js';
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

/**
 * The index of the first event to look at: the second one at or behind the position asked for, for the client has seen
 * the first. From a position behind the end everything to come is delivered, so a log restored from an older copy shows
 * by nothing here.
 */
function startOf(log: TransactionLog, options: streams.ReadReq.Options): number {
  const all = options.getAll();
  if (all?.hasEnd() === true) return log.length;
  const position = all?.getPosition();
  if (position === undefined) return 0;
  const commit = Number(position.getCommitPosition());
  if (log.isBehind(commit)) return log.length;
  if (!log.isBoundary(commit)) throw handlerFailed();
  return log.indexFrom(commit) + 1;
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
    private readonly start: number,
  ) {
    this.log = given.context.log;
    this.responses = given.responses;
  }

  async run(): Promise<void> {
    const fault = this.given.fault;
    if (fault !== undefined && fault.kind !== 'lose-answer' && (fault.afterEvents ?? 0) === 0) this.suffer(fault);
    let index = this.start;
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
      if (this.filter.accepts(event)) matching.push(event);
    }
    return { from, matching, scanned, endReached: false };
  }

  /** The position is of the last event delivered from the page; or where the page began, with 0 for the prepare. */
  private async checkpointAfter(page: Page): Promise<void> {
    this.scanned += page.scanned;
    if (page.endReached || this.scanned < this.filter.checkpointInterval) return;
    this.scanned %= this.filter.checkpointInterval;
    const last = page.matching.at(-1);
    if (last !== undefined) await this.checkpoint(last.position);
    else await this.checkpoint(this.log.at(page.from)?.position ?? 0, 0);
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

  private async checkpoint(commit: number, prepare = commit): Promise<void> {
    const checkpoint = new streams.ReadResp.Checkpoint();
    checkpoint.setCommitPosition(String(commit)).setPreparePosition(String(prepare));
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
