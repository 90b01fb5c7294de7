import { BillingFixture, DyingStore, Killed } from '../../../../test/support/billing-fixture.js';
import {
  BillingProcess,
  completedRuns,
  expectLedgerEqual,
  twoPartitions,
} from '../../../../test/support/billing-process.js';

let fixture: BillingFixture;
beforeEach(async () => {
  fixture = await BillingFixture.open();
});
afterEach(() => fixture.close());

describe('a process that dies at any append', () => {
  const CASES = (['BEFORE', 'AFTER'] as const).flatMap((when) =>
    Array.from({ length: 13 }, (_, n) => [n + 1, when] as const),
  );

  it.each(CASES)('append %i, %s it is written: the same lines, each billed once', async (dieAt, when) => {
    const sandbox = await fixture.sandbox();
    await twoPartitions(fixture.store);
    const dying = new BillingProcess(new DyingStore(fixture.store, dieAt, when), sandbox.url);
    await expect(
      (async () => {
        await dying.aggregate('run1');
        await dying.send('s1');
      })(),
    ).rejects.toThrow(Killed);
    const next = new BillingProcess(fixture.store, sandbox.url);
    await next.aggregate('run1');
    const sent = await next.send('s1');
    expect(sent.after).toEqual({ pending: 0, completed: 7, error: 0, inDoubt: 0 });
    expect(await completedRuns(fixture.store)).toHaveLength(1);
    await expectLedgerEqual(sandbox, fixture.store);
  });
});
