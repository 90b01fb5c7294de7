import type { EventMetadata } from '../../../shared/kernel/event.js';
import type { BillingSendCompleted, BillingSendRequested, LineCounts } from '../domain/events.js';
import type { BatchSettler, SettledBatch } from './batch-settler.js';
import { inParallel } from './in-parallel.js';

/** How many problems a send names; the batches themselves say all. */
const MAX_PROBLEMS = 100;

/** Carries out a send: its batches in parallel, bounded; each comes to rest or is left for the next send. */
export class BillingSender {
  constructor(
    private readonly settler: BatchSettler,
    private readonly parallel: number,
  ) {}

  /** Undefined when it was stopped: the send stays open and is finished after a restart. */
  async send(
    request: BillingSendRequested['data'],
    metadata: EventMetadata,
    signal: AbortSignal,
  ): Promise<BillingSendCompleted['data'] | undefined> {
    const errored = new Set(request.errored?.batches);
    const after = { pending: 0, completed: 0, error: 0, inDoubt: 0 };
    const unsettled: string[] = [];
    const problems: { batchId: string; message: string }[] = [];
    await inParallel(this.parallel, request.batches, async (batchId) => {
      if (signal.aborted) return;
      if (errored.has(batchId)) {
        await this.settler.offerErrored(batchId, request.sendId, request.errored?.errorCode, metadata);
      }
      const settled = await this.settler.settle(batchId, metadata, signal);
      add(after, settled.counts);
      if (settled.problem === undefined) return;
      unsettled.push(batchId);
      if (problems.length < MAX_PROBLEMS) problems.push(problemOf(settled));
    });
    if (signal.aborted) return undefined;
    return { sendId: request.sendId, batches: request.batches.length, after, unsettled: unsettled.sort(), problems };
  }
}

function add(sum: { -readonly [name in keyof LineCounts]: number }, counts: LineCounts): void {
  sum.pending += counts.pending;
  sum.completed += counts.completed;
  sum.error += counts.error;
  sum.inDoubt += counts.inDoubt;
}

function problemOf(settled: SettledBatch): { batchId: string; message: string } {
  return { batchId: settled.batchId, message: (settled.problem ?? '').slice(0, 300) };
}
