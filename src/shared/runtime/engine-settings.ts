import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { ResourceLimits } from 'node:worker_threads';
import type { RoleName } from './role-task.js';

/** With fewer cores than this the role threads fill them all: helpers of the engine only take turns with them. */
const CORES_TO_SPARE = 5;

/** How much of a function is run before it is looked at for translation: four times what the engine would take. */
const BYTES_BEFORE_TRANSLATION = 4 * 66 * 1024;

/**
 * Settings of the engine for a process of many threads; to be made before its threads start.
 *
 * Every thread has its own heap, and left to itself each lets garbage grow to several times of what it uses before it
 * looks: the more files run, the more memory, up to gigabytes. From here on a heap is looked at when it has doubled.
 * Measured with files of 300,000 records in all: 810 MB when it has grown by half, 860 when it has doubled, 960 when it has
 * tripled; doubled, a file of 100,000 takes a tenth less time than with half, and tripled no less. A limit in megabytes
 * would be none for an operator with millions of accounts.
 *
 * On few cores each thread collects its young garbage alone: measured on two, a tenth of all CPU time less. And a function is
 * translated for speed later: after 200,000 records a fourteenth of all CPU time still went into translating what runs a few
 * hundred times in a file. What runs for every record is translated within the first thousands of them all the same.
 */
export function tuneEngine(): void {
  setFlagsFromString('--heap-growing-percent=100');
  if (availableParallelism() >= CORES_TO_SPARE) return;
  setFlagsFromString('--no-parallel-scavenge');
  setFlagsFromString(`--interrupt-budget=${BYTES_BEFORE_TRANSLATION}`);
}

/**
 * Megabytes for young objects, where the engine would give 48 (of three parts; it rounds a part up to a power of two). What a
 * chunk or a batch of rows is made of lives for a moment, but longer than it takes to fill 16 MB: then it is copied, and at
 * last collected with the old. Measured with 100,000 records: with 96 less than half the collections of young objects in these
 * two threads (56 became 24) and four of the old instead of six, for 60 MB. With 192 the projections, which are the last to be
 * done with a file, take a tenth less time for another 70 MB; rating gains nothing by more.
 */
const YOUNG_MB: Partial<Readonly<Record<RoleName, number>>> = { rate: 96, project: 192 };

/** Limits of the heap of a thread with these roles; the engine's own where nothing is named. */
export function heapLimits(roles: readonly RoleName[]): ResourceLimits {
  const most = Math.max(0, ...roles.map((role) => YOUNG_MB[role] ?? 0));
  return most === 0 ? {} : { maxYoungGenerationSizeMb: most };
}
