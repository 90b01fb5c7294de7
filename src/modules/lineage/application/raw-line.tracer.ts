import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { instantToString } from '../../../shared/kernel/clock.js';
import { recordId } from '../../../shared/kernel/record-id.js';
import type { EvidenceStore } from '../../../shared/evidence/evidence-store.port.js';
import type { ReadModels } from '../../../shared/read-models/read-models.port.js';
import {
  mappingStream,
  rawChunks,
  usageFiles,
  type MappingVersionAdded,
  type UsageBatchMediated,
  type UsageBatchMediatedColumns,
  type UsageFileRow,
} from '../../ingestion/index.js';
import type { Trace } from './trace.js';

/** Where a raw line is on its way. Everything but UNKNOWN put nodes into the graph. */
export type TracedLine =
  /** It became canonical usage, at this place. */
  | { readonly state: 'MEDIATED'; readonly node: string; readonly position: number; readonly ordinal: number }
  /** The chain ends or pauses before there is a usage record; the graph says where and why. */
  | { readonly state: 'STOPPED' }
  | { readonly state: 'UNKNOWN'; readonly message: string; readonly underWay: boolean };

/** file -> raw line -> canonical usage record, with the mapping that shaped it. */
export class RawLineTracer {
  constructor(
    private readonly readModels: ReadModels,
    private readonly evidence: EvidenceStore,
  ) {}

  /** @param mediatedPosition the position of the line's chunk, when it is known; saves looking it up. */
  async trace(trace: Trace, fileId: string, line: number, mediatedPosition?: number): Promise<TracedLine> {
    const file = await this.readModels.get(usageFiles, { tenant: trace.tenant, fileId });
    if (file === undefined) return { state: 'UNKNOWN', message: `There is no usage file ${fileId}`, underWay: false };
    const fileNode = await addFile(trace, file);
    if (file.status === 'REJECTED') return rejected(trace, file, fileNode);
    const position = mediatedPosition ?? (await this.chunkOf(trace.tenant, fileId, line));
    if (position === undefined) return notRead(file, line);
    const event = (await trace.log.eventAt(position)) as RecordedEvent & UsageBatchMediated;
    return this.lineOf(trace, { file, fileNode, line, event });
  }

  private async chunkOf(tenant: string, fileId: string, line: number): Promise<number | undefined> {
    const { items } = await this.readModels.find(rawChunks, {
      tenant,
      where: [
        { field: 'fileId', op: 'eq', value: fileId },
        { field: 'lastLine', op: 'gte', value: line },
      ],
      limit: 1,
    });
    const [chunk] = items;
    return chunk !== undefined && chunk.firstLine <= line ? chunk.position : undefined;
  }

  private async lineOf(trace: Trace, found: FoundLine): Promise<TracedLine> {
    const { file, event, line } = found;
    const { columns } = event.data;
    const ordinal = columns.line.indexOf(line);
    if (ordinal >= 0) {
      const rawNode = await this.addRawLine(trace, found, 'MEDIATED', columns.offset[ordinal], columns.length[ordinal]);
      const node = await addUsageRecord(trace, found, ordinal);
      trace.graph.link(rawNode, 'MEDIATED_INTO', node);
      return { state: 'MEDIATED', node, position: event.position, ordinal };
    }
    const exception = columns['x.line'].indexOf(line);
    if (exception < 0) {
      return { state: 'UNKNOWN', message: `Line ${line} of file ${file.fileId} holds no record`, underWay: false };
    }
    const outcome = columns['x.outcome'][exception] ?? 'ERROR';
    const why = columns['x.detail'][exception] ?? '';
    const code = columns['x.code'][exception] ?? '';
    const at = await this.addRawLine(
      trace,
      found,
      outcome,
      columns['x.offset'][exception],
      columns['x.length'][exception],
      {
        code,
        column: columns['x.column'][exception] ?? null,
        detail: why,
      },
    );
    trace.graph.endsAt({
      at,
      missing: 'USAGE_RECORD',
      state: 'ENDED',
      message: `The line is ${outcome} (${code}): ${why}`,
    });
    return { state: 'STOPPED' };
  }

