import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import type { UsageFileReceived } from '../../domain/events.js';
import { usageStream } from '../../domain/streams.js';

/** A received file on its way to be mediated. */
export interface WaitingFile {
  readonly tenant: string;
  /** The usage stream its chunks go to. */
  readonly stream: string;
  readonly received: UsageFileReceived['data'];
  /** Of its UsageFileReceived event. */
  readonly position: number;
  readonly eventId: string;
  readonly correlationId: string;
}

export function waitingFile(event: RecordedEvent): WaitingFile {
  const received = event.data as UsageFileReceived['data'];
  const { tenant, correlationId } = event.metadata;
  return {
    tenant,
    stream: usageStream(tenant, received),
    received,
    position: event.position,
    eventId: event.id,
    correlationId,
  };
}
