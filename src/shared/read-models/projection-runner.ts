import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventStore } from '../event-store/event-store.port.js';
import type { Clock } from '../kernel/clock.js';
import type { RoleTask } from '../runtime/role-task.js';
import { silentLogger, type Logger } from '../telemetry/logger.js';
import { BatchWriter } from './batch-writer.js';
import { LogWatch } from './log-watch.js';
import { BATCH_LIMITS, Member, readBatch, sizeOf, type BatchLimits, type Failure } from './projection-batch.js';
import type { Projection } from './projection.js';
import type { ReadModelWriter } from './read-model-writer.port.js';
import { REPLAYS_PROJECTION } from './replays.projection.js';

/** A cohort that is behind gets two batches for one of the cohort ahead: so it catches up however busy the log is. */
const CATCH_UP_SHARE = 2;
/**
 * While much is coming in, events are let gather for so long since the log was last read, and become one transaction: what
 * came in while a batch was being written has gathered already. When the log rests for a moment, the file is at its end
 * and nobody waits in vain.
 */
const GATHER_MS = 200;
const QUIET_MS = 20;
/** Nothing has come in for so long: the moment for what the store has put off. */
const REST_MS = 100;
/** A batch with changes of more rows than this says that much is coming in. */
const MUCH = 1000;

export interface ProjectionRunnerOptions {
  readonly store: EventStore;
  readonly writer: ReadModelWriter;
  /** Asked when the runner starts: by then every module has registered its projections. */
  readonly projections: () => readonly Projection[];
  readonly clock: Clock;
  readonly logger?: Logger;
  readonly limits?: BatchLimits;
}

/**
 * The loop of the role `project`: one pass over the log for all projections that stand at the same position.
 *
 * It works in rounds. Projections at one position form a cohort; each cohort reads a batch of events, each event
 * decoded once, and writes rows and positions of all its members in one transaction. A cohort that is behind (one that
 * is new, was stopped, or is being rebuilt) is bounded by the one ahead of it and joins it when it arrives there.
 *
 * A projection that throws stops alone, at the event before the one that it cannot do, until somebody resumes it
 * (a replay request with RESUME, a new version, or a restart). No event is ever skipped.
 */
export class ProjectionRunner implements RoleTask {
  readonly name = 'projections';
  readonly role = 'project';
  private members: Member[] = [];
  /** Serving rows of an older version: they stand still until the rebuild takes their place. */
  private frozen = new Map<string, Member>();
  /** Serving rows whose projection threw. */
  private halted = new Map<string, Member>();
  private known = new Map<string, Projection>();
  /** The last round took all there was, and it was much: more is on its way. */
  private flowing = false;
  /** When the last batch had been read. */
  private readAt = 0;
  /** The end of the log at the last round: when it moved nothing there was nothing to do up to here. */
  private looked = 0;
  private readonly writes: BatchWriter;
  private readonly logger: Logger;

  constructor(private readonly options: ProjectionRunnerOptions) {
    this.logger = options.logger ?? silentLogger;
    this.writes = new BatchWriter(options.writer, options.clock);
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.prepare();
    const watch = new LogWatch(this.options.store, signal);
    try {
      while (!signal.aborted) {
        if (await this.round()) {
          if (this.flowing) await watch.gather(this.readAt + GATHER_MS, QUIET_MS);
        } else {
          if (await watch.rests(this.looked, REST_MS)) await this.options.writer.rest?.();
          await watch.wait(this.looked);
        }
      }
    } finally {
      await watch.end();
    }
  }

  /** Applies all there is, rebuilds included, and returns: for tests and tools. Not beside `run`. */
  async catchUp(): Promise<void> {
    await this.prepare();
    while (await this.round());
  }

  private now(): number {
    return this.options.clock.now();
  }

  private async prepare(): Promise<void> {
    const { writer, store, projections } = this.options;
    this.known = new Map(projections().map((projection) => [projection.name, projection]));
    this.members = [];
    this.frozen = new Map();
    this.halted = new Map();
    const head = await store.head();
    for (const { projection: name, position, rebuild } of await writer.prepare([...this.known.values()], this.now())) {
      const projection = this.known.get(name);
      if (projection === undefined) continue;
      if (position > head) {
        throw new Error(
          `The read model ${name} has seen position ${position}, but the log ends at ${head}: it is not the log these ` +
            'read models were made from. Restore the right log, or delete the read-model file to rebuild it',
        );
      }
      const member = new Member(projection, 'live', position);
      if (rebuild === 'VERSION') this.frozen.set(name, member);
      else this.members.push(member);
      if (rebuild !== undefined) await this.beginRebuild(projection, head);
    }
  }

