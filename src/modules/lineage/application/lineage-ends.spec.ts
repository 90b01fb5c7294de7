import { isRefused } from '../../../shared/kernel/refusal.js';
import { found, LineageWorld, PAGE } from '../../../../test/support/lineage-world.js';

describe('where a lineage ends', () => {
  let world: LineageWorld;
  beforeEach(async () => (world = await new LineageWorld().open()));
  afterEach(() => world.close());

  it('says where a chain goes no further, and why', async () => {
    const ignored = await found(world.queries.usageRecord('main', 'f1:4'));
    expect(ignored.openEnds).toEqual([
      {
        at: 'RAW_LINE/f1:4',
        missing: 'USAGE_RECORD',
        state: 'ENDED',
        message: 'The line is IGNORED (FILTERED): to is TEST',
      },
    ]);
    const unrated = await found(world.queries.usageRecord('main', 'f1:5'));
    expect(unrated.openEnds).toMatchObject([
      { at: 'USAGE_RECORD/f1:5', missing: 'MONETIZED_USAGE', state: 'UNDER_WAY' },
    ]);
    world.aggregated = false;
    const waiting = await found(world.queries.usageRecord('main', 'f1:2'));
    expect(waiting.openEnds).toMatchObject([{ missing: 'AGGREGATED_USAGE', state: 'WAITING' }]);
  });

  it('names the link that is missing', async () => {
    const refusal = async (answer: Promise<unknown>) => {
      const refused = await answer;
      if (!isRefused(refused)) throw new Error('It was found');
      return refused.refused;
    };
    expect(await refusal(world.queries.usageRecord('main', 'f9:1'))).toMatchObject({
      code: 'lineage/not-found',
      facts: { missing: 'RAW_LINE', underWay: false },
    });
    expect(await refusal(world.queries.usageRecord('main', 'f1:9'))).toMatchObject({
      message: 'File f1 has no record at line 9',
    });
    expect((await refusal(world.queries.monetizedUsage('main', 'f1:4:0'))).message).toContain('The line is IGNORED');
    expect((await refusal(world.queries.monetizedUsage('main', 'f1:2:3'))).message).toContain('1 charges');
    expect(await refusal(world.queries.monetizedUsage('main', 'f1:5:0'))).toMatchObject({
      facts: { missing: 'MONETIZED_USAGE', underWay: true },
    });
    expect((await refusal(world.queries.aggregatedLine('main', 'run-1-2', PAGE))).message).toBe(
      'Batch run-1 has 1 lines, and 2 is none of them',
    );
    expect(await refusal(world.queries.aggregatedLine('main', 'run-2-1', PAGE))).toMatchObject({
      facts: { missing: 'BILLING_BATCH' },
    });
    expect(await refusal(world.queries.invoiceLine('main', 'INV.8.1', PAGE))).toMatchObject({
      facts: { missing: 'INVOICE_LINE' },
    });
    expect(await refusal(world.queries.invoiceLine('main', 'INV', PAGE))).toMatchObject({
      code: 'lineage/malformed-id',
    });
  });

  it('shows another tenant nothing', async () => {
    expect(await world.queries.usageRecord('other', 'f1:2')).toMatchObject({ refused: { code: 'lineage/not-found' } });
  });
});
