import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Outcome } from '../../../shared/command-log/recorded-command.js';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { READ_MODELS, type ReadModels } from '../../../shared/read-models/read-models.port.js';
import { BillingQueue, notConfigured } from './billing-queue.js';
import { SendBillingBatches, workIdOf, type SendAnswer } from './commands.js';
import { erroredBatches } from './errored-batches.js';

@CommandHandler(SendBillingBatches)
export class SendBillingBatchesHandler implements ICommandHandler<SendBillingBatches> {
  private readonly queue: BillingQueue;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.queue = new BillingQueue(store);
  }

  async execute({ context, payload }: SendBillingBatches): Promise<Outcome<SendAnswer>> {
    if (this.config.billing === undefined) return notConfigured();
    const batches = payload.errored ? await erroredBatches(this.readModels, this.store, context.tenant) : [];
    const errored = batches.length === 0 ? {} : { errored: { batches } };
    return this.queue.send(context, workIdOf(context, 'send'), payload.reason, { fresh: true, ...errored });
  }
}
