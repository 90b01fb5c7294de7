import { setImmediate } from 'node:timers/promises';
import { eventId } from '../../../../shared/event-store/event-id.js';
import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { EvidenceStore } from '../../../../shared/evidence/evidence-store.port.js';
import { instantToString, type Clock } from '../../../../shared/kernel/clock.js';
import type { EventMetadata } from '../../../../shared/kernel/event.js';
import type { UsageFileMediated, UsageFileRejected } from '../../domain/events.js';
import type { MappingDefinition } from '../../domain/mapping/definition.js';
import { ChunkBuilder } from '../../domain/mediation/chunk-builder.js';
import { compileMapping } from '../../domain/mediation/compiled-mapping.js';
import { FileFault } from '../../domain/mediation/file-fault.js';
import type { FileColumns } from '../../domain/mediation/header.js';
import { usageFileStream } from '../../domain/streams.js';
import { IdentityIndexDamaged, type IdentityIndex, type IdentityIndexes } from '../identity-index.port.js';
import { advance, readColumns, verifyFile } from '../reading/read-file.js';
import { RecordCursor } from '../reading/record-cursor.js';
import { ChunkAppender } from './chunk-appender.js';
import { ChunkSequence, type FileWork } from './chunk-sequence.js';
import { fileProgress, type FileProgress } from './file-progress.js';
import { fitsStream, hashAt, replayIdentities } from './identity-replay.js';
import type { WaitingFile } from './waiting-file.js';

export interface MediationLimits {
  readonly chunkRecords: number;
  readonly maxRecordBytes: number;
}

export interface MediationParts {
  readonly store: EventStore;
  readonly evidence: EvidenceStore;
  readonly indexes: IdentityIndexes;
  readonly clock: Clock;
  readonly limits: MediationLimits;
}

/** Content bytes of a chunk at most, so that its encoded form stays below 512 KiB. */
const CHUNK_CONTENT_BYTES = 256 * 1024;
/** A chunk's columns may say more than its content does: numbers and places. */
const BYTES_PER_RECORD = 48;

/**
 * The single writer of one usage stream. It knows every identity the stream holds, and the stream's revision is its fence:
 * when somebody else appended, its append is refused, it forgets what it knew and starts from the log again.
 *
 * A file is continued where its last chunk in the log ends, so a stop between any two appends changes nothing: chunks are
 * cut by records and bytes alone, and have the same ids, rows and order whenever they are made.
 */
export class UsageStreamWriter {
  private index: IdentityIndex | undefined;
  private revision = -1;

  constructor(
    private readonly parts: MediationParts,
    readonly stream: string,
    /** Of the claim under which this writer works. */
    readonly epoch: number,
  ) {}

  /**
   * Mediates a file to its end, or parks it at the end of a chunk when `stop` says so.
   * @throws what storage throws; the writer then starts from the log the next time.
   */
  async mediate(file: WaitingFile, definition: MappingDefinition, stop: () => boolean): Promise<'DONE' | 'PARKED'> {
    try {
      const index = await this.ready();
      return await this.run(file, definition, index, stop);
    } catch (error) {
      this.forget(error instanceof IdentityIndexDamaged);
      throw error;
    }
  }

  /** Keeps what is known for a quick start the next time, here or elsewhere, and lets go of memory and files. */
  async close(): Promise<void> {
    try {
      if (this.index !== undefined && this.index.revision < this.revision) await this.keep(this.index);
    } finally {
      this.forget(false);
    }
  }

  private async run(
    file: WaitingFile,
    definition: MappingDefinition,
    index: IdentityIndex,
    stop: () => boolean,
  ): Promise<'DONE' | 'PARKED'> {
    const progress = await fileProgress(this.parts.store, this.stream, file.received.fileId);
    let columns: FileColumns;
    try {
      columns = progress.chunks === 0 ? await this.verify(file, definition) : await this.columns(file, definition);
    } catch (error) {
      if (!(error instanceof FileFault)) throw error;
      await this.reject(file, error);
      return 'DONE';
    }
    const total = await this.mediateFrom(progress, { file, definition, columns, index }, stop);
    if (total === undefined) return 'PARKED';
    await this.finish(file, total);
    return 'DONE';
  }

