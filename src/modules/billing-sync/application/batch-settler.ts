import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../shared/kernel/clock.js';
import type { EventMetadata } from '../../../shared/kernel/event.js';
import { isRefused, type Refused } from '../../../shared/kernel/refusal.js';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import { runCommand, type Decided } from '../../../shared/event-store/run-command.js';
import { billingBatchDecider, type BillingBatchCommand } from '../domain/billing-batch.decider.js';
import {
  countsOf,
  evolveBatch,
  unsealedBatch,
  type BillingBatch,
  type OpenCall,
} from '../domain/billing-batch.state.js';
import type { BillingBatchEvent, BillingBatchSealed, LineCounts } from '../domain/events.js';
import type { BillingAnswer, BillingLine, BillingSystem } from './billing-system.port.js';
import { billingBatchStream } from './billing-streams.js';

export interface SettledBatch {
  readonly batchId: string;
  readonly counts: LineCounts;
  /** Why lines are left pending or in doubt. */
  readonly problem?: string;
}

/** Steps (a call, a doubt, a look-up) for one batch in one go: about three calls that are lost. */
const MAX_STEPS = 9;

/**
 * Brings one batch to rest: sends what is pending, records the answer line by line, and looks up whatever was sent and
 * never answered, by an earlier process too. Every call is in the log before it is made.
 */
export class BatchSettler {
  /**
   * Part of the ids of the events that claim a call: two processes that begin the same call at the same revision must
   * not both be told that they did, so their claims are different events and one of them is refused.
   */
  private readonly claimant = randomUUID();

  constructor(
    private readonly store: EventStore,
    private readonly billing: BillingSystem,
    private readonly clock: Clock,
    /** Between an answer never seen and its look-up, at first; doubled each time. */
    private readonly doubtDelayMs = 500,
  ) {}

  /** Errored lines (with this code) are PENDING again; the same `reprocessId` offers them once. */
  async offerErrored(
    batchId: string,
    reprocessId: string,
    errorCode: string | undefined,
    metadata: EventMetadata,
  ): Promise<void> {
    const code = errorCode === undefined ? {} : { errorCode };
    await this.decide(batchId, metadata, { kind: 'REPROCESS', reprocessId, ...code });
  }

  /** Sends what is pending and looks up what is in doubt until the batch is at rest, or nothing more can be done now. */
  async settle(batchId: string, metadata: EventMetadata, signal: AbortSignal): Promise<SettledBatch> {
    let problem: string | undefined;
    let lookedUp = false;
    for (let step = 0; step < MAX_STEPS && problem === undefined; step += 1) {
      const { open, sealed, statuses } = await this.load(metadata.tenant, batchId);
      if (sealed === undefined) throw new Error(`Billing batch ${batchId} is not in the log`);
      if (open === undefined && !statuses.includes('PENDING')) break;
      if (signal.aborted) problem = 'stopped before it was sent';
      else if (open?.phase === 'CALLED') {
        const reason = 'sent by a process that ended before it saw the answer';
        await this.decide(batchId, metadata, { kind: 'DOUBT', attempt: open.attempt, reason });
      } else if (open !== undefined && !lookedUp) {
        // Also what an earlier look-up did not find: it may have arrived since.
        problem = await this.lookUp(batchId, open, metadata, signal);
        lookedUp = true;
      } else {
        problem = await this.call(batchId, metadata, signal, step);
        lookedUp = false;
      }
    }
    const counts = countsOf(await this.load(metadata.tenant, batchId));
    if (problem === undefined && counts.pending + counts.inDoubt > 0) problem = 'its calls keep being lost';
    return { batchId, counts, ...(problem === undefined ? {} : { problem }) };
  }

  /** Answers why it could not begin. */
  private async call(
    batchId: string,
    metadata: EventMetadata,
    signal: AbortSignal,
    step: number,
  ): Promise<string | undefined> {
    const { windowMs } = this.billing;
    const begun = await this.decide(batchId, metadata, { kind: 'BEGIN_CALL', now: this.clock.now(), windowMs });
    if (isRefused(begun)) return begun.refused.message;
    const { open, sealed } = await this.load(metadata.tenant, batchId);
    if (begun.events.length === 0 || open?.phase !== 'CALLED' || sealed === undefined) return undefined;
    const { attempt, receiptId, lineNos } = open;
    const answer = await this.billing.recordUsage({ receiptId, lines: linesOf(sealed, lineNos) }, signal);
    await this.decide(batchId, metadata, commandOf(attempt, answer));
    // What the other side may still be working on is not looked up at once.
    if (answer.kind === 'UNKNOWN') await this.pause(step, signal);
    return undefined;
  }

  private async pause(step: number, signal: AbortSignal): Promise<void> {
    const delay = Math.min(this.doubtDelayMs * 2 ** step, 10_000) * (0.5 + Math.random() / 2);
    await sleep(delay, undefined, { signal }).catch(() => undefined);
  }

  private async lookUp(
    batchId: string,
    open: OpenCall,
    metadata: EventMetadata,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const lineIds = open.lineNos.map((lineNo) => `${batchId}-${lineNo}`);
    const answer = await this.billing.lookUp(lineIds, signal);
    if (answer.kind === 'UNAVAILABLE') return `in doubt, and the look-up failed: ${answer.reason}`;
    const found = new Set(answer.records.map((record) => record.lineId));
    await this.decide(batchId, metadata, { kind: 'LOOKED_UP', attempt: open.attempt, found });
    return undefined;
  }

  private async load(tenant: string, batchId: string): Promise<BillingBatch> {
    let state = unsealedBatch;
    for await (const event of this.store.readStream(billingBatchStream(tenant, batchId))) {
      state = evolveBatch(state, event as unknown as BillingBatchEvent);
    }
    return state;
  }

  private async decide(
    batchId: string,
    metadata: EventMetadata,
    command: BillingBatchCommand,
  ): Promise<Decided<BillingBatchEvent> | Refused> {
    return runCommand(this.store, {
      stream: billingBatchStream(metadata.tenant, batchId),
      decider: billingBatchDecider,
      command,
      metadata: { ...metadata, recordedAt: new Date(this.clock.now()).toISOString() },
      cause: `${this.claimant}/${command.kind}/${'attempt' in command ? command.attempt : randomUUID()}`,
    });
  }
}

function commandOf(attempt: number, answer: BillingAnswer): BillingBatchCommand {
  switch (answer.kind) {
    case 'ANSWERED':
      return { kind: 'ACKNOWLEDGE', attempt, errors: answer.errors };
    case 'REFUSED':
      return { kind: 'REFUSE', attempt, code: answer.code, message: answer.message };
    case 'UNKNOWN':
      return { kind: 'DOUBT', attempt, reason: answer.reason };
  }
}

function linesOf(sealed: BillingBatchSealed['data'], lineNos: readonly number[]): BillingLine[] {
  const { columns } = sealed;
  return lineNos.map((lineNo) => {
    const at = lineNo - 1;
    return {
      lineId: columns.lineId[at] ?? '',
      account: columns.account[at] ?? '',
      subscription: columns.subscription[at] ?? '',
      usageType: columns.usageType[at] ?? '',
      quantity: columns.quantity[at] ?? '',
      amount: columns.amount[at] ?? '',
      currency: columns.currency[at] ?? '',
      rateSchedule: columns.rateSchedule[at] ?? '',
      lastAt: columns.lastAt[at] ?? 0,
      records: columns.records[at] ?? 0,
    };
  });
}
