import { RecordedCommand } from '../../../../shared/command-log/recorded-command.js';
import type { RatingRunAsked, RerateSelection } from '../../domain/runs/run-events.js';

export interface RatingRunAnswer {
  readonly runId: string;
}

type Commit = Extract<RatingRunAsked, { readonly mode: 'COMMIT' }>;

/** A commit may leave out its selection: it is that of its preview. */
export type RunWanted =
  Exclude<RatingRunAsked, Commit> | (Omit<Commit, 'selection'> & { readonly selection?: RerateSelection });

/** Work on what is rated already, at this place of the log. */
export class RequestRatingRun extends RecordedCommand<RatingRunAnswer> {
  readonly name = 'RequestRatingRun';

  constructor(readonly payload: { readonly wanted: RunWanted; readonly reason: string }) {
    super();
  }
}
