import type { Clock } from '../../../shared/kernel/clock.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { parseStreamName } from '../../../shared/kernel/stream-name.js';
import { eventId } from '../../../shared/event-store/event-id.js';
import type { UsageBatchRated, UsageBatchRatedColumns, UsageBatchRatedHead } from '../../rating/index.js';
import type { AnswerReprocess } from '../domain/suspense.decider.js';
import type { SuspenseStreams } from './suspense-streams.js';

/**
 * Brings what rating said about a reprocess back to the suspense streams of its files, so that they let the records
 * go. Safe to be given the same rated event any number of times: what is answered is answered once.
 */
export class AnswerReprocesses {
  constructor(
    private readonly streams: SuspenseStreams,
    private readonly clock: Clock,
  ) {}

  async react(event: RecordedEvent): Promise<void> {
    if (event.type !== 'UsageBatchRated.v1') return;
    const rated = event as RecordedEvent & UsageBatchRated;
    const { cause } = rated.data.head;
    if (cause.kind !== 'REPROCESS') return;
    const { tenant } = parseStreamName(event.stream);
    const metadata = {
      tenant,
      actor: 'role:sync',
      correlationId: event.metadata.correlationId,
      causationId: event.id,
      recordedAt: new Date(this.clock.now()).toISOString(),
    };
    for (const [fileId, records] of outcomesByFile(rated.data.head, rated.data.columns)) {
      const command: AnswerReprocess = {
        kind: 'answer',
        reprocessId: cause.reprocessId,
        fileId,
        ratedPosition: event.position,
        records,
      };
      await this.streams.decide(tenant, command, metadata, () => eventId(`${event.id}/${fileId}`));
    }
  }
}

/** Per file, each line once: null when it became money (a line with several charges has several rows), else its code. */
function outcomesByFile(
  head: UsageBatchRatedHead,
  columns: UsageBatchRatedColumns,
): Map<string, AnswerReprocess['records']> {
  const files = new Map<string, Map<number, string | null>>();
  const note = (source: number | undefined, line: number | undefined, code: string | null): void => {
    const fileId = head.sources[source ?? -1]?.fileId;
    if (fileId === undefined || line === undefined) throw new Error('A rated row names a source its event has not');
    let lines = files.get(fileId);
    if (lines === undefined) files.set(fileId, (lines = new Map<number, string | null>()));
    lines.set(line, code);
  };
  for (let row = 0; row < columns.line.length; row += 1) note(columns.source[row], columns.line[row], null);
  for (let row = 0; row < columns['s.line'].length; row += 1) {
    note(columns['s.source'][row], columns['s.line'][row], columns['s.code'][row] ?? '');
  }
  return new Map(
    [...files].map(([fileId, lines]) => [
      fileId,
      [...lines].sort(([a], [b]) => a - b).map(([line, code]) => ({ line, code })),
    ]),
  );
}
