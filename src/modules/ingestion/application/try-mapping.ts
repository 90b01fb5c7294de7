import type { RecordAddress } from '../../../shared/kernel/record-id.js';
import type { UsageBatchMediatedColumns, MediationCounts } from '../domain/events.js';
import type { Claim, IdentityClaims } from '../domain/identity/identity-claims.js';
import type { RecordHash } from '../domain/identity/record-hash.js';
import type { MappingDefinition } from '../domain/mapping/definition.js';
import { ChunkBuilder } from '../domain/mediation/chunk-builder.js';
import { compileMapping } from '../domain/mediation/compiled-mapping.js';
import { FileFault, type FileFaultFacts } from '../domain/mediation/file-fault.js';
import { readColumns, verifyFile } from './reading/read-file.js';
import { RecordCursor } from './reading/record-cursor.js';

/** What a mapping makes of a sample. */
export type Trial =
  | { readonly fileError: FileFaultFacts }
  | {
      readonly counts: MediationCounts;
      readonly quantities: Readonly<Record<string, string>>;
      readonly columns: UsageBatchMediatedColumns;
    };

const SAMPLE_FILE = 'sample';

/** Reads a sample exactly as a file would be read, and stores nothing: duplicates are looked for in the sample alone. */
export async function tryMapping(
  definition: MappingDefinition,
  sample: string,
  maxRecordBytes: number,
): Promise<Trial> {
  const content = () => once(Buffer.from(sample, 'utf8'));
  try {
    await verifyFile(content(), definition, maxRecordBytes);
    const cursor = new RecordCursor(content(), definition.format, maxRecordBytes);
    const mapping = compileMapping(definition, await readColumns(cursor, definition));
    const limits = { records: Infinity, rawBytes: Infinity };
    const builder = new ChunkBuilder(mapping, SAMPLE_FILE, new SampleClaims(), limits);
    for (;;) {
      const step = cursor.next();
      if (step === 'RECORD') builder.add(cursor);
      else if (step === 'MORE') await cursor.more();
      else break;
    }
    return builder.take();
  } catch (error) {
    if (error instanceof FileFault) return { fileError: error.facts };
    throw error;
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

class SampleClaims implements IdentityClaims {
  readonly seed = 1;
  first: RecordAddress = { fileId: SAMPLE_FILE, line: 0 };
  private readonly taken = new Map<string, { readonly line: number; readonly payload: string }>();

  claim(hash: RecordHash, fileId: string, line: number): Claim {
    const key = `${hash.id1},${hash.id2},${hash.id3},${hash.id4}`;
    const payload = `${hash.payload1},${hash.payload2}`;
    const first = this.taken.get(key);
    if (first === undefined) {
      this.taken.set(key, { line, payload });
      return 'NEW';
    }
    this.first = { fileId, line: first.line };
    return first.payload === payload ? 'DUPLICATE' : 'CONFLICT';
  }
}
