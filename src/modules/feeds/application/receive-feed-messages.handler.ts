import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { metadataOf, type Outcome } from '../../../shared/command-log/recorded-command.js';
import { ReceiveFeedMessages, type FeedAnswer } from './commands.js';
import { feedAnswerOf } from './feed-answer.js';
import { Feeds } from './feeds.js';
import { receivedData } from './incoming-messages.js';

@CommandHandler(ReceiveFeedMessages)
export class ReceiveFeedMessagesHandler implements ICommandHandler<ReceiveFeedMessages> {
  constructor(private readonly feeds: Feeds) {}

  async execute({ context, payload }: ReceiveFeedMessages): Promise<Outcome<FeedAnswer>> {
    const { kind, messages } = payload;
    const key = context.commandId;
    const [applied] = await this.feeds
      .of(context.tenant, kind)
      .process(key, metadataOf(context), () => [
        { type: 'FeedMessagesReceived.v1', data: receivedData(kind, `${key}/0`, messages) },
      ]);
    if (applied === undefined) throw new Error(`Batch ${key} of the ${kind} feed was received but has no answer`);
    return { answer: feedAnswerOf(applied), position: applied.position };
  }
}
