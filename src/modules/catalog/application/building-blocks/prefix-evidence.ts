import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { EvidenceStore } from '../../../../shared/evidence/evidence-store.port.js';
import type { BlockDefinition } from '../../domain/building-blocks/building-block.js';

/** Where the prefixes of a zone unit lie, as they were received: sealed like a file. */
export interface SealedPrefixes {
  readonly sha256: string;
  readonly count: number;
}

export interface SealedDefinition {
  /** Without its prefixes. */
  readonly definition: BlockDefinition;
  readonly prefixes?: SealedPrefixes;
}

/**
 * A hundred thousand prefixes are megabytes, more than a command may hold: they are sealed as lines `prefix,zone` in
 * evidence, and the command says where. The event that comes of it has them all, so nothing ever depends on the file.
 */
export async function sealPrefixes(evidence: EvidenceStore, definition: BlockDefinition): Promise<SealedDefinition> {
  if (!('prefixes' in definition)) return { definition };
  const { prefixes, zones } = definition;
  const lines = prefixes.map((prefix, index) => `${prefix},${zones[index] ?? ''}\n`);
  const { sha256 } = await evidence.seal(Readable.from([Buffer.from(lines.join(''))]));
  return { definition: { ...definition, prefixes: [], zones: [] }, prefixes: { sha256, count: prefixes.length } };
}

/** The definition with its prefixes again. */
export async function openPrefixes(
  evidence: EvidenceStore,
  { definition, prefixes: sealed }: SealedDefinition,
): Promise<BlockDefinition> {
  if (sealed === undefined || !('prefixes' in definition)) return definition;
  const lines = (await text(await evidence.openContent(sealed.sha256))).trimEnd().split('\n');
  const comma = (line: string): number => line.indexOf(',');
  return {
    ...definition,
    prefixes: lines.map((line) => line.slice(0, comma(line))),
    zones: lines.map((line) => line.slice(comma(line) + 1)),
  };
}
