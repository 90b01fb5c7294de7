import { eventId } from '../../../../shared/event-store/event-id.js';
import {
  WrongExpectedRevision,
  type EventStore,
  type ExpectedRevision,
} from '../../../../shared/event-store/event-store.port.js';
import type { EventMetadata } from '../../../../shared/kernel/event.js';
import type { StreamName } from '../../../../shared/kernel/stream-name.js';
import { ratingStream, rerateStream } from '../../domain/streams.js';
import { PartitionTaken } from '../rater/partition-errors.js';
import type { PartitionAnswer, RunPlace } from './answer-run.js';

/** The claims were lost, or the process stops, in the middle of a run: the next holder goes on behind what is appended. */
export class RunInterrupted extends Error {
  override readonly name = 'RunInterrupted';
  constructor(readonly stream: StreamName) {
    super(`The run of ${stream} was interrupted: it goes on behind what it has appended`);
  }
}

/** A stream that a run appends to, and how many of the run's events are in it. */
interface RunStream {
  readonly name: StreamName;
  revision: ExpectedRevision;
  readonly there: number;
  /** Answers for it so far, of those that are there too. */
  said: number;
}

/**
 * Appends what a partition answers to a run, event by event at exact revisions. Of a run that was cut short everything is
 * answered again, and as many events as are there are passed over.
 */
export class RunLog {
  private readonly own: RunStream;
  private proposals: RunStream | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly place: Pick<RunPlace, 'tenant' | 'partition' | 'run' | 'position' | 'through'>,
    private readonly metadata: EventMetadata,
    partition: { readonly revision: ExpectedRevision; readonly there: number },
  ) {
    this.own = { name: ratingStream(place.tenant, place.partition), ...partition, said: 0 };
  }

  /**
   * @returns the revision of the last event, which completes the answer.
   * @throws PartitionTaken, RunInterrupted, and whatever an answerer or the store throws.
   */
  async append(answers: AsyncIterable<PartitionAnswer>, signal: AbortSignal): Promise<number> {
    let complete = false;
    for await (const answer of answers) {
      if (signal.aborted) throw new RunInterrupted(this.own.name);
      if (complete) throw new Error(`${answer.type} of ${this.own.name} after the end of its run`);
      complete = answer.type === 'RatingRunAnswered.v1';
      await this.say(answer.type === 'RerateProposed.v1' ? await this.proposed() : this.own, answer);
    }
    const { revision } = this.own;
    if (complete && revision !== 'no-stream') return revision;
    throw new Error(`The run at ${this.place.position} of ${this.own.name} was answered without an end`);
  }

  private async say(stream: RunStream, answer: PartitionAnswer): Promise<void> {
    stream.said += 1;
    if (stream.said <= stream.there) return;
    const event = {
      id: eventId(`rate/${stream.name}/run/${this.place.position}/${stream.said}`),
      type: answer.type,
      data: this.dataOf(answer, stream.said),
      metadata: this.metadata,
    };
    try {
      stream.revision = (await this.store.append(stream.name, stream.revision, [event])).revision;
    } catch (error) {
      throw error instanceof WrongExpectedRevision ? new PartitionTaken(stream.name) : error;
    }
  }

  private dataOf(answer: PartitionAnswer, records: number): unknown {
    const { partition, position, through, run } = this.place;
    if (answer.type === 'RatingRunAnswered.v1') {
      return { partition, through: position, runId: run.runId, kind: run.asked.kind, ...answer.data };
    }
    const placed = { partition, runId: run.runId, position, through, partial: { position, records } };
    return { head: { ...placed, ...answer.head }, columns: answer.columns };
  }

  private async proposed(): Promise<RunStream> {
    if (this.proposals !== undefined) return this.proposals;
    const name = rerateStream(this.place.tenant, this.place.run.runId, this.place.partition);
    let revision: ExpectedRevision = 'no-stream';
    for await (const event of this.store.readStream(name, { direction: 'backward', limit: 1 })) {
      ({ revision } = event);
    }
    const there = revision === 'no-stream' ? 0 : revision + 1;
    this.proposals = { name, revision, there, said: 0 };
    return this.proposals;
  }
}
