import { RecordedCommand } from '../command-log/recorded-command.js';
import type { ReplayMode } from './events.js';

export interface RequestReplayPayload {
  readonly readModel: string;
  readonly mode: ReplayMode;
  readonly reason: string | null;
}

export interface RequestReplayAnswer {
  readonly readModel: string;
  readonly mode: ReplayMode;
}

/** Asks the role `project` to build a read model anew, or to let a stopped one try again. */
export class RequestReplay extends RecordedCommand<RequestReplayAnswer> {
  readonly name = 'RequestReplay';
  constructor(readonly payload: RequestReplayPayload) {
    super();
  }
}