  private async addRawLine(
    trace: Trace,
    { file, fileNode, line, event }: FoundLine,
    outcome: string,
    offset = 0,
    length = 0,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const bytes = await this.evidence.readContent(file.sha256, offset, length);
    const node = trace.graph.add({
      kind: 'RAW_LINE',
      id: recordId(file.fileId, line),
      title: `Line ${line} of ${file.fileName}, exactly as received`,
      ...(await trace.log.originOf(event)),
      details: {
        fileId: file.fileId,
        fileName: file.fileName,
        sha256: file.sha256,
        line,
        byteOffset: offset,
        byteLength: length,
        text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
        outcome,
        ...more,
      },
    });
    trace.graph.link(fileNode, 'HOLDS', node);
    return node;
  }
}

interface FoundLine {
  readonly file: UsageFileRow;
  readonly fileNode: string;
  readonly line: number;
  readonly event: RecordedEvent & UsageBatchMediated;
}

async function addFile(trace: Trace, file: UsageFileRow): Promise<string> {
  return trace.graph.add({
    kind: 'USAGE_FILE',
    id: file.fileId,
    title: `Usage file ${file.fileName}, sealed as received`,
    ...(await trace.log.originAt(file.receivedPosition)),
    details: {
      fileName: file.fileName,
      sha256: file.sha256,
      bytes: file.bytes,
      contentBytes: file.contentBytes,
      compression: file.compression,
      via: file.via,
      sourcePlatform: file.sourcePlatform,
      serviceType: file.serviceType,
      usageRecordType: file.usageRecordType,
      status: file.status,
      mapping: { name: file.mappingName, version: file.mappingVersion },
    },
  });
}

async function addUsageRecord(trace: Trace, { file, line, event }: FoundLine, ordinal: number): Promise<string> {
  const { head, columns } = event.data;
  const id = recordId(file.fileId, line);
  const node = trace.graph.add({
    kind: 'USAGE_RECORD',
    id,
    title: `Line ${line} mediated by mapping ${head.mapping.name} version ${head.mapping.version}`,
    ...(await trace.log.originOf(event)),
    details: {
      recordId: id,
      chunk: head.chunk,
      row: ordinal,
      mapping: head.mapping,
      identity: head.identity,
      serviceId: columns.serviceId[ordinal],
      usageType: columns.usageType[ordinal],
      at: instantToString(columns.at[ordinal] ?? 0),
      quantities: named(columns, 'q.', ordinal),
      attributes: named(columns, 'a.', ordinal),
    },
  });
  const mapping = await addMapping(trace, head.mapping);
  if (mapping !== undefined) trace.graph.link(mapping, 'SHAPED', node);
  return node;
}

/** Version v is the v-th event of its stream. */
async function addMapping(
  trace: Trace,
  mapping: { readonly name: string; readonly version: number },
): Promise<string | undefined> {
  const event = await trace.log.at(mappingStream(trace.tenant, mapping.name), mapping.version - 1);
  if (event === undefined) return undefined;
  const { version, reason, definition } = (event as RecordedEvent & MappingVersionAdded).data;
  return trace.graph.add({
    kind: 'MAPPING_VERSION',
    id: `${mapping.name}.${version}`,
    title: `Mapping ${mapping.name}, version ${version}`,
    ...(await trace.log.originOf(event)),
    details: { mapping: mapping.name, version, reason, definition },
  });
}

/** The columns of a group at one row, without those that are absent: `q.seconds` -> `{ seconds: "42" }`. */
function named(columns: UsageBatchMediatedColumns, prefix: string, row: number): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(columns)) {
    const value = name.startsWith(prefix) ? (columns[name]?.[row] ?? null) : null;
    if (value !== null) values[name.slice(prefix.length)] = value;
  }
  return values;
}

function rejected(trace: Trace, file: UsageFileRow, at: string): TracedLine {
  trace.graph.endsAt({
    at,
    missing: 'RAW_LINE',
    state: 'ENDED',
    message: `The file was rejected whole, no line of it is billable (${file.rejectedCode ?? ''}): ${file.rejectedMessage ?? ''}`,
  });
  return { state: 'STOPPED' };
}

function notRead(file: UsageFileRow, line: number): TracedLine {
  const read = file.declaredTotal === null;
  return {
    state: 'UNKNOWN',
    underWay: read,
    message: read
      ? `Line ${line} of file ${file.fileId} is not mediated yet: the file is being read, ${file.total} records so far`
      : `File ${file.fileId} has no record at line ${line}`,
  };
}
