import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  metadataOf,
  type CommandContext,
  type Done,
  type Outcome,
} from '../../../../shared/command-log/recorded-command.js';
import { CONFIG, type Config } from '../../../../shared/config/config.js';
import { eventId } from '../../../../shared/event-store/event-id.js';
import { EVENT_STORE, type EventStore } from '../../../../shared/event-store/event-store.port.js';
import { canonicalJson } from '../../../../shared/kernel/canonical-json.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import { isRefused, refuse, type Refused } from '../../../../shared/kernel/refusal.js';
import type {
  RatingRunAsked,
  RatingRunCompleted,
  RatingRunRequested,
  RerateSelection,
} from '../../domain/runs/run-events.js';
import { ratingRunStream } from '../../domain/streams.js';
import { partitionCount } from '../rater/partition-count.js';
import { RequestRatingRun, type RatingRunAnswer, type RunWanted } from './request-rating-run.command.js';

/** Puts a run into the log, where every partition comes to it in its turn; what cannot go well is refused at once. */
@CommandHandler(RequestRatingRun)
export class RequestRatingRunHandler implements ICommandHandler<RequestRatingRun> {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async execute({ context, payload }: RequestRatingRun): Promise<Outcome<RatingRunAnswer>> {
    const { tenant } = context;
    const runId = runIdOf(context);
    const before = await this.requestedBefore(tenant, runId);
    if (before !== undefined) return before;
    const asked = await this.asked(context, payload.wanted);
    if (isRefused(asked)) return asked;
    const metadata = metadataOf(context);
    const partitions = await partitionCount(this.store, tenant, { partitions: this.config.partitions, metadata });
    const stream = ratingRunStream(tenant, runId);
    const requested: RatingRunRequested = {
      type: 'RatingRunRequested.v1',
      data: { runId, reason: payload.reason, asked, partitions },
    };
    const id = eventId(`${stream}/requested`);
    const { position } = await this.store.append(stream, 'no-stream', [{ id, ...requested, metadata }]);
    return { answer: { runId }, position };
  }

  private async requestedBefore(tenant: string, runId: string): Promise<Done<RatingRunAnswer> | undefined> {
    for await (const event of this.store.readStream(ratingRunStream(tenant, runId), { limit: 1 })) {
      return { answer: { runId }, position: event.position };
    }
    return undefined;
  }

  private async asked({ tenant, now }: CommandContext, wanted: RunWanted): Promise<RatingRunAsked | Refused> {
    if (wanted.kind !== 'RERATE') return wanted.asOf > now ? inFuture(wanted.asOf) : wanted;
    if (wanted.mode === 'PREVIEW') return isChosen(wanted.selection) ? wanted : nothingChosen();
    const { preview } = wanted;
    const { requested, completed } = await this.runSoFar(tenant, preview.runId);
    if (requested?.asked.kind !== 'RERATE' || requested.asked.mode !== 'PREVIEW') return noPreview(preview.runId);
    if (completed === undefined) return underWay(preview.runId);
    const { selection } = requested.asked;
    if (wanted.selection !== undefined && canonicalJson(wanted.selection) !== canonicalJson(selection)) {
      return otherSelection(selection);
    }
    return completed.hash === preview.hash ? { ...wanted, selection } : otherHash(preview.runId, completed.hash);
  }

  private async runSoFar(tenant: string, runId: string): Promise<RunSoFar> {
    let found: RunSoFar = {};
    for await (const event of this.store.readStream(ratingRunStream(tenant, runId))) {
      const known = event as RecordedEvent & (RatingRunRequested | RatingRunCompleted);
      if (known.type === 'RatingRunRequested.v1') found = { ...found, requested: known.data };
      else found = { ...found, completed: known.data };
    }
    return found;
  }
}

interface RunSoFar {
  readonly requested?: RatingRunRequested['data'];
  readonly completed?: RatingRunCompleted['data'];
}

/** Derived from the command, so that a command run again is the same run. */
function runIdOf(context: CommandContext): string {
  return eventId(`rating-run/${context.tenant}/${context.commandId}/${context.now}`).replaceAll('-', '').slice(0, 16);
}

/** By times alone nearly everything would be rated again, by nobody's intention. */
function isChosen({ accountIds, priceOfferId, usageType, fileId }: RerateSelection): boolean {
  return [accountIds, priceOfferId, usageType, fileId].some((member) => member !== undefined);
}

function nothingChosen(): Refused {
  const members = 'at least one of accountIds, priceOfferId, usageType and fileId';
  return refuse('rating/nothing-selected', `The selection chooses nothing: name ${members}`, {
    errors: [{ path: 'selection', message: `must have ${members}` }],
  });
}

function inFuture(asOf: number): Refused {
  const text = new Date(asOf).toISOString();
  return refuse('rating/as-of-in-future', `${text} has not come yet: a billing cycle is settled once it has ended`, {
    errors: [{ path: 'asOf', message: 'must not be in the future' }],
  });
}

function noPreview(runId: string): Refused {
  return refuse(
    'rating/preview-not-found',
    `There is no preview ${runId}: make one with POST /v1/rerates, mode PREVIEW, and give its runId as previewId`,
  );
}

function underWay(runId: string): Refused {
  return refuse(
    'rating/preview-not-completed',
    `Preview ${runId} is under way: wait until GET /v1/rerates/${runId} says COMPLETED, and commit what you have seen`,
  );
}

function otherSelection(selection: RerateSelection): Refused {
  return refuse(
    'rating/preview-stale',
    'The selection is not the one of the preview: leave it out, or make a new preview of what you want',
    { facts: { selection } },
  );
}

function otherHash(runId: string, hash: string | undefined): Refused {
  return refuse(
    'rating/preview-stale',
    `previewHash is not the hash of preview ${runId}: look at GET /v1/rerates/${runId}, and give the hash it says`,
    { facts: { hash: hash ?? null } },
  );
}
