import { refuse, type Refused } from '../../../shared/kernel/refusal.js';
import type { NodeKind } from './lineage.js';

export function malformedId(what: string, id: string, form: string): Refused {
  return refuse('lineage/malformed-id', `"${id.slice(0, 120)}" is not the id of ${what}: it has the form ${form}`, {
    facts: { id: id.slice(0, 120), form },
  });
}

/** Which link of the chain there is not, and whether it is still to come. */
export function notThere(missing: NodeKind, message: string, underWay = false): Refused {
  return refuse('lineage/not-found', message, { facts: { missing, underWay } });
}
