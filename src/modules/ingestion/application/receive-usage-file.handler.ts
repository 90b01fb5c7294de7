import { createHash } from 'node:crypto';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { metadataOf, type CommandContext, type Outcome } from '../../../shared/command-log/recorded-command.js';
import { eventId } from '../../../shared/event-store/event-id.js';
import { EVENT_STORE, WrongExpectedRevision, type EventStore } from '../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { isRefused, refuse, type Refused } from '../../../shared/kernel/refusal.js';
import { READ_MODELS, type ReadModels } from '../../../shared/read-models/read-models.port.js';
import type { UsageFileReceived } from '../domain/events.js';
import { attemptId } from '../domain/file-id.js';
import { newest, type MediationBook } from '../domain/mediation-book.js';
import { unknownPlatform } from '../domain/source-platform.decider.js';
import { usageFileStream } from '../domain/streams.js';
import { usageFiles } from '../projections/collections.js';
import { MediationConfiguration } from './mediation-configuration.js';
import { ReceiveUsageFile, type ReceivedAnswer, type ReceiveUsageFilePayload } from './receive-usage-file.command.js';

/**
 * The file id derives from tenant and SHA-256, so the stream itself says whether these bytes came before: no index to be
 * behind, and of two uploads at once exactly one is the first.
 */
@CommandHandler(ReceiveUsageFile)
export class ReceiveUsageFileHandler implements ICommandHandler<ReceiveUsageFile> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    private readonly configuration: MediationConfiguration,
  ) {}

  async execute({ context, payload }: ReceiveUsageFile): Promise<Outcome<ReceivedAnswer>> {
    const book = await this.configuration.current();
    const mapping = mappingFor(book, context.tenant, payload);
    if (isRefused(mapping)) return mapping;
    const digest = createHash('sha256').update(`${context.tenant}:${payload.sha256}`).digest('hex');
    const base = `f${digest.slice(0, 20)}`;
    for (let attempt = 1; ;) {
      const fileId = attemptId(base, attempt);
      const before = await this.eventsOf(usageFileStream(context.tenant, fileId));
      const first = before[0];
      if (first !== undefined) {
        if (first.metadata.commandId === context.commandId) {
          return { answer: answerOf(first.data as UsageFileReceived['data']), position: first.position };
        }
        const rejected = before.some((event) => event.type === 'UsageFileRejected.v1');
        if (!rejected) return { answer: { fileId, duplicateOf: fileId }, position: first.position };
        attempt += 1;
        continue;
      }
      const received = await this.receive(context, { ...payload, fileId, mapping });
      // Undefined: somebody else was first with these bytes; the next round finds them.
      if (received !== undefined) return received;
    }
  }

  private async receive(
    context: CommandContext,
    file: Omit<UsageFileReceived['data'], 'sameNameAs'>,
  ): Promise<Outcome<ReceivedAnswer> | undefined> {
    const { sourcePlatform, serviceType, usageRecordType, fileId, fileName, sha256, bytes, contentBytes } = file;
    const sameNameAs = await this.sameName(context.tenant, file);
    const data: UsageFileReceived['data'] = {
      sourcePlatform,
      serviceType,
      usageRecordType,
      fileId,
      fileName,
      sha256,
      bytes,
      contentBytes,
      compression: file.compression,
      via: file.via,
      ...(sameNameAs === undefined ? {} : { sameNameAs }),
      mapping: file.mapping,
    };
    const stream = usageFileStream(context.tenant, fileId);
    const id = eventId(`${context.commandId}/${stream}/received`);
    try {
      const appended = await this.store.append(stream, 'no-stream', [
        { id, type: 'UsageFileReceived.v1', data, metadata: metadataOf(context) },
      ]);
      return { answer: answerOf(data), position: appended.position };
    } catch (error) {
      if (error instanceof WrongExpectedRevision) return undefined;
      throw error;
    }
  }

  private async eventsOf(stream: string): Promise<readonly RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for await (const event of this.store.readStream(stream)) events.push(event);
    return events;
  }

  /** A hint for the operator only, so the read model may be an instant behind. */
  private async sameName(
    tenant: string,
    file: { readonly fileName: string; readonly fileId: string; readonly sourcePlatform: string },
  ) {
    const { items } = await this.readModels.find(usageFiles, {
      tenant,
      where: [
        { field: 'fileName', op: 'eq', value: file.fileName },
        { field: 'sourcePlatform', op: 'eq', value: file.sourcePlatform },
      ],
      sort: [{ field: 'fileName', direction: 'desc' }],
      limit: 10,
    });
    return items.find((other) => other.fileId !== file.fileId)?.fileId;
  }
}

function answerOf({ fileId, sameNameAs }: UsageFileReceived['data']): ReceivedAnswer {
  return { fileId, ...(sameNameAs === undefined ? {} : { sameNameAs }) };
}

function mappingFor(
  book: MediationBook,
  tenant: string,
  payload: ReceiveUsageFilePayload,
): { readonly name: string; readonly version: number } | Refused {
  const { sourcePlatform, serviceType, usageRecordType } = payload;
  if (book.platform(tenant, sourcePlatform) === undefined) return unknownPlatform(sourcePlatform);
  const candidates = book.mappingsFor(tenant, payload);
  const names = candidates.map((candidate) => candidate.mapping);
  const found =
    payload.mapping === undefined ? candidates : candidates.filter((each) => each.mapping === payload.mapping);
  const [only] = found;
  if (only !== undefined && found.length === 1) return { name: only.mapping, version: newest(only).version };
  const coordinates = `${sourcePlatform}, ${serviceType}, ${usageRecordType}`;
  if (payload.mapping !== undefined) {
    return refuse(
      'ingestion/mapping-not-found',
      `There is no mapping ${payload.mapping} for ${coordinates}${names.length === 0 ? '' : `; there are ${names.join(', ')}`}`,
    );
  }
  return found.length === 0
    ? refuse(
        'ingestion/mapping-not-found',
        `No mapping says how to read files of ${coordinates}: make one with POST /v1/mappings`,
      )
    : refuse(
        'ingestion/mapping-ambiguous',
        `Several mappings can read files of ${coordinates}: say which one as "mapping": ${names.join(', ')}`,
      );
}
