import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { recordId } from '../../../shared/kernel/record-id.js';
import type { ReadModels } from '../../../shared/read-models/read-models.port.js';
import { ratedSources, type UsageBatchRated } from '../../rating/index.js';
import {
  suspendedRecords,
  suspenseReprocesses,
  type SuspendedRecord,
  type SuspenseReprocessRequested,
} from '../../suspense/index.js';
import type { Trace } from './trace.js';

/** Ratings of one chunk that are looked through for the history of a line: first ratings and reprocesses. */
const RATINGS = 500;

/** A mediated line and its node. */
export interface MediatedLine {
  readonly fileId: string;
  readonly line: number;
  readonly position: number;
  readonly node: string;
}

/** usage record -> suspended -> asked again -> suspended again … -> where the money comes from. */
export class SuspenseTracer {
  constructor(private readonly readModels: ReadModels) {}

  /**
   * Adds the history of a line that was ever suspended.
   * @returns its row, and the node its monetized records follow from; undefined for a line that never was suspended.
   */
  async trace(trace: Trace, line: MediatedLine): Promise<{ row: SuspendedRecord; last: string } | undefined> {
    const row = await this.readModels.get(suspendedRecords, {
      tenant: trace.tenant,
      fileId: line.fileId,
      line: line.line,
    });
    if (row === undefined) return undefined;
    let last = line.node;
    for (const event of await this.ratingsOf(trace, line.position)) {
      last = await addSuspension(trace, line, event, last);
    }
    return { row, last: await this.addOpenEnd(trace, row, last) };
  }

  private async ratingsOf(trace: Trace, mediatedPosition: number): Promise<(RecordedEvent & UsageBatchRated)[]> {
    const { items } = await this.readModels.find(ratedSources, {
      tenant: trace.tenant,
      where: [{ field: 'mediatedPosition', op: 'eq', value: mediatedPosition }],
      limit: RATINGS,
    });
    const positions = items.filter((source) => source.suspendedLines > 0).map((source) => source.ratedPosition);
    const events: (RecordedEvent & UsageBatchRated)[] = [];
    for (const position of [...new Set(positions)].sort((a, b) => a - b)) {
      events.push((await trace.log.eventAt(position)) as RecordedEvent & UsageBatchRated);
    }
    return events;
  }

  private async addOpenEnd(trace: Trace, row: SuspendedRecord, last: string): Promise<string> {
    if (row.status === 'RESOLVED') return last;
    if (row.status === 'OPEN' || row.reprocessId === null) {
      const message = `Suspended as ${row.code}, open: ${row.message}`;
      trace.graph.endsAt({ at: last, missing: 'MONETIZED_USAGE', state: 'WAITING', message });
      return last;
    }
    const reprocess = await this.readModels.get(suspenseReprocesses, {
      tenant: trace.tenant,
      reprocessId: row.reprocessId,
    });
    const at = reprocess === undefined ? last : await addReprocess(trace, row.reprocessId, reprocess.position, last);
    trace.graph.endsAt({
      at,
      missing: 'MONETIZED_USAGE',
      state: 'UNDER_WAY',
      message: `Suspended as ${row.code}; reprocess ${row.reprocessId} is rating it again`,
    });
    return at;
  }
}

/** @param from the node it follows from: the usage record, or the suspension before. */
async function addSuspension(
  trace: Trace,
  { fileId, line, position }: MediatedLine,
  event: RecordedEvent & UsageBatchRated,
  from: string,
): Promise<string> {
  const { head, columns } = event.data;
  const row = columns['s.line'].findIndex(
    (each, index) => each === line && head.sources[columns['s.source'][index] ?? -1]?.position === position,
  );
  if (row < 0) return from;
  const node = trace.graph.add({
    kind: 'SUSPENSION',
    id: `${recordId(fileId, line)}@${event.position}`,
    title: `Suspended as ${columns['s.code'][row] ?? ''}`,
    ...(await trace.log.originOf(event)),
    details: {
      recordId: recordId(fileId, line),
      code: columns['s.code'][row],
      message: columns['s.message'][row],
      facts: columns['s.facts'][row],
      account: columns['s.account'][row] ?? null,
      row,
    },
  });
  await linkCause(trace, head.cause, from, { node, first: 'SUSPENDED_AS' });
  return node;
}

/** Links an outcome of rating to what it came from: the usage record itself, or a reprocess of what stood before. */
export async function linkCause(
  trace: Trace,
  cause: UsageBatchRated['data']['head']['cause'],
  from: string,
  outcome: { readonly node: string; readonly first: 'SUSPENDED_AS' | 'MONETIZED_INTO' },
): Promise<void> {
  if (cause.kind === 'MEDIATED') {
    trace.graph.link(from, outcome.first, outcome.node);
    return;
  }
  const reprocess = await addReprocess(trace, cause.reprocessId, cause.position, from);
  trace.graph.link(reprocess, 'ANSWERED_WITH', outcome.node);
}

async function addReprocess(trace: Trace, reprocessId: string, position: number, from: string): Promise<string> {
  const event = await trace.log.eventAt(position);
  const { head } = (event as RecordedEvent & SuspenseReprocessRequested).data;
  const node = trace.graph.add({
    kind: 'REPROCESS',
    id: reprocessId,
    title: `Asked to be rated again: ${head.reason}`,
    ...(await trace.log.originOf(event)),
    details: { reprocessId, reason: head.reason, records: head.records },
  });
  trace.graph.link(from, 'ASKED_AGAIN_BY', node);
  return node;
}
