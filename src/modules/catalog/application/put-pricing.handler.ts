import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { metadataOf, type Outcome } from '../../../shared/command-log/recorded-command.js';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { runCommand } from '../../../shared/event-store/run-command.js';
import type { Decider } from '../../../shared/kernel/decider.js';
import { isRefused } from '../../../shared/kernel/refusal.js';
import type { BlockBook } from '../domain/building-blocks/block-book.js';
import { CatalogBook } from '../domain/catalog-book.js';
import type { OfferingEvent, PricingPut } from '../domain/events.js';
import { decidePutPricing, type PutPricing as PutPricingPayload } from '../domain/put-pricing.decider.js';
import { catalogStream } from '../domain/streams.js';
import { CatalogBooks } from './catalog-books.js';
import { PutPricing, type PricingAnswer } from './put-pricing.command.js';

/** The book of a fold is made by its first event, so that no two folds share one; the building blocks are looked up. */
function deciderWith(blocks: BlockBook): Decider<CatalogBook | undefined, PutPricingPayload, OfferingEvent> {
  return {
    initialState: undefined,
    evolve: (state, event) => {
      const book = state ?? new CatalogBook(blocks);
      book.apply(event);
      return book;
    },
    decide: (command, state) => decidePutPricing(command, state ?? new CatalogBook(blocks)),
  };
}

@CommandHandler(PutPricing)
export class PutPricingHandler implements ICommandHandler<PutPricing> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly books: CatalogBooks,
  ) {}

  async execute({ context, payload }: PutPricing): Promise<Outcome<PricingAnswer>> {
    const decided = await this.books.alone(context.tenant, ({ blocks }) =>
      runCommand(this.store, {
        stream: catalogStream(context.tenant),
        decider: deciderWith(blocks),
        command: payload,
        metadata: metadataOf(context),
        cause: context.commandId,
      }),
    );
    if (isRefused(decided)) return decided;
    const [put] = decided.events as readonly PricingPut[];
    if (put === undefined) throw new Error(`No price was put on ${payload.priceOfferId}`);
    const { priceOfferId, version, effectiveFrom } = put.data;
    return { answer: { priceOfferId, version, effectiveFrom }, position: decided.position };
  }
}
