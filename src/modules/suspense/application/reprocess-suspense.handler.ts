import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  metadataOf,
  type CommandContext,
  type Done,
  type Outcome,
} from '../../../shared/command-log/recorded-command.js';
import { eventId } from '../../../shared/event-store/event-id.js';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { refuse, type Refused } from '../../../shared/kernel/refusal.js';
import { READ_MODELS, type Condition, type ReadModels } from '../../../shared/read-models/read-models.port.js';
import type { SuspenseEvent, SuspenseReprocessPlaced, SuspenseSelection } from '../domain/events.js';
import { reprocessStream } from '../domain/streams.js';
import { recordsOf } from '../domain/suspense.state.js';
import { suspendedRecords } from '../projections/suspense.collections.js';
import { ReprocessSuspense, type ReprocessAnswer } from './reprocess-suspense.command.js';
import { conditionsOf, selectedParts } from './selected-records.js';
import { SuspenseStreams } from './suspense-streams.js';

/**
 * Asks for the selected records file by file, then says in one event that all is asked for. Run again after a crash in
 * the middle it finds its own requests by its id, adds what is missing and closes.
 */
@CommandHandler(ReprocessSuspense)
export class ReprocessSuspenseHandler implements ICommandHandler<ReprocessSuspense> {
  private readonly streams: SuspenseStreams;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
  ) {
    this.streams = new SuspenseStreams(store);
  }

  async execute(command: ReprocessSuspense): Promise<Outcome<ReprocessAnswer>> {
    const { context, payload } = command;
    const reprocessId = reprocessIdOf(context);
    const placed = await this.placedBefore(context.tenant, reprocessId);
    if (placed !== undefined) return placed;
    if (Object.values(payload.selection).every((member) => member === undefined)) return nothingChosen();

    const files = await this.requestAll(command, reprocessId);
    if (files.size === 0) return this.nothingOpen(context.tenant, payload.selection);
    let records = 0;
    for (const fileId of files)
      records += recordsOf((await this.streams.state(context.tenant, fileId)).state, reprocessId);
    if (records === 0) return this.nothingOpen(context.tenant, payload.selection);
    return this.place(command, { reprocessId, records, files: files.size });
  }

  /** @returns the files that hold records of this reprocess, of this run or of one that was cut off. */
  private async requestAll(command: ReprocessSuspense, reprocessId: string): Promise<Set<string>> {
    const { context, payload } = command;
    const files = new Set<string>();
    for await (const { fileId, records } of selectedParts(this.readModels, context.tenant, payload.selection)) {
      const request = { kind: 'request', reprocessId, fileId, reason: payload.reason, records } as const;
      const idOf = (event: SuspenseEvent): string =>
        eventId(`${reprocessId}/${context.tenant}/${fileId}/${event.data.columns.line[0] ?? 0}`);
      const { state } = await this.streams.decide(context.tenant, request, metadataOf(context), idOf);
      if (recordsOf(state, reprocessId) > 0) files.add(fileId);
    }
    // After the selection, so that a file of a run that was cut off is in one of the two: still open, or already ours.
    for (const fileId of await this.filesOf(context.tenant, reprocessId)) files.add(fileId);
    return files;
  }

  /** Skips from file to file: one short read each, however many records they have. */
  private async filesOf(tenant: string, reprocessId: string): Promise<string[]> {
    const files: string[] = [];
    while (true) {
      const where: Condition[] = [{ field: 'reprocessId', op: 'eq', value: reprocessId }];
      const last = files.at(-1);
      if (last !== undefined) where.push({ field: 'fileId', op: 'gt', value: last });
      const { items } = await this.readModels.find(suspendedRecords, { tenant, where, limit: 1 });
      const [next] = items;
      if (next === undefined) return files;
      files.push(next.fileId);
    }
  }

  private async place(command: ReprocessSuspense, answer: ReprocessAnswer): Promise<Done<ReprocessAnswer>> {
    const { context, payload } = command;
    const stream = reprocessStream(context.tenant, answer.reprocessId);
    const placed: SuspenseReprocessPlaced = {
      type: 'SuspenseReprocessPlaced.v1',
      data: { ...answer, reason: payload.reason, selection: payload.selection },
    };
    const id = eventId(`${stream}/placed`);
    const { position } = await this.store.append(stream, 'no-stream', [
      { id, ...placed, metadata: metadataOf(context) },
    ]);
    return { answer, position };
  }

  private async placedBefore(tenant: string, reprocessId: string): Promise<Done<ReprocessAnswer> | undefined> {
    for await (const event of this.store.readStream(reprocessStream(tenant, reprocessId), { limit: 1 })) {
      const { records, files } = event.data as SuspenseReprocessPlaced['data'];
      return { answer: { reprocessId, records, files }, position: event.position };
    }
    return undefined;
  }

  private async nothingOpen(tenant: string, selection: SuspenseSelection): Promise<Refused> {
    const where = [...conditionsOf(selection), { field: 'status', op: 'eq', value: 'REPROCESSING' } as const];
    const reprocessing =
      selection.recordIds === undefined ? await this.readModels.count(suspendedRecords, { tenant, where }) : 0;
    return refuse(
      'suspense/nothing-selected',
      reprocessing > 0
        ? `No open record matches the selection; ${reprocessing} that match are being reprocessed already: wait for their answer`
        : 'No open suspended record matches the selection: look at GET /v1/suspense/records with the same filters',
      { facts: { selection, reprocessing } },
    );
  }
}

/** Derived from the command, so that a command run again is the same reprocess. */
function reprocessIdOf(context: CommandContext): string {
  return `r${eventId(`reprocess/${context.tenant}/${context.commandId}`).replaceAll('-', '').slice(0, 20)}`;
}

function nothingChosen(): Refused {
  return refuse(
    'suspense/nothing-selected',
    'The selection is empty: name at least one of fileId, errorCode, recordIds and accountId',
    { errors: [{ path: 'selection', message: 'must have at least one of fileId, errorCode, recordIds, accountId' }] },
  );
}
