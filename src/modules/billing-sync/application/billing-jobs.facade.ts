import { Inject, Injectable } from '@nestjs/common';
import { COMMAND_GATEWAY, type CommandGateway } from '../../../shared/command-log/command-gateway.port.js';
import type { RecordedCommand } from '../../../shared/command-log/recorded-command.js';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import type { JobResult } from '../../../shared/kernel/job-result.js';
import { isRefused, type Refused } from '../../../shared/kernel/refusal.js';
import type { BillingJob, BillingJobs, BillingJobStart } from '../domain/billing-jobs.js';
import type { AggregationEvent, BillingWorkEvent } from '../domain/events.js';
import { aggregationStream, billingWorkStream } from './billing-streams.js';
import { PollInvoiceLines, RequestAggregation, SendBillingBatches } from './commands.js';

type WorkAnswer = { readonly runId: string } | { readonly sendId: string } | { readonly pollId: string };

/** Billing work as jobs, through the same commands as over HTTP. */
@Injectable()
export class BillingJobsFacade implements BillingJobs {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: CommandGateway,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  async start({ tenant, job, key, reason }: BillingJobStart): Promise<{ readonly workId: string } | Refused> {
    const caller = { tenant, actor: 'role:schedule', roles: ['operator'] };
    const { outcome } = await this.gateway.submit(caller, commandOf(job, reason), { key });
    if (isRefused(outcome)) return outcome;
    const { answer } = outcome;
    return { workId: 'runId' in answer ? answer.runId : 'sendId' in answer ? answer.sendId : answer.pollId };
  }

  async resultOf(tenant: string, job: BillingJob, workId: string): Promise<JobResult | undefined> {
    const stream = job === 'AGGREGATION' ? aggregationStream(tenant) : billingWorkStream(tenant);
    for await (const event of this.store.readStream(stream, { direction: 'backward' })) {
      const result = resultFrom(event as RecordedEvent & (AggregationEvent | BillingWorkEvent), workId);
      if (result !== 'OTHER') return result;
    }
    return undefined;
  }
}

function commandOf(job: BillingJob, reason: string): RecordedCommand<WorkAnswer> {
  switch (job) {
    case 'AGGREGATION':
      return new RequestAggregation({ reason });
    case 'SYNC_TRANSACTION':
      return new SendBillingBatches({ reason, errored: true });
    case 'INVOICE_LINES':
      return new PollInvoiceLines({ reason });
  }
}

/** Undefined: the work is asked for and not done. OTHER: the event says nothing about it. */
function resultFrom(event: AggregationEvent | BillingWorkEvent, workId: string): JobResult | undefined | 'OTHER' {
  switch (event.type) {
    case 'AggregationRequested.v1':
      return event.data.runId === workId ? undefined : 'OTHER';
    case 'AggregationCompleted.v1': {
      const { runId, lines, records, batches } = event.data;
      if (runId !== workId) return 'OTHER';
      const message = `${records} records in ${lines} lines, ${batches.length} batches`;
      return { status: 'COMPLETED', total: lines, pending: 0, processed: lines, error: 0, message };
    }
    case 'AggregationFailed.v1':
      if (event.data.runId !== workId) return 'OTHER';
      return { status: 'ERROR', total: 1, pending: 0, processed: 0, error: 1, message: event.data.message };
    case 'BillingSendRequested.v1':
      return event.data.sendId === workId ? undefined : 'OTHER';
    case 'BillingSendCompleted.v1': {
      const { sendId, after, problems, batches } = event.data;
      if (sendId !== workId) return 'OTHER';
      const pending = after.pending + after.inDoubt;
      const total = pending + after.completed + after.error;
      const status = pending + after.error === 0 ? 'COMPLETED' : 'ERROR';
      const first = problems[0] === undefined ? '' : `; ${problems[0].batchId}: ${problems[0].message}`;
      const message = `${batches} batches: ${after.completed} lines complete, ${after.error} in error, ${after.inDoubt} in doubt, ${after.pending} pending${first}`;
      return { status, total, pending, processed: after.completed, error: after.error, message };
    }
    case 'InvoicePollRequested.v1':
      return event.data.pollId === workId ? undefined : 'OTHER';
    case 'InvoicePollCompleted.v1': {
      const { pollId, noted, waiting, problems } = event.data;
      if (pollId !== workId) return 'OTHER';
      const status = problems.length === 0 ? 'COMPLETED' : 'ERROR';
      const message = `${noted} lines found on invoices, ${waiting} not invoiced yet${problems[0] === undefined ? '' : `; ${problems[0].message}`}`;
      return { status, total: noted + waiting, pending: waiting, processed: noted, error: problems.length, message };
    }
    case 'InvoiceLinesUnmatched.v1':
      return 'OTHER';
  }
}
