import { join } from 'node:path';
import type { EventStore } from '../../shared/event-store/event-store.port.js';
import { systemClock } from '../../shared/kernel/clock.js';
import { EmbeddedReadModels } from '../../shared/read-models/adapters/embedded/embedded-read-models.js';
import type { Projection } from '../../shared/read-models/projection.js';
import { ProjectionRunner } from '../../shared/read-models/projection-runner.js';
import type { ReadModels } from '../../shared/read-models/read-models.port.js';
import { LogAsOf } from './log-as-of.js';

/** How often a read model that moves on meanwhile is followed before giving up. */
const MAX_ROUNDS = 20;

export interface Comparison {
  readonly projection: string;
  readonly position: number;
  readonly collections: readonly {
    readonly name: string;
    readonly live: string;
    readonly rebuilt: string;
    readonly equal: boolean;
  }[];
}

/**
 * Builds a read model anew from the first event, in a file of its own, up to where the live one stands, and compares
 * the two by canonical hash. The live one may move on meanwhile: then the rebuilt one follows.
 * @throws Error when the live one never stood still long enough.
 */
export async function compareReadModel(
  projection: Projection,
  { store, live, folder }: { readonly store: EventStore; readonly live: ReadModels; readonly folder: string },
): Promise<Comparison> {
  const rebuilt = await EmbeddedReadModels.open({ path: join(folder, `${projection.name}.db`), mode: 'writer' });
  try {
    const log = new LogAsOf(store, 0);
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      log.position = await live.position(projection.name);
      const { writer } = rebuilt;
      await new ProjectionRunner({ store: log, writer, projections: () => [projection], clock: systemClock }).catchUp();
      const collections = [];
      for (const spec of projection.collections) {
        const hashes = { live: await live.canonicalHash(spec), rebuilt: await rebuilt.canonicalHash(spec) };
        collections.push({ name: spec.name, ...hashes, equal: hashes.live === hashes.rebuilt });
      }
      if ((await live.position(projection.name)) === log.position) {
        return { projection: projection.name, position: log.position, collections };
      }
    }
    throw new Error(`${projection.name} moved on ${MAX_ROUNDS} times: compare it when less is coming in`);
  } finally {
    await rebuilt.close();
  }
}
