import type { Projection } from './projection.js';
import type { CollectionSpec } from './read-models.port.js';

/** Every projection of the application; modules register theirs from their wiring, before anything is opened. */
export class Projections {
  private readonly projections = new Map<string, Projection>();

  register(...projections: readonly Projection[]): void {
    for (const projection of projections) {
      if (this.projections.has(projection.name)) throw new Error(`Projection ${projection.name} is registered twice`);
      for (const { name } of projection.collections) {
        const other = this.all().find(({ collections }) => collections.some((collection) => collection.name === name));
        if (other !== undefined)
          throw new Error(`Collection ${name} belongs to ${other.name} and to ${projection.name}`);
      }
      this.projections.set(projection.name, projection);
    }
  }

  all(): readonly Projection[] {
    return [...this.projections.values()];
  }

  collections(): readonly CollectionSpec[] {
    return this.all().flatMap((projection) => projection.collections);
  }
}
