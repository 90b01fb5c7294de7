import { createHash } from 'node:crypto';
import type { Projection } from '../../projection.js';
import type { Checkpoint } from '../../read-model-writer.port.js';
import { collectionName, type CollectionModels } from './collection-models.js';
import type { ProjectionState, ProjectionStates } from './projection-states.js';
import type { RowCollections } from './row-collections.js';

/** A change was refused because the stored state is not what this process left there. */
export class AnotherWriter extends Error {
  override readonly name = 'AnotherWriter';
  constructor(projection: string, what: string) {
    super(`Projection ${projection} ${what}: another process writes these read models`);
  }
}

export interface PreparationParts {
  readonly states: ProjectionStates;
  readonly collections: RowCollections;
  readonly models: CollectionModels;
  /** The name of this process in the states. */
  readonly writer: string;
}

/** What happens when a runner takes over: see `ReadModelWriter.prepare`. */
export class Preparation {
  constructor(
    private readonly parts: PreparationParts,
    private readonly now: Date,
  ) {}

  async run(projections: readonly Projection[]): Promise<readonly Checkpoint[]> {
    const { states, collections, writer } = this.parts;
    // First of all: from here on whoever wrote before is refused, also in the middle of what he does.
    for (const { _id } of await states.all()) await states.change(_id, { set: { writer } });
    const stored = await states.all();
    const known = stored.flatMap((state) => state.collections);
    for (const { collections: specs } of projections) for (const { name } of specs) known.push(name);
    const serving = stored.flatMap(({ live, collections: names }) => names.map((name) => collectionName(name, live)));
    await collections.dropLeftovers(new Set(known), new Set(serving));
    const byName = new Map(stored.map((state) => [state._id, state]));
    return Promise.all(projections.map((projection) => this.one(projection, byName.get(projection.name))));
  }

  private async one(projection: Projection, state: ProjectionState | undefined): Promise<Checkpoint> {
    const shape = this.shapeOf(projection);
    if (state?.shape !== shape) {
      await this.makeAnew(projection, shape, state);
      return { projection: projection.name, position: 0 };
    }
    await this.parts.collections.reconcileIndexes(projection.collections, state.live);
    await this.change(projection.name, {
      set: { stopped: false, updatedAt: this.now },
      unset: ['error', 'errorPosition', 'rebuild'],
    });
    const { position } = state;
    if (state.version !== projection.version) return { projection: projection.name, position, rebuild: 'VERSION' };
    const pending = state.requested > state.handled;
    return { projection: projection.name, position, ...(pending ? { rebuild: 'REQUEST' as const } : {}) };
  }

  /** Its rows cannot hold what it makes now (or there are none yet): it starts from nothing. */
  private async makeAnew(projection: Projection, shape: string, state: ProjectionState | undefined): Promise<void> {
    const { states, collections, writer } = this.parts;
    const { name, version, collections: specs } = projection;
    const live = await nextGeneration(states, {
      name,
      writer,
      series: state?.series ?? 0,
      exists: state !== undefined,
    });
    await collections.make(specs, live);
    const fresh = {
      version,
      shape,
      collections: specs.map((spec) => spec.name),
      position: 0,
      live,
      stopped: false,
      handled: state?.requested ?? 0,
      updatedAt: this.now,
    };
    if (state === undefined) {
      await states.insert({ ...fresh, _id: name, writer, series: live, head: 0, requested: 0 });
      return;
    }
    await this.change(name, { set: fresh, unset: ['error', 'errorPosition', 'rebuild'] });
    await collections.drop(state.collections, state.live);
  }

  private async change(name: string, change: { set: Record<string, unknown>; unset: string[] }): Promise<void> {
    const { states, writer } = this.parts;
    const changed = await states.change(name, { expected: { writer }, ...change });
    if (!changed) throw new AnotherWriter(name, 'was taken over');
  }

  private shapeOf({ collections }: Projection): string {
    const shapes = collections.map((spec) => [spec.name, this.parts.models.document(spec).shape]).sort();
    return createHash('sha256').update(JSON.stringify(shapes), 'utf8').digest('hex').slice(0, 16);
  }
}

interface Series {
  readonly name: string;
  readonly writer: string;
  /** The last generation given out. */
  readonly series: number;
  readonly exists: boolean;
}

/** Numbers are given out once, so that two writers never fill the same collections. */
export async function nextGeneration(states: ProjectionStates, asked: Series): Promise<number> {
  const { name, writer, series, exists } = asked;
  if (!exists) return series + 1;
  const taken = await states.change(name, { expected: { writer, series }, set: { series: series + 1 } });
  if (!taken) throw new AnotherWriter(name, 'was taken over');
  return series + 1;
}
