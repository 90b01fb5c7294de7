import type { Clock } from '../../../shared/kernel/clock.js';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { SnapshotStore } from '../../../shared/event-store/snapshot-store.port.js';
import { Reactor } from '../../../shared/runtime/reactor.js';
import type { RoleTask } from '../../../shared/runtime/role-task.js';
import { AnswerReprocesses } from './answer-reprocesses.js';
import { SuspenseStreams } from './suspense-streams.js';

/** The loop around AnswerReprocesses. Of a rated event that answers no reprocess only the head is read. */
export function answerReprocessesTask(store: EventStore, snapshots: SnapshotStore, clock: Clock): RoleTask {
  const answers = new AnswerReprocesses(new SuspenseStreams(store), clock);
  return new Reactor({
    name: 'suspense-answers',
    role: 'sync',
    store,
    snapshots,
    filter: { types: ['UsageBatchRated.v1'] },
    react: (event) => answers.react(event),
  });
}