  private async mediateFrom(
    progress: FileProgress,
    work: FileWork,
    stop: () => boolean,
  ): Promise<FileProgress | undefined> {
    const { file, definition, index } = work;
    const { store, evidence, limits } = this.parts;
    const content = await evidence.openContent(file.received.sha256, progress.offset);
    const cursor = new RecordCursor(content, definition.format, limits.maxRecordBytes, progress);
    const appender = new ChunkAppender(store, this.stream, this.revision);
    const builder = new ChunkBuilder(compileMapping(definition, work.columns), file.received.fileId, index, {
      records: limits.chunkRecords,
      rawBytes: CHUNK_CONTENT_BYTES,
    });
    const chunks = new ChunkSequence(work, this.stream, progress, this.metadata(file));
    try {
      if (progress.chunks === 0) {
        if (definition.format.header) await advance(cursor);
        chunks.startAt(cursor);
      }
      for (let ended = false; !ended;) {
        const step = cursor.next();
        if (step === 'RECORD') builder.add(cursor);
        else if (step === 'MORE') await cursor.more();
        else if (step === 'END') ended = true;
        else throw new Error(`Evidence ${file.received.sha256} changed: it was verified and cannot be read now`);
        if (!builder.full && (!ended || builder.empty)) continue;
        const bytes = builder.contentBytes + builder.records * BYTES_PER_RECORD;
        await appender.add(chunks.next(builder, cursor), bytes);
        if (index.wantsKeeping) await this.settle(appender, index);
        await setImmediate();
        if (stop() && !ended) {
          await this.settle(appender);
          return undefined;
        }
      }
      await this.settle(appender);
      return chunks.total(appender.position);
    } finally {
      await cursor.close();
    }
  }

  /** Waits until everything is durable; only then may the index be kept, for a kept index claims to know these chunks. */
  private async settle(appender: ChunkAppender, index?: IdentityIndex): Promise<void> {
    await appender.drain();
    this.revision = appender.revision;
    if (index !== undefined) await this.keep(index);
  }

  private async keep(index: IdentityIndex): Promise<void> {
    const hash = await hashAt(this.parts.store, this.stream, this.revision);
    if (hash !== undefined) index.keep(this.revision, hash);
  }

  /** Reads the whole content once: nothing of a file that must be rejected may become billable first. */
  private async verify(file: WaitingFile, definition: MappingDefinition): Promise<FileColumns> {
    const content = await this.parts.evidence.openContent(file.received.sha256);
    return (await verifyFile(content, definition, this.parts.limits.maxRecordBytes)).columns;
  }

  private async columns(file: WaitingFile, definition: MappingDefinition): Promise<FileColumns> {
    const content = await this.parts.evidence.openContent(file.received.sha256);
    const cursor = new RecordCursor(content, definition.format, this.parts.limits.maxRecordBytes);
    try {
      return await readColumns(cursor, definition);
    } finally {
      await cursor.close();
    }
  }

  private async finish(file: WaitingFile, total: FileProgress): Promise<void> {
    const { chunks, counts, quantities, lastChunkPosition } = total;
    const { fileId } = file.received;
    const data: UsageFileMediated['data'] = { fileId, chunks, counts, quantities, lastChunkPosition };
    await this.endLife(file, 'UsageFileMediated.v1', data);
  }

  private async reject(file: WaitingFile, { facts }: FileFault): Promise<void> {
    const data: UsageFileRejected['data'] = { fileId: file.received.fileId, ...facts };
    await this.endLife(file, 'UsageFileRejected.v1', data);
  }

  /** The last event of a file's life here; revision 0 is its reception. */
  private async endLife(file: WaitingFile, type: string, data: unknown): Promise<void> {
    const stream = usageFileStream(file.tenant, file.received.fileId);
    await this.parts.store.append(stream, 0, [
      { id: eventId(`${stream}/${type}`), type, data, metadata: this.metadata(file) },
    ]);
  }

  private metadata(file: WaitingFile): EventMetadata {
    return {
      tenant: file.tenant,
      actor: 'role:ingest',
      correlationId: file.correlationId,
      causationId: file.eventId,
      recordedAt: instantToString(this.parts.clock.now()),
    };
  }

  private async ready(): Promise<IdentityIndex> {
    if (this.index === undefined) {
      const index = await this.fittingIndex();
      this.index = index;
      this.revision = await replayIdentities(this.parts.store, this.stream, index);
    }
    return this.index;
  }

  /** The newest index that is kept and belongs to this log; at last an empty one. */
  private async fittingIndex(): Promise<IdentityIndex> {
    for (;;) {
      const index = this.parts.indexes.open(this.stream, this.epoch);
      if (await fitsStream(this.parts.store, this.stream, index)) return index;
      index.discard();
    }
  }

  private forget(damaged: boolean): void {
    if (damaged) this.index?.discard();
    else this.index?.close();
    this.index = undefined;
    this.revision = -1;
  }
}
