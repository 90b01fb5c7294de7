import type { Clock } from '../../../shared/kernel/clock.js';
import { never } from '../../../shared/kernel/decider.js';
import type { EventMetadata, RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import { runCommand } from '../../../shared/event-store/run-command.js';
import type { RoleTask } from '../../../shared/runtime/role-task.js';
import {
  billingWorkDecider,
  type BillingWork,
  type BillingWorkCommand,
  type OpenWork,
} from '../domain/billing-work.decider.js';
import type { BillingWorkEvent } from '../domain/events.js';
import type { BillingSender } from './billing-sender.js';
import { BILLING_WORK, billingWorkStream } from './billing-streams.js';
import type { InvoicePoller } from './invoice-poller.js';

/**
 * Does what was asked of the billing system, one piece after the other per tenant; at start, first what a crash left
 * undone. It needs no saved position: the queue is short and a finished piece says so itself.
 */
export class BillingWorkTask implements RoleTask {
  readonly name = 'billing-work';
  readonly role = 'sync';

  constructor(
    private readonly store: EventStore,
    private readonly sender: BillingSender,
    private readonly poller: InvoicePoller,
    private readonly clock: Clock,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const tenants = new Map<string, BillingWork>();
    /** Who asked, by the id of the work. */
    const requests = new Map<string, RecordedEvent>();
    for await (const delivery of this.store.subscribe({ after: 0, filter: { categories: [BILLING_WORK] }, signal })) {
      if (delivery.kind === 'event') {
        const event = delivery.event as RecordedEvent & BillingWorkEvent;
        const { tenant } = parseStreamName(event.stream);
        tenants.set(tenant, billingWorkDecider.evolve(tenants.get(tenant) ?? billingWorkDecider.initialState, event));
        if (event.type === 'BillingSendRequested.v1') requests.set(event.data.sendId, event);
        else if (event.type === 'InvoicePollRequested.v1') requests.set(event.data.pollId, event);
        else if (event.type === 'BillingSendCompleted.v1') requests.delete(event.data.sendId);
        else if (event.type === 'InvoicePollCompleted.v1') requests.delete(event.data.pollId);
        continue;
      }
      if (!delivery.caughtUp) continue;
      for (const { open } of tenants.values()) {
        for (const work of open) {
          const request = requests.get(workIdOf(work));
          if (request !== undefined) await this.carryOut(work, request, signal);
          if (signal.aborted) return;
        }
      }
    }
  }

  private async carryOut(work: OpenWork, request: RecordedEvent, signal: AbortSignal): Promise<void> {
    const metadata = this.metadataFrom(request);
    switch (work.kind) {
      case 'SEND': {
        const data = await this.sender.send(work.data, metadata, signal);
        if (data !== undefined) await this.close({ kind: 'SENT', data }, work, metadata);
        return;
      }
      case 'POLL': {
        const data = await this.poller.poll(work.data.pollId, metadata, signal);
        if (data !== undefined) await this.close({ kind: 'POLLED', data }, work, metadata);
        return;
      }
      default:
        never(work);
    }
  }

  private async close(command: BillingWorkCommand, work: OpenWork, metadata: EventMetadata): Promise<void> {
    await runCommand(this.store, {
      stream: billingWorkStream(metadata.tenant),
      decider: billingWorkDecider,
      command,
      metadata: { ...metadata, recordedAt: new Date(this.clock.now()).toISOString() },
      cause: `${workIdOf(work)}/done`,
    });
  }

  private metadataFrom(event: RecordedEvent): EventMetadata {
    const { tenant, correlationId, commandId } = event.metadata;
    return {
      tenant,
      actor: 'role:sync',
      correlationId,
      causationId: event.id,
      ...(commandId === undefined ? {} : { commandId }),
      recordedAt: new Date(this.clock.now()).toISOString(),
    };
  }
}

function workIdOf(work: OpenWork): string {
  return work.kind === 'SEND' ? work.data.sendId : work.data.pollId;
}
