import { ProblemException } from '../../../../shared/http/problem.js';
import { FieldReader, type TextRule } from '../../../../shared/kernel/fields.js';
import type { FieldError } from '../../../../shared/kernel/refusal.js';
import { BLOCK_WORDS, type BlockDefinition, type BlockKind } from '../../domain/building-blocks/building-block.js';
import { readDefinition } from '../../domain/building-blocks/read-definition.js';

export interface BlockRequest {
  readonly id: string;
  readonly definition: BlockDefinition;
  readonly reason: string;
  readonly effectiveFrom?: number;
}

const REASON: TextRule = { max: 1000 };

/**
 * The body of a definition: its id where the address has none, why and from when on, and everything else as the members
 * of the definition.
 * @throws a 422 that names every wrong field at once.
 */
export function readBlockRequest(kind: BlockKind, body: unknown, idOfAddress?: string): BlockRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid(kind, [{ path: '', message: 'must be an object' }]);
  }
  const { id: idOfBody, reason: why, effectiveFrom: from, ...members } = body as Record<string, unknown>;
  const envelope = new FieldReader({ id: idOfAddress ?? idOfBody, reason: why, effectiveFrom: from });
  const id = envelope.text('id', { max: 64 });
  const reason = envelope.text('reason', REASON);
  const effectiveFrom = envelope.optionalInstant('effectiveFrom');
  if (idOfAddress !== undefined && idOfBody !== undefined) {
    envelope.fail('id', 'stands in the address already', undefined);
  }
  const read = readDefinition(kind, id, members);
  const ofId = envelope.errors.some(({ path }) => path === 'id');
  const ofDefinition = 'errors' in read ? read.errors.filter(({ path }) => !ofId || path !== 'id') : [];
  if ('errors' in read || envelope.errors.length > 0) throw invalid(kind, [...envelope.errors, ...ofDefinition]);
  return { id, definition: read.definition, reason, ...(effectiveFrom === undefined ? {} : { effectiveFrom }) };
}

/** The version that `If-Match` quotes; nothing of `*` and of no header. */
export function expectedVersion(ifMatch: string | undefined): { readonly expectedVersion?: number } {
  if (ifMatch === undefined || ifMatch === '*') return {};
  const match = /^"?(\d{1,9})"?$/.exec(ifMatch);
  if (match !== null) return { expectedVersion: Number(match[1]) };
  throw new ProblemException(400, {
    code: 'request/if-match',
    message: 'If-Match must be the ETag that was read, such as "1"',
  });
}

function invalid(kind: BlockKind, errors: readonly FieldError[]): ProblemException {
  const faults = errors.length === 1 ? 'one fault' : `${errors.length} faults`;
  return new ProblemException(422, {
    code: 'catalog/building-block-invalid',
    message: `The ${BLOCK_WORDS[kind].one} has ${faults}: see errors`,
    errors,
  });
}
