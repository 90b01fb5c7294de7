import { RecordedCommand } from '../../../shared/command-log/recorded-command.js';
import type { SealedEvidence } from '../../../shared/evidence/evidence-store.port.js';
import type { UsageStreamKey } from '../domain/events.js';

export interface ReceiveUsageFilePayload extends UsageStreamKey, SealedEvidence {
  readonly fileName: string;
  readonly via: 'UPLOAD' | 'FOLDER';
  /** Needed only where several mappings serve the same coordinates. */
  readonly mapping?: string;
}

export interface ReceivedAnswer {
  readonly fileId: string;
  /** The file that brought the same bytes first; nothing was received then. */
  readonly duplicateOf?: string;
  /** An earlier file of the same name but other bytes. */
  readonly sameNameAs?: string;
}

/** Registers a file whose bytes are sealed; from here on it is mediated by itself. */
export class ReceiveUsageFile extends RecordedCommand<ReceivedAnswer> {
  readonly name = 'ReceiveUsageFile';
  constructor(readonly payload: ReceiveUsageFilePayload) {
    super();
  }
}
