import { eventId } from '../../../../shared/event-store/event-id.js';
import { WrongExpectedRevision, type EventStore } from '../../../../shared/event-store/event-store.port.js';
import { instantToString, type Clock } from '../../../../shared/kernel/clock.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import { parseStreamName } from '../../../../shared/kernel/stream-name.js';
import type { RoleTask } from '../../../../shared/runtime/role-task.js';
import type { RatingRunAnswered, RatingRunCompleted, RatingRunRequested } from '../../domain/runs/run-events.js';
import { ratingRunStream } from '../../domain/streams.js';
import { completedRun } from './completed-run.js';

const TYPES = ['RatingRunRequested.v1', 'RatingRunAnswered.v1', 'RatingRunCompleted.v1'] as const;

type RunEvent = RecordedEvent & (RatingRunRequested | RatingRunAnswered | RatingRunCompleted);

interface OpenRun {
  readonly tenant: string;
  readonly requested: RecordedEvent & RatingRunRequested;
  readonly answers: Map<number, RatingRunAnswered['data']>;
}

/**
 * Says that a run is done once every partition has answered it. It needs no saved position: runs are few, and so are
 * their answers.
 */
export class CollectRunsTask implements RoleTask {
  readonly name = 'rating-runs';
  readonly role = 'rate';

  constructor(
    private readonly store: EventStore,
    private readonly clock: Clock,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    const open = new Map<string, OpenRun>();
    for await (const delivery of this.store.subscribe({ after: 0, filter: { types: TYPES }, signal })) {
      if (delivery.kind === 'event') note(open, delivery.event as RunEvent);
      // Only at the end of the log: before it, what looks open may have been completed.
      else if (delivery.caughtUp) {
        for (const [runId, run] of open) {
          if (run.answers.size < run.requested.data.partitions) continue;
          await this.complete(run);
          open.delete(runId);
        }
      }
    }
  }

  private async complete({ tenant, requested, answers }: OpenRun): Promise<void> {
    const stream = ratingRunStream(tenant, requested.data.runId);
    const { correlationId, traceparent } = requested.metadata;
    const metadata = {
      tenant,
      actor: 'role:rate',
      correlationId,
      causationId: requested.id,
      ...(traceparent === undefined ? {} : { traceparent }),
      recordedAt: instantToString(this.clock.now()),
    };
    const completed = completedRun(requested.data, [...answers.values()]);
    try {
      const id = eventId(`${stream}/completed`);
      await this.store.append(stream, requested.revision, [{ id, ...completed, metadata }]);
    } catch (error) {
      // Another collector was quicker: it said the same.
      if (!(error instanceof WrongExpectedRevision)) throw error;
    }
  }
}

function note(open: Map<string, OpenRun>, event: RunEvent): void {
  const { tenant } = parseStreamName(event.stream);
  const key = `${tenant}.${event.data.runId}`;
  switch (event.type) {
    case 'RatingRunRequested.v1':
      open.set(key, { tenant, requested: event, answers: new Map() });
      return;
    case 'RatingRunAnswered.v1':
      open.get(key)?.answers.set(event.data.partition, event.data);
      return;
    case 'RatingRunCompleted.v1':
      open.delete(key);
  }
}