  /** One batch for the cohort ahead, some for those behind. @returns whether anything moved. */
  private async round(): Promise<boolean> {
    // Every batch may be answered without waiting for anything: others in this thread get their turn here.
    await nextTurn();
    const head = await this.options.store.head();
    this.looked = head;
    const positions = [...new Set(this.members.map(({ position }) => position))].sort((a, b) => a - b);
    let moved = false;
    for (const [index, position] of positions.entries()) {
      const until = positions[index + 1];
      moved = (await this.advance(position, { head, ...(until === undefined ? {} : { until }) })) || moved;
    }
    return moved;
  }

  /** A cohort behind goes on in several batches; where it arrives at the one ahead, it moves on with that one. */
  private async advance(from: number, reach: { head: number; until?: number }): Promise<boolean> {
    const cohort = this.members.filter(({ position }) => position === from);
    const turns = reach.until === undefined ? 1 : CATCH_UP_SHARE;
    let moved = false;
    for (let turn = 0; turn < turns; turn += 1) {
      const still = cohort.filter((member) => this.members.includes(member));
      moved = (await this.batch(still, reach)) || moved;
    }
    // Before the cohort ahead moves on: so a rebuild arrives even when the log never rests.
    return (await this.swapArrived()) || moved;
  }

  private async batch(cohort: readonly Member[], reach: { head: number; until?: number }): Promise<boolean> {
    const first = cohort[0];
    if (first === undefined) return false;
    const from = first.position;
    const batch = await readBatch(this.options.store, cohort, reach, this.options.limits ?? BATCH_LIMITS);
    for (const member of cohort) member.arrived = batch.exhausted;
    this.readAt = performance.now();
    if (batch.to === from) return false;
    const failures = await this.writes.write(batch, reach.head);
    this.flowing = batch.exhausted && sizeOf(batch.members) > MUCH;
    for (const [member, failure] of failures) await this.stop(member, failure);
    const live = cohort.some(({ projection, generation }) => {
      return projection.name === REPLAYS_PROJECTION && generation === 'live';
    });
    if (live) for (const request of batch.requests) await this.carryOut(request.readModel, request.mode, reach.head);
    return true;
  }

  private async stop(member: Member, { position, error }: Failure): Promise<void> {
    const { projection, generation } = member;
    this.members = this.members.filter((other) => other !== member);
    const message = error instanceof Error ? error.message : String((error as { message?: unknown }).message ?? error);
    const failure = { position, message, now: this.now() };
    this.logger.error(
      { err: error, projection: projection.name, generation, position },
      `The projection ${projection.name} cannot apply the event at ${position} and has stopped; the others go on`,
    );
    if (generation === 'shadow') return this.options.writer.abandonRebuild(projection, failure);
    this.halted.set(projection.name, member);
    await this.options.writer.stopped(projection.name, failure);
  }

  private async carryOut(name: string, mode: 'REBUILD' | 'RESUME', head: number): Promise<void> {
    const projection = this.known.get(name);
    if (projection === undefined) {
      this.logger.warn({ readModel: name }, `A replay of ${name} was asked for, which this program does not have`);
    } else if (mode === 'RESUME' && !this.frozen.has(name)) {
      await this.resume(projection);
    } else {
      await this.beginRebuild(projection, head);
    }
  }

  /** Lets a stopped projection try again from where it stopped. */
  private async resume(projection: Projection): Promise<void> {
    if (!this.halted.delete(projection.name)) return;
    const position = await this.options.writer.resumed(projection.name, this.now());
    this.members.push(new Member(projection, 'live', position));
  }

  private async beginRebuild(projection: Projection, head: number): Promise<void> {
    await this.options.writer.beginRebuild(projection, head, this.now());
    this.members = this.members.filter(
      (member) => member.projection.name !== projection.name || member.generation === 'live',
    );
    this.members.push(new Member(projection, 'shadow', 0));
    this.logger.info(
      { projection: projection.name, until: head },
      `The read model ${projection.name} is being rebuilt`,
    );
  }

  /** A rebuild that has come to where the serving rows stand takes their place. */
  private async swapArrived(): Promise<boolean> {
    let swapped = false;
    for (const shadow of this.members.filter(({ generation }) => generation === 'shadow')) {
      const { name } = shadow.projection;
      if (!shadow.arrived || shadow.position < this.servingPosition(name)) continue;
      await this.options.writer.swap(shadow.projection, this.now());
      this.members = this.members.filter((member) => member.projection.name !== name);
      this.frozen.delete(name);
      this.halted.delete(name);
      this.members.push(new Member(shadow.projection, 'live', shadow.position));
      this.logger.info({ projection: name, position: shadow.position }, `The read model ${name} has been rebuilt`);
      swapped = true;
    }
    return swapped;
  }

  private servingPosition(name: string): number {
    const live = this.members.find((member) => member.projection.name === name && member.generation === 'live');
    return (live ?? this.frozen.get(name) ?? this.halted.get(name))?.position ?? 0;
  }
}
