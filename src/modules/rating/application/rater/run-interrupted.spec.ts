import { DAY, flatPrice, RatingWorld, START } from '../../../../../test/support/rating-world.js';
import { ManualClaims } from '../../../../../test/support/manual-claims.js';
import { LogUnavailable, type EventStore } from '../../../../shared/event-store/event-store.port.js';
import { partitionOfAccount } from '../../domain/partition-of.js';
import type { RunAnswerer, RunAnswerers } from '../runs/answer-run.js';
import { runAnswerers } from '../runs/answerers.js';

const PARTITIONS = 2;
/** As many as close an event at the end of an input: it is on its way while the run is answered. */
const RECORDS = 600;

let world: RatingWorld;
beforeEach(async () => {
  world = await RatingWorld.open();
});
afterEach(() => world.close());

/** An account whose partition answers a run last. */
async function accountOfLastPartition(): Promise<string> {
  await world.catalog();
  await world.price(flatPrice('0.60'));
  for (let n = 0; ; n += 1) {
    if (partitionOfAccount(`A${n}`, PARTITIONS) !== PARTITIONS - 1) continue;
    await world.account(n);
    return `N${n}`;
  }
}

/** The first append of rated usage does not come back before the run is being answered; then it fails. */
class FailsInTheRun {
  private fail: () => void = () => undefined;
  private readonly failing = new Promise<void>((resolve) => (this.fail = resolve));
  private failed = false;

  store(store: EventStore): EventStore {
    return new Proxy(store, {
      get: (target, property, receiver) => {
        if (property !== 'append') return Reflect.get(target, property, receiver) as unknown;
        return async (...args: Parameters<EventStore['append']>) => {
          if (this.failed || args[2].every(({ type }) => type !== 'UsageBatchRated.v1')) return target.append(...args);
          this.failed = true;
          await this.failing;
          throw new LogUnavailable('planned');
        };
      },
    });
  }

  answerers(all: RunAnswerers): RunAnswerers {
    const { fail } = this;
    const rerate: RunAnswerer = {
      async *answer(place) {
        fail();
        // The other partition's writer hears of it first.
        await new Promise((resolve) => setImmediate(resolve));
        yield* all.RERATE!.answer(place);
      },
    };
    return { ...all, RERATE: rerate };
  }
}

describe('a run that is cut short by the failed append of another partition', () => {
  it('ends the role with what the append failed with, and is answered when rating starts again', async () => {
    const serviceId = await accountOfLastPartition();
    const line = { serviceId, at: START + DAY, quantities: { seconds: '60' } };
    await world.usage(Array.from({ length: RECORDS }, () => line));
    await world.ratingRun('p1', { kind: 'RERATE', mode: 'PREVIEW', selection: { fileId: 'f1' } }, PARTITIONS);
    const planned = new FailsInTheRun();
    const store = planned.store(world.store);
    const answerers = planned.answerers(runAnswerers(store));
    const stop = new AbortController();
    const running = world
      .rater({ partitions: PARTITIONS }, store, ManualClaims.alone(), answerers)
      .run(stop.signal)
      .then(
        () => 'ended',
        (error: unknown) => error,
      );
    // It would go on as if nothing had happened.
    const outcome = await Promise.race([running, world.answered(RECORDS, stop.signal).then(() => 'answered')]);
    stop.abort();
    await running;
    expect(outcome).toBeInstanceOf(LogUnavailable);
    await world.rate({ partitions: PARTITIONS });
    const answered = (await world.said()).filter(({ type }) => type === 'RatingRunAnswered.v1');
    expect(answered.map(({ stream }) => stream).sort()).toStrictEqual(['rating-main.0', 'rating-main.1']);
  });
});
