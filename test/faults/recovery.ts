import { projected } from '../../src/tools/local/read-model-progress.js';
import { logReached, onStage, Work, type Birthplace } from './whole-life.js';

/** Milliseconds from the start of the process after a kill. */
export interface Recovery {
  /** Killed with nothing under way. */
  readonly atRest: RecoveryTimes;
  /** Killed in the middle of another file, which is then finished. */
  readonly underLoad: RecoveryTimes;
}

export interface RecoveryTimes {
  readonly readyMs: number;
  /** Until every role and read model had caught up with the log. */
  readonly settledMs: number;
}

/** How long a server that holds so many records needs to be back after a kill. */
export function measureRecovery(birthplace: Birthplace, stored: number): Promise<Recovery> {
  return onStage(birthplace, { name: `recovery ${stored}`, records: stored / 2 }, async ({ life, job }) => {
    const killed = async (settled: () => Promise<void>): Promise<RecoveryTimes> => {
      const begin = performance.now();
      const { readyMs, endMs } = await life.die('SIGKILL');
      await settled();
      return { readyMs: Math.round(readyMs), settledMs: Math.round(performance.now() - begin - endMs) };
    };
    const caughtUp = () => life.ask((api) => projected(api, 60_000));
    const begin = await life.head();
    await job.takeIn(['voice', 'data']);
    await caughtUp();
    const atRest = await killed(caughtUp);

    const head = await life.head();
    const work = new Work(job.takeIn(['messages']));
    // Half as many records again as one of the two files made events.
    await logReached(life, head + Math.round((head - begin) / 4), work);
    const underLoad = await killed(async () => {
      await work.done;
      await caughtUp();
    });
    return { atRest, underLoad };
  });
}
