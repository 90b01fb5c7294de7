import type { BlockDefinition } from './building-block.js';
import { summaryOf } from './zone-unit.js';

/** A definition as it is shown: without the hundred thousand prefixes that a zone unit may have. */
export function shownDefinition(definition: BlockDefinition): Readonly<Record<string, unknown>> {
  return 'prefixes' in definition ? { name: definition.name, ...summaryOf(definition) } : { ...definition };
}
