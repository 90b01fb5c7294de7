import { eventId } from '../../../../shared/event-store/event-id.js';
import type { EventToAppend } from '../../../../shared/event-store/event-store.port.js';
import type { EventMetadata } from '../../../../shared/kernel/event.js';
import type { UsageBatchMediatedHead } from '../../domain/events.js';
import { identityFields, type MappingDefinition } from '../../domain/mapping/definition.js';
import type { ChunkBuilder } from '../../domain/mediation/chunk-builder.js';
import type { FileColumns } from '../../domain/mediation/header.js';
import type { IdentityIndex } from '../identity-index.port.js';
import type { RecordCursor } from '../reading/record-cursor.js';
import { ProgressSum, type FileProgress } from './file-progress.js';
import type { WaitingFile } from './waiting-file.js';

/** A file that is being mediated, and what is known about it. */
export interface FileWork {
  readonly file: WaitingFile;
  readonly definition: MappingDefinition;
  readonly columns: FileColumns;
  readonly index: IdentityIndex;
}

/** Numbers the chunks of one file and gives each its head and its id. */
export class ChunkSequence {
  private chunk: number;
  private line: number;
  private offset: number;
  private readonly sum = new ProgressSum();

  constructor(
    private readonly work: FileWork,
    private readonly stream: string,
    private readonly before: FileProgress,
    private readonly metadata: EventMetadata,
  ) {
    this.chunk = before.chunks;
    this.line = before.line;
    this.offset = before.offset;
  }

  startAt(cursor: RecordCursor): void {
    this.line = cursor.lineAhead;
    this.offset = cursor.offsetAhead;
  }

  next(builder: ChunkBuilder, cursor: RecordCursor): EventToAppend {
    const { received } = this.work.file;
    const { columns, ...facts } = builder.take();
    const head: UsageBatchMediatedHead = {
      sourcePlatform: received.sourcePlatform,
      serviceType: received.serviceType,
      usageRecordType: received.usageRecordType,
      fileId: received.fileId,
      mapping: received.mapping,
      chunk: this.chunk,
      firstLine: this.line,
      lastLine: cursor.lineAhead - 1,
      startOffset: this.offset,
      endOffset: cursor.offsetAhead,
      ...facts,
      identity: identityFields(this.work.definition.identity),
    };
    const id = eventId(`${this.stream}/${received.fileId}/${this.chunk}`);
    this.sum.add(head, 0);
    this.chunk += 1;
    this.line = head.lastLine + 1;
    this.offset = head.endOffset;
    return { id, type: 'UsageBatchMediated.v1', data: { head, columns }, metadata: this.metadata };
  }

  /** The file's control totals: the sums of all its chunks, those of earlier runs included. */
  total(lastPosition: number): FileProgress {
    const { before } = this;
    const made = this.sum.progress;
    const all = new ProgressSum();
    for (const part of [before, made]) all.addTotals(part);
    return { ...all.progress, lastChunkPosition: made.chunks === 0 ? before.lastChunkPosition : lastPosition };
  }
}
