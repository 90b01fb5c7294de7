import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { metadataOf, type Outcome } from '../../../shared/command-log/recorded-command.js';
import { CONFIG, type Config } from '../../../shared/config/config.js';
import { EVENT_STORE, type EventStore } from '../../../shared/event-store/event-store.port.js';
import { runCommand } from '../../../shared/event-store/run-command.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { isRefused } from '../../../shared/kernel/refusal.js';
import { CONFIGURED_CURRENCIES, type ConfiguredCurrencies } from '../../catalog/index.js';
import { aggregationRunsDecider } from '../domain/aggregation-runs.decider.js';
import type { AggregationEvent } from '../domain/events.js';
import { aggregationStream } from './billing-streams.js';
import { RequestAggregation, workIdOf, type AggregationAnswer } from './commands.js';
import { RatingLog } from './rating-log.js';

/** Lines of a batch when no billing system is configured that would say. */
const DEFAULT_BATCH_SIZE = 1000;

/** Closes the window of a run: everything rated up to now and not in an earlier completed run. */
@CommandHandler(RequestAggregation)
export class RequestAggregationHandler implements ICommandHandler<RequestAggregation> {
  private readonly ratingLog: RatingLog;

  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CONFIGURED_CURRENCIES) private readonly currencies: ConfiguredCurrencies,
  ) {
    this.ratingLog = new RatingLog(store);
  }

  async execute({ context, payload }: RequestAggregation): Promise<Outcome<AggregationAnswer>> {
    const { tenant } = context;
    const runId = workIdOf(context, 'aggregation');
    const run = await runCommand(this.store, {
      stream: aggregationStream(tenant),
      decider: aggregationRunsDecider,
      command: {
        kind: 'REQUEST',
        runId,
        reason: payload.reason,
        standing: await this.ratingLog.standing(tenant),
        batchSize: this.config.billing?.batchSize ?? DEFAULT_BATCH_SIZE,
        currencies: await this.currencies.at(tenant, context.now),
      },
      metadata: metadataOf(context),
      cause: runId,
    });
    if (isRefused(run)) return run;
    return { answer: { runId, ratedEvents: await this.ratedEvents(tenant, runId) }, position: run.position };
  }

  /** From the log, so that the command run again answers the same. */
  private async ratedEvents(tenant: string, runId: string): Promise<number> {
    for await (const event of this.store.readStream(aggregationStream(tenant), { direction: 'backward' })) {
      const known = event as RecordedEvent & AggregationEvent;
      if (known.type !== 'AggregationRequested.v1' || known.data.runId !== runId) continue;
      return known.data.window.reduce((sum, range) => sum + range.to - range.from + 1, 0);
    }
    return 0;
  }
}
