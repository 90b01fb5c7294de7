import { edgesOf, found, LineageWorld, nodeOf, PAGE } from '../../../../test/support/lineage-world.js';

describe('the lineage of a record that was rated again', () => {
  let world: LineageWorld;
  beforeEach(async () => (world = await new LineageWorld().open()));
  afterEach(() => world.close());

  it('leads through every version of a record, each to the lines it was added to and taken back from', async () => {
    await world.reratedByRun(2, { revision: 0, amount: '0.6' }, '0.5');
    await world.reratedByRun(3, { revision: 2, amount: '0.5' }, '0.4');
    const record = 'MONETIZED_USAGE/f1:2:0';
    for (const lineage of [
      await found(world.queries.usageRecord('main', 'f1:2')),
      await found(world.queries.monetizedUsage('main', 'f1:2:0')),
    ]) {
      const corrections = [
        `USAGE_RECORD/f1:2 MONETIZED_INTO ${record}`,
        `${record} CORRECTED_BY ${record}@2`,
        `RATING_RUN/run-2 RERATED ${record}@2`,
        `${record}@2 SUMMED_INTO AGGREGATED_USAGE/run-1-1`,
        `${record}@2 CORRECTED_BY ${record}@3`,
        `RATING_RUN/run-3 RERATED ${record}@3`,
      ];
      expect(edgesOf(lineage)).toEqual(expect.arrayContaining(corrections));
      expect(edgesOf(lineage)).not.toContain(`USAGE_RECORD/f1:2 MONETIZED_INTO ${record}@2`);
      expect(nodeOf(lineage, `${record}@2`)).toMatchObject({
        title: 'Version 2: 60 CALL for 0.5 EUR',
        event: { type: 'UsageRerated.v1' },
        details: { version: 2, corrects: { version: 1, amount: '0.6' } },
      });
      expect(nodeOf(lineage, 'RATING_RUN/run-2')).toMatchObject({
        title: 'Rating run run-2: the price was wrong',
        actor: 'key:ops',
      });
      // It left one group for another, and both came to nothing: that is said once.
      expect(lineage.openEnds).toMatchObject([{ at: `${record}@3`, missing: 'AGGREGATED_USAGE', state: 'ENDED' }]);
    }
    // Each version in its own group, and a correction also in the group it took the record out of.
    expect(new Set(world.asked)).toEqual(new Set(['0 sub-1', '2 sub-2', '2 sub-1', '3 sub-3', '3 sub-2']));
  });

  it('shows a correction among the rows of a line, with what it adds and what it corrects', async () => {
    await world.reratedByRun(2, { revision: 0, amount: '0.6' }, '0.5');
    world.members = [...world.members, { revision: 2, row: 0, quantity: '0', amount: '-0.1' }];
    const lineage = await found(world.queries.aggregatedLine('main', 'run-1-1', PAGE));
    expect(lineage.records?.items[2]).toEqual({
      id: 'f1:2:0',
      node: 'MONETIZED_USAGE/f1:2:0@2',
      version: 2,
      quantity: '0',
      amount: '-0.1',
    });
    expect(edgesOf(lineage)).toEqual(
      expect.arrayContaining([
        'MONETIZED_USAGE/f1:2:0 CORRECTED_BY MONETIZED_USAGE/f1:2:0@2',
        'MONETIZED_USAGE/f1:2:0@2 SUMMED_INTO AGGREGATED_USAGE/run-1-1',
      ]),
    );
  });

  it('looks each event up once, beside the life of a batch, however many ways lead to it and however often the record was rated', async () => {
    await world.reratedByRun(2, { revision: 0, amount: '0.6' }, '0.5');
    await world.reratedByRun(3, { revision: 2, amount: '0.5' }, '0.4');
    world.members = [...world.members, { revision: 2, row: 0, quantity: '0', amount: '-0.1' }];
    const read = world.countReads();
    for (const ask of [
      () => world.queries.usageRecord('main', 'f1:2'),
      () => world.queries.monetizedUsage('main', 'f1:2:0'),
      () => world.queries.aggregatedLine('main', 'run-1-1', PAGE),
      () => world.queries.invoiceLine('main', 'INV.7.1', PAGE),
    ]) {
      read.clear();
      expect(edgesOf(await found(ask())).length).toBeGreaterThan(10);
      const again = [...read].filter(([address, times]) => times > 1 && !address.startsWith('billingBatch-'));
      expect(again).toEqual([]);
    }
  });

  it('raises what names a row the log has not', async () => {
    await world.reratedByRun(2, { revision: 7, amount: '0.6' }, '0.5');
    world.members = [{ revision: 2, row: 0, quantity: '0', amount: '-0.1' }];
    await expect(world.queries.aggregatedLine('main', 'run-1-1', PAGE)).rejects.toThrow('no event rating-main.0@7');
  });
});
