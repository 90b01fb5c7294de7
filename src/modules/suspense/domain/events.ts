import type { DomainEvent } from '../../../shared/kernel/event.js';
import type { EventDefinition } from '../../../shared/kernel/event-definition.js';

/**
 * Stream `suspense-<tenant>.<fileId>`: what was decided about the suspended records of one file. The stream is the
 * authority on whether a record is in the hands of a reprocess: a record is OPEN (it was suspended and nothing is
 * under way), REPROCESSING, or RESOLVED (it became money). Its revision keeps two reprocesses from taking one record.
 *
 *     suspended (rating stream) -> OPEN -> REPROCESSING -> RESOLVED
 *                                   ^____________| suspended again
 */
export const SUSPENSE_STATUSES = ['OPEN', 'REPROCESSING', 'RESOLVED'] as const;
export type SuspenseStatus = (typeof SUSPENSE_STATUSES)[number];

/** A chunk event: the closed set of records to be rated again, as seen at this event's own position. */
export type SuspenseReprocessRequested = DomainEvent<
  'SuspenseReprocessRequested.v1',
  {
    readonly head: {
      readonly reprocessId: string;
      readonly fileId: string;
      readonly reason: string;
      /** Records in this event. */
      readonly records: number;
    };
    /** `position` of the mediated chunk, `ordinal` of the record in it, `line` in the file; sorted by the first two. */
    readonly columns: {
      readonly [column: string]: readonly unknown[];
      readonly position: readonly number[];
      readonly ordinal: readonly number[];
      readonly line: readonly number[];
      /** The suspense code the record had when it was asked for. */
      readonly code: readonly string[];
    };
  }
>;

/** A chunk event: what one rated event answered for a request; its id derives from that rated event. */
export type SuspenseReprocessAnswered = DomainEvent<
  'SuspenseReprocessAnswered.v1',
  {
    readonly head: {
      readonly reprocessId: string;
      readonly fileId: string;
      readonly ratedPosition: number;
      readonly resolved: number;
      readonly suspended: number;
    };
    readonly columns: {
      readonly [column: string]: readonly unknown[];
      readonly line: readonly number[];
      readonly outcome: readonly ('MONETIZED' | 'SUSPENDED')[];
      /** The code the record had when it was asked for. */
      readonly was: readonly string[];
      /** The new code of a record that was suspended again, else null. */
      readonly code: readonly (string | null)[];
    };
  }
>;

/** What a person chose: the members narrow each other, and at least one is there. */
export interface SuspenseSelection {
  readonly fileId?: string;
  readonly errorCode?: string;
  /** `<fileId>:<line>` */
  readonly recordIds?: readonly string[];
  readonly accountId?: string;
}

/**
 * Stream `suspenseReprocess-<tenant>.<reprocessId>`, one event, appended when the last of its files has its request:
 * from here on it is known how many records the reprocess holds, so that it can be said to be complete.
 */
export type SuspenseReprocessPlaced = DomainEvent<
  'SuspenseReprocessPlaced.v1',
  {
    readonly reprocessId: string;
    readonly reason: string;
    readonly selection: SuspenseSelection;
    readonly records: number;
    readonly files: number;
  }
>;

/** Of the streams of files. */
export type SuspenseEvent = SuspenseReprocessRequested | SuspenseReprocessAnswered;

export const suspenseEvents: readonly EventDefinition[] = [
  { type: 'SuspenseReprocessRequested.v1', encoding: 'chunk' },
  { type: 'SuspenseReprocessAnswered.v1', encoding: 'chunk' },
  { type: 'SuspenseReprocessPlaced.v1', encoding: 'json' },
];
