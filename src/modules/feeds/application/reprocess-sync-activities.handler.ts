import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { metadataOf, type Outcome } from '../../../shared/command-log/recorded-command.js';
import { refuse } from '../../../shared/kernel/refusal.js';
import { FEED_KINDS, type FeedKind, type FeedReprocessRequested } from '../domain/events.js';
import { parseActivityId } from '../domain/feed-message.js';
import { ReprocessSyncActivities, type ActivitySelection, type FeedReprocessAnswer } from './commands.js';
import type { AppliedBatch } from './feed.js';
import { Feeds } from './feeds.js';

const ACTIVITIES_PER_BATCH = 1000;
/** All requests of a feed go into one append; what is beyond stays in error for the next reprocess. */
const MAX_BATCHES = 50;

@CommandHandler(ReprocessSyncActivities)
export class ReprocessSyncActivitiesHandler implements ICommandHandler<ReprocessSyncActivities> {
  constructor(private readonly feeds: Feeds) {}

  async execute({ context, payload }: ReprocessSyncActivities): Promise<Outcome<FeedReprocessAnswer>> {
    const { selection, reason } = payload;
    const key = context.commandId;
    const applied: AppliedBatch[] = [];
    for (const kind of FEED_KINDS) {
      if (selection.kind !== undefined && selection.kind !== kind) continue;
      const feed = this.feeds.of(context.tenant, kind);
      const batches = await feed.process(key, metadataOf(context), (inError) =>
        requests(kind, key, reason, selectedOf(selection, inError)),
      );
      applied.push(...batches);
    }
    if (applied.length === 0) {
      return refuse(
        'feeds/nothing-selected',
        'No activity in ERROR matches the selection: GET /v1/sync-activities?status=ERROR lists them',
        { facts: { selection } },
      );
    }
    return { answer: answerOf(applied), position: Math.max(...applied.map(({ position }) => position)) };
  }
}

/** In the order in which the messages came. */
function selectedOf(selection: ActivitySelection, inError: ReadonlyMap<string, string>): string[] {
  const { activityIds, errorCode } = selection;
  const asked = activityIds ?? inError.keys();
  const selected = new Set<string>();
  for (const activity of asked) {
    const code = inError.get(activity);
    if (code !== undefined && (errorCode === undefined || errorCode === code)) selected.add(activity);
  }
  return [...selected].sort(byPlace);
}

function byPlace(a: string, b: string): number {
  const left = parseActivityId(a);
  const right = parseActivityId(b);
  if (left === undefined || right === undefined) return 0;
  return left.position - right.position || left.ordinal - right.ordinal;
}

function requests(
  kind: FeedKind,
  key: string,
  reason: string,
  activities: readonly string[],
): FeedReprocessRequested[] {
  const batches: FeedReprocessRequested[] = [];
  for (let start = 0; start < activities.length && batches.length < MAX_BATCHES; start += ACTIVITIES_PER_BATCH) {
    const activity = activities.slice(start, start + ACTIVITIES_PER_BATCH);
    batches.push({
      type: 'FeedReprocessRequested.v1',
      data: {
        head: { kind, batch: `${key}/${batches.length}`, reason, messages: activity.length },
        columns: { activity },
      },
    });
  }
  return batches;
}

function answerOf(applied: readonly AppliedBatch[]): FeedReprocessAnswer {
  const sum = (of: (head: AppliedBatch['data']['head']) => number) =>
    applied.reduce((total, { data }) => total + of(data.head), 0);
  const complete = sum((head) => head.complete);
  const ignored = sum((head) => head.ignored);
  const error = sum((head) => head.error);
  return { activities: complete + ignored + error, complete, ignored, error };
}
