import type { CommandContext, Outcome } from '../../../shared/command-log/recorded-command.js';
import { metadataOf } from '../../../shared/command-log/recorded-command.js';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import { runCommand } from '../../../shared/event-store/run-command.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { isRefused, refuse, type Refused } from '../../../shared/kernel/refusal.js';
import { billingWorkDecider, type BillingWork } from '../domain/billing-work.decider.js';
import type { AggregationEvent, BillingSendRequested, BillingWorkEvent } from '../domain/events.js';
import { aggregationStream, billingWorkStream } from './billing-streams.js';
import type { SendAnswer } from './commands.js';

/** Puts sends into the tenant's queue of billing work. */
export class BillingQueue {
  constructor(private readonly store: EventStore) {}

  /** With the batches of runs completed since the last send when `fresh`, and always with what was left unsettled. */
  async send(
    context: CommandContext,
    sendId: string,
    reason: string,
    send: { readonly fresh: boolean; readonly errored?: NonNullable<BillingSendRequested['data']['errored']> },
  ): Promise<Outcome<SendAnswer>> {
    const { tenant } = context;
    const { throughAggregation } = await this.load(tenant);
    const fresh = send.fresh
      ? await this.completedSince(tenant, throughAggregation)
      : { throughAggregation, batches: [] };
    const errored = send.errored === undefined ? {} : { errored: send.errored };
    const run = await runCommand(this.store, {
      stream: billingWorkStream(tenant),
      decider: billingWorkDecider,
      command: { kind: 'SEND', sendId, reason, ...fresh, ...errored },
      metadata: metadataOf(context),
      cause: sendId,
    });
    if (isRefused(run)) return run;
    return { answer: { sendId, batches: await this.batchesOf(tenant, sendId) }, position: run.position };
  }

  private async load(tenant: string): Promise<BillingWork> {
    let state = billingWorkDecider.initialState;
    for await (const event of this.store.readStream(billingWorkStream(tenant))) {
      state = billingWorkDecider.evolve(state, event as RecordedEvent & BillingWorkEvent);
    }
    return state;
  }

  /** Only completed runs: what a failed run sealed is void, what a running one seals is not gated yet. */
  private async completedSince(
    tenant: string,
    throughAggregation: number,
  ): Promise<{ throughAggregation: number; batches: string[] }> {
    const batches: string[] = [];
    let through = throughAggregation;
    for await (const event of this.store.readStream(aggregationStream(tenant), { from: throughAggregation + 1 })) {
      const known = event as RecordedEvent & AggregationEvent;
      through = event.revision;
      if (known.type === 'AggregationCompleted.v1') batches.push(...known.data.batches);
    }
    return { throughAggregation: through, batches };
  }

  private async batchesOf(tenant: string, sendId: string): Promise<number> {
    for await (const event of this.store.readStream(billingWorkStream(tenant), { direction: 'backward' })) {
      const known = event as RecordedEvent & BillingWorkEvent;
      if (known.type === 'BillingSendRequested.v1' && known.data.sendId === sendId) return known.data.batches.length;
    }
    return 0;
  }
}

export function notConfigured(): Refused {
  return refuse(
    'billing-sync/not-configured',
    'No billing system is configured: set RETALLY_BILLING_URL, RETALLY_BILLING_CLIENT_NO and RETALLY_BILLING_AUTH_KEY, and start Retally again',
  );
}
