import type { Clock } from '../kernel/clock.js';
import type { Batch, Failure, Member, MemberChanges } from './projection-batch.js';
import {
  InvalidRow,
  ProjectionFault,
  type Commit,
  type ProjectionWrite,
  type ReadModelWriter,
} from './read-model-writer.port.js';
import { foldChanges, type Fold, type Load } from './write-set.js';

type Failures = Map<Member, Failure>;

/**
 * Writes a batch: all members in one transaction. When one of them fails the others are written without it, and it is
 * taken alone, event by event, so that it stands right before the event it cannot do.
 */
export class BatchWriter {
  constructor(
    private readonly writer: ReadModelWriter,
    private readonly clock: Clock,
  ) {}

  /** Moves the members to where their rows now stand. @returns who must stop, and at which event. */
  async write(batch: Batch, head: number): Promise<Failures> {
    const failures: Failures = new Map();
    const faulty = new Set<MemberChanges>();
    const writes = new Map<MemberChanges, FoldedWrite>();
    for (const changes of batch.members) {
      const folded = await this.fold(changes, batch.to);
      if (folded === undefined) faulty.add(changes);
      else writes.set(changes, folded);
    }
    const requests = batch.requests
      .filter(({ mode }) => mode === 'REBUILD')
      .map(({ readModel, position }) => ({ projection: readModel, position }));
    for (;;) {
      const parts = [...writes.values()].map(({ write }) => write);
      const fault = await this.commit({ writes: parts, requests, head, now: this.clock.now() });
      if (fault === undefined) break;
      const changes = [...writes.keys()].find(({ member }) => member.projection.name === fault.projection);
      if (changes === undefined) throw fault;
      writes.delete(changes);
      faulty.add(changes);
    }
    for (const [{ member, failure }, { write, settle }] of writes) {
      member.position = write.to;
      settle(member.known);
      if (failure !== undefined) failures.set(member, failure);
    }
    for (const changes of faulty) failures.set(changes.member, await this.writeOneByOne(changes, head));
    return failures;
  }

  /** One that threw stands at its last good event; what was read after it is not its own. */
  private async fold(changes: MemberChanges, to: number): Promise<FoldedWrite | undefined> {
    const { member, failure, steps } = changes;
    const reached = failure === undefined ? to : (steps.at(-1)?.position ?? member.position);
    const folded = await this.foldRange(changes, 0, changes.changes.length, reached);
    return 'error' in folded ? undefined : folded;
  }

  private async foldRange({ member, changes }: MemberChanges, start: number, end: number, to: number): Promise<Folded> {
    const { projection, generation, position } = member;
    const range = start === 0 && end === changes.length ? changes : changes.slice(start, end);
    try {
      const load: Load = async (spec, keys) => {
        try {
          return await this.writer.load(spec, generation, keys);
        } catch (error) {
          throw error instanceof InvalidRow ? error : new StoreFailure(error);
        }
      };
      const { rows, settle } = await foldChanges(range, member.collections, load, member.known);
      return { write: { projection: projection.name, generation, from: position, to, rows }, settle };
    } catch (error) {
      if (error instanceof StoreFailure) throw error.cause;
      return { error };
    }
  }

  private async commit(commit: Commit): Promise<ProjectionFault | undefined> {
    try {
      await this.writer.commit(commit);
      return undefined;
    } catch (error) {
      if (error instanceof ProjectionFault) return error;
      throw error;
    }
  }

  private async writeOneByOne(changes: MemberChanges, head: number): Promise<Failure> {
    changes.spellOut();
    const { member, steps, failure } = changes;
    member.known.clear();
    let start = 0;
    for (const { position, end } of steps) {
      const folded = await this.foldRange(changes, start, end, position);
      if ('error' in folded) return { position, error: folded.error };
      const fault = await this.commit({ writes: [folded.write], requests: [], head, now: this.clock.now() });
      if (fault !== undefined) return { position, error: fault.cause };
      member.position = position;
      folded.settle(member.known);
      start = end;
    }
    if (failure !== undefined) return failure;
    throw new Error(
      `The projection ${member.projection.name} failed in a batch but not event by event: it is not pure`,
    );
  }
}

/** A member's part of a commit, and what is known of its rows once that is done. */
interface FoldedWrite extends Pick<Fold, 'settle'> {
  readonly write: ProjectionWrite;
}

type Folded = FoldedWrite | { readonly error: unknown };

/** Loading failed: the store's trouble, not the projection's. */
class StoreFailure extends Error {
  override readonly name = 'StoreFailure';
  constructor(override readonly cause: unknown) {
    super('The read models cannot be read');
  }
}
