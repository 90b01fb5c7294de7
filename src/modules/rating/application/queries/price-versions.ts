import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import { streamName } from '../../../../shared/kernel/stream-name.js';
import type { PricingPut } from '../../../catalog/index.js';
import type { PriceVersion } from './monetized-usage.port.js';

interface Known {
  revision: number;
  readonly versions: Map<string, PriceVersion>;
}

/** Every price version with the event that put it, read from the catalog's stream as far as was ever asked for. */
export class PriceVersions {
  private readonly tenants = new Map<string, Known>();

  constructor(private readonly store: EventStore) {}

  async find(tenant: string, priceOfferId: string, version: number): Promise<PriceVersion | undefined> {
    let known = this.tenants.get(tenant);
    if (known === undefined) {
      known = { revision: -1, versions: new Map() };
      this.tenants.set(tenant, known);
    }
    const key = `${priceOfferId}@${version}`;
    if (!known.versions.has(key)) await this.readOn(tenant, known);
    return known.versions.get(key);
  }

  private async readOn(tenant: string, known: Known): Promise<void> {
    const stream = streamName('catalog', tenant, 'catalog');
    for await (const event of this.store.readStream(stream, { from: known.revision + 1 })) {
      known.revision = Math.max(known.revision, event.revision);
      if (event.type === 'PricingPut.v1') remember(known, event as RecordedEvent & PricingPut);
    }
  }
}

function remember(known: Known, event: RecordedEvent & PricingPut): void {
  const { priceOfferId, version, effectiveFrom, pricing, reason } = event.data;
  const { actor, commandId, recordedAt } = event.metadata;
  known.versions.set(`${priceOfferId}@${version}`, {
    priceOfferId,
    version,
    effectiveFrom,
    pricing,
    reason,
    event: {
      stream: event.stream,
      revision: event.revision,
      position: event.position,
      eventId: event.id,
      actor,
      ...(commandId === undefined ? {} : { commandId }),
      recordedAt,
    },
  });
}
