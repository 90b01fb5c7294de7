import { streamName, type StreamName } from '../../../shared/kernel/stream-name.js';
import { BLOCK_WORDS, type BlockKind } from './building-blocks/building-block.js';

/** What the feed said and the prices of it, one stream per tenant: it is small, and an offer's facts are of several objects. */
export function catalogStream(tenant: string): StreamName {
  return streamName('catalog', tenant, 'catalog');
}

/** One stream per building block: `catalog-<tenant>.zone-units.UK`. No block's path is `catalog`. */
export function blockStream(tenant: string, kind: BlockKind, id: string): StreamName {
  return streamName('catalog', tenant, `${BLOCK_WORDS[kind].path}.${id}`);
}
