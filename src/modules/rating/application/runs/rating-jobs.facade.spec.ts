import { RatingWorld, TENANT } from '../../../../../test/support/rating-world.js';
import { RatingJobsFacade } from './rating-jobs.facade.js';

describe('what a job of a schedule is told of its rating run', () => {
  it('counts what could not be rated beside what was', async () => {
    const world = await RatingWorld.open();
    try {
      const stream = `ratingRun-${TENANT}.r1`;
      const asked = { kind: 'SECOND_PASS', asOf: 0 };
      await world.append(stream, {
        type: 'RatingRunRequested.v1',
        data: { runId: 'r1', reason: 'test', asked, partitions: 1 },
      });
      const submit = (): never => {
        throw new Error('Nothing is asked for');
      };
      const jobs = new RatingJobsFacade({ submit }, world.store);
      expect(await jobs.resultOf(TENANT, 'r1')).toBeUndefined();
      const problems = [{ account: 'A0', code: 'CURRENCY_MISMATCH', message: 'Account A0 is in USD' }];
      const counts = { accounts: 4, records: 10, changed: 2, problems: 3, stale: 0 };
      await world.append(stream, { type: 'RatingRunCompleted.v1', data: { runId: 'r1', counts, money: [], problems } });
      expect(await jobs.resultOf(TENANT, 'r1')).toStrictEqual({
        status: 'COMPLETED',
        total: 13,
        pending: 0,
        processed: 10,
        error: 3,
        message: '10 records of 4 accounts: 2 changed; 3 more stay as they are; Account A0 is in USD',
      });
    } finally {
      await world.close();
    }
  });
});
