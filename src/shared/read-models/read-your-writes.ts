import { ProblemException } from '../http/problem.js';
import type { ReadModels } from './read-models.port.js';

const WAIT_MS = 5000;

/** Holds a read until its projection has seen `minPosition`; a 503 problem when that takes longer than 5 s. */
export async function seenBy(
  readModels: ReadModels,
  projection: string,
  minPosition: number | undefined,
): Promise<void> {
  if (minPosition === undefined || minPosition === 0) return;
  if (await readModels.waitFor(projection, minPosition, WAIT_MS)) return;
  throw new ProblemException(503, {
    code: 'read-model/behind',
    message: `The read model ${projection} has not reached position ${minPosition} yet: ask again, or look at /health/ready`,
  });
}
