import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { metadataOf, type Outcome } from '../../../shared/command-log/recorded-command.js';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { runCommand } from '../../../shared/event-store/run-command.js';
import { isRefused } from '../../../shared/kernel/refusal.js';
import { mappingDecider } from '../domain/mapping.decider.js';
import {
  sourcePlatformDecider,
  unknownPlatform,
  type SourcePlatformCommand,
} from '../domain/source-platform.decider.js';
import { mappingStream, platformStream } from '../domain/streams.js';
import { MediationConfiguration } from './mediation-configuration.js';
import {
  AddMapping,
  CreateSourcePlatform,
  PauseSourcePlatform,
  ResumeSourcePlatform,
  type MappingAnswer,
  type SourcePlatformAnswer,
} from './mediation.commands.js';
import { WATCHED_FOLDERS, type WatchedFolders } from './watched-folders.port.js';

abstract class SourcePlatformHandler {
  protected constructor(private readonly store: EventStore) {}

  protected async run(
    { context }: CreateSourcePlatform | PauseSourcePlatform | ResumeSourcePlatform,
    command: SourcePlatformCommand,
  ): Promise<Outcome<SourcePlatformAnswer>> {
    const decided = await runCommand(this.store, {
      stream: platformStream(context.tenant, command.sourcePlatform),
      decider: sourcePlatformDecider,
      command,
      metadata: metadataOf(context),
      cause: context.commandId,
    });
    if (isRefused(decided)) return decided;
    return { answer: { sourcePlatform: command.sourcePlatform }, position: decided.position };
  }
}

@CommandHandler(CreateSourcePlatform)
export class CreateSourcePlatformHandler
  extends SourcePlatformHandler
  implements ICommandHandler<CreateSourcePlatform>
{
  constructor(
    @Inject(EVENT_STORE) store: EventStore,
    @Inject(WATCHED_FOLDERS) private readonly folders: WatchedFolders,
  ) {
    super(store);
  }

  async execute(command: CreateSourcePlatform): Promise<Outcome<SourcePlatformAnswer>> {
    const outcome = await this.run(command, { kind: 'create', ...command.payload });
    if (!isRefused(outcome)) await this.folders.makePlatform(command.context.tenant, command.payload.sourcePlatform);
    return outcome;
  }
}

@CommandHandler(PauseSourcePlatform)
export class PauseSourcePlatformHandler extends SourcePlatformHandler implements ICommandHandler<PauseSourcePlatform> {
  constructor(@Inject(EVENT_STORE) store: EventStore) {
    super(store);
  }

  execute(command: PauseSourcePlatform): Promise<Outcome<SourcePlatformAnswer>> {
    return this.run(command, { kind: 'pause', ...command.payload });
  }
}

@CommandHandler(ResumeSourcePlatform)
export class ResumeSourcePlatformHandler
  extends SourcePlatformHandler
  implements ICommandHandler<ResumeSourcePlatform>
{
  constructor(@Inject(EVENT_STORE) store: EventStore) {
    super(store);
  }

  execute(command: ResumeSourcePlatform): Promise<Outcome<SourcePlatformAnswer>> {
    return this.run(command, { kind: 'resume', ...command.payload });
  }
}

@CommandHandler(AddMapping)
export class AddMappingHandler implements ICommandHandler<AddMapping> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly configuration: MediationConfiguration,
    @Inject(WATCHED_FOLDERS) private readonly folders: WatchedFolders,
  ) {}

  async execute({ context, payload }: AddMapping): Promise<Outcome<MappingAnswer>> {
    const { definition, mapping } = payload;
    const book = await this.configuration.current();
    if (book.platform(context.tenant, definition.sourcePlatform) === undefined) {
      return unknownPlatform(definition.sourcePlatform);
    }
    const decided = await runCommand(this.store, {
      stream: mappingStream(context.tenant, mapping),
      decider: mappingDecider,
      command: payload,
      metadata: metadataOf(context),
      cause: context.commandId,
    });
    if (isRefused(decided)) return decided;
    await this.folders.makeUsageStream(context.tenant, definition);
    // Revision 0 is version 1; nothing appended means the newest version says the same already.
    const version = typeof decided.revision === 'number' ? decided.revision + 1 : 0;
    return { answer: { mapping, version }, position: decided.position };
  }
}
