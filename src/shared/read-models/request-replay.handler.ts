import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { metadataOf, type Outcome } from '../command-log/recorded-command.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.port.js';
import { runCommand } from '../event-store/run-command.js';
import { isRefused } from '../kernel/refusal.js';
import { streamName } from '../kernel/stream-name.js';
import { Projections } from './projections.js';
import { READ_MODELS, type ReadModels } from './read-models.port.js';
import { replayDecider } from './replay.decider.js';
import { RequestReplay, type RequestReplayAnswer } from './request-replay.command.js';

@CommandHandler(RequestReplay)
export class RequestReplayHandler implements ICommandHandler<RequestReplay, Outcome<RequestReplayAnswer>> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(Projections) private readonly projections: Projections,
  ) {}

  async execute({ payload, context }: RequestReplay): Promise<Outcome<RequestReplayAnswer>> {
    const known = this.projections.all().map(({ name }) => name);
    const status = (await this.readModels.status()).find(({ projection }) => projection === payload.readModel);
    const decided = await runCommand(this.store, {
      // An unknown name is refused before anything is appended, so no stream ever has it.
      stream: streamName('replay', context.tenant, payload.readModel),
      decider: replayDecider,
      command: { ...payload, known, status },
      metadata: metadataOf(context),
      cause: context.commandId,
    });
    if (isRefused(decided)) return decided;
    return { answer: { readModel: payload.readModel, mode: payload.mode }, position: decided.position };
  }
}
