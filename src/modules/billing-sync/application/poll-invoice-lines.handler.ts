import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { metadataOf, type Outcome } from '../../../shared/command-log/recorded-command.js';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { runCommand } from '../../../shared/event-store/run-command.js';
import { isRefused } from '../../../shared/kernel/refusal.js';
import { billingWorkDecider } from '../domain/billing-work.decider.js';
import { notConfigured } from './billing-queue.js';
import { billingWorkStream } from './billing-streams.js';
import { PollInvoiceLines, workIdOf, type PollAnswer } from './commands.js';

@CommandHandler(PollInvoiceLines)
export class PollInvoiceLinesHandler implements ICommandHandler<PollInvoiceLines> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ context, payload }: PollInvoiceLines): Promise<Outcome<PollAnswer>> {
    if (this.config.billing === undefined) return notConfigured();
    const pollId = workIdOf(context, 'poll');
    const run = await runCommand(this.store, {
      stream: billingWorkStream(context.tenant),
      decider: billingWorkDecider,
      command: { kind: 'POLL', pollId, reason: payload.reason },
      metadata: metadataOf(context),
      cause: pollId,
    });
    return isRefused(run) ? run : { answer: { pollId }, position: run.position };
  }
}
