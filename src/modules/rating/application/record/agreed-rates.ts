import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import { accountStream, type CustomRatesDefined } from '../../../accounts/index.js';
import { withCustomSteps, type CustomSteps, type Pricing } from '../../../catalog/index.js';
import type { MonetizedRecord } from '../queries/monetized-usage.port.js';

/** The rates a record was charged by, as its account's stream says them for ever. */
export class AgreedRates {
  constructor(private readonly store: EventStore) {}

  /**
   * The price with the steps that stood in for its own, and a sentence about it; undefined when none did.
   * @throws when they are not where the row says, or do not fit the price: then it was not charged like this.
   */
  async of(
    tenant: string,
    { id, account, before }: Pick<MonetizedRecord, 'id' | 'account' | 'before'>,
    pricing: Pricing,
  ): Promise<{ readonly pricing: Pricing; readonly step: string } | undefined> {
    const revisions = before?.custom ?? [];
    if (revisions.length === 0) return undefined;
    const stream = accountStream(tenant, account);
    const rates = await Promise.all(revisions.map((revision) => this.at(stream, revision)));
    const custom = withCustomSteps(pricing, rates);
    if ('errors' in custom) throw new Error(`The rates that ${id} names do not fit its price`);
    const names = rates.map(({ charge }) => `"${charge}"`).join(', ');
    const where = revisions.map((revision) => `${stream}@${revision}`).join(', ');
    return {
      pricing: custom.pricing,
      step: `Rates agreed with account ${account} stand in for the tiers of ${names} (in the log: ${where}).`,
    };
  }

  private async at(stream: ReturnType<typeof accountStream>, revision: number): Promise<CustomSteps> {
    for await (const event of this.store.readStream(stream, { from: revision, limit: 1 })) {
      if (event.revision === revision && event.type === 'CustomRatesDefined.v1') {
        return (event as RecordedEvent & CustomRatesDefined).data;
      }
    }
    throw new Error(`${stream}@${revision} is no agreement on rates`);
  }
}
