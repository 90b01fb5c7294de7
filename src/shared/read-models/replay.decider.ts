import type { Decider } from '../kernel/decider.js';
import { refuse } from '../kernel/refusal.js';
import type { ReplayRequested } from './events.js';
import type { RequestReplayPayload } from './request-replay.command.js';
import type { ProjectionStatus } from './read-models.port.js';

/** The request, and the facts it is decided on: whether there is such a read model, and how it stands. */
export interface ReplayQuestion extends RequestReplayPayload {
  readonly known: readonly string[];
  readonly status: ProjectionStatus | undefined;
}

/** Nothing is remembered: a read model may be replayed as often as somebody asks. */
export const replayDecider: Decider<null, ReplayQuestion, ReplayRequested> = {
  initialState: null,
  evolve: (state) => state,
  decide: ({ readModel, mode, reason, known, status }) => {
    if (!known.includes(readModel)) {
      return refuse('replay/unknown-read-model', `There is no read model ${readModel}. There are: ${known.join(', ')}`);
    }
    if (status?.state === 'REBUILDING') {
      return refuse(
        'replay/under-way',
        `${readModel} is being rebuilt already: GET /v1/replays/${readModel} shows how far`,
      );
    }
    if (mode === 'RESUME' && status?.state !== 'STOPPED') {
      return refuse('replay/not-stopped', `${readModel} has not stopped, so there is nothing to resume`);
    }
    return [{ type: 'ReplayRequested.v1', data: { readModel, mode, reason } }];
  },
};
