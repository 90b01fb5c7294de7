import { RecordedCommand } from '../../../shared/command-log/recorded-command.js';
import type { SuspenseSelection } from '../domain/events.js';

export interface ReprocessAnswer {
  readonly reprocessId: string;
  readonly records: number;
  readonly files: number;
}

/** Rate suspended records again, as the catalog and the accounts stand now. */
export class ReprocessSuspense extends RecordedCommand<ReprocessAnswer> {
  readonly name = 'ReprocessSuspense';

  constructor(readonly payload: { readonly selection: SuspenseSelection; readonly reason: string }) {
    super();
  }
}
