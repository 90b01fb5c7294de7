import type { Clock } from '../../../shared/kernel/clock.js';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { SnapshotStore } from '../../../shared/event-store/snapshot-store.port.js';
import type { RoleTask } from '../../../shared/runtime/role-task.js';
import { AnswerReprocesses } from './answer-reprocesses.js';
import { SuspenseStreams } from './suspense-streams.js';

const NAME = 'suspense-answers';
/** Rated events between two saved positions while catching up; going over them again changes nothing. */
const SAVE_EVERY = 500;

/** The loop around AnswerReprocesses. Its position is a cache: without it, every rated event is looked at again. */
export function answerReprocessesTask(store: EventStore, snapshots: SnapshotStore, clock: Clock): RoleTask {
  return {
    name: NAME,
    role: 'sync',
    async run(signal) {
      const answers = new AnswerReprocesses(new SuspenseStreams(store), clock);
      let saved = (await snapshots.load(NAME))?.position ?? 0;
      let since = 0;
      const filter = { types: ['UsageBatchRated.v1'] };
      for await (const delivery of store.subscribe({ after: saved, filter, signal })) {
        if (delivery.kind === 'event') {
          await answers.react(delivery.event);
          since += 1;
        }
        const position = delivery.kind === 'event' ? delivery.event.position : delivery.position;
        const due = since >= SAVE_EVERY || (delivery.kind === 'checkpoint' && delivery.caughtUp);
        if (!due || position <= saved) continue;
        await snapshots.save(NAME, { position, bytes: new Uint8Array() });
        saved = position;
        since = 0;
      }
    },
  };
}
