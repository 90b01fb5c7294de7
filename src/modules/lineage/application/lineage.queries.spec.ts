import { edgesOf, found, LineageWorld, nodeOf, PAGE } from '../../../../test/support/lineage-world.js';

describe('the lineage of a record and of an invoice line', () => {
  let world: LineageWorld;
  beforeEach(async () => (world = await new LineageWorld().open()));
  afterEach(() => world.close());

  it('leads from a raw line to its invoice line, every node with its event', async () => {
    const lineage = await found(world.queries.usageRecord('main', 'f1:2'));
    expect(edgesOf(lineage)).toEqual([
      'USAGE_FILE/f1 HOLDS RAW_LINE/f1:2',
      'MAPPING_VERSION/calls.1 SHAPED USAGE_RECORD/f1:2',
      'RAW_LINE/f1:2 MEDIATED_INTO USAGE_RECORD/f1:2',
      'PRICE_VERSION/p.standard.voice.EUR@1 PRICED MONETIZED_USAGE/f1:2:0',
      'USAGE_RECORD/f1:2 MONETIZED_INTO MONETIZED_USAGE/f1:2:0',
      'AGGREGATION_RUN/run MADE AGGREGATED_USAGE/run-1-1',
      'AGGREGATED_USAGE/run-1-1 SENT_IN BILLING_BATCH/run-1',
      'AGGREGATED_USAGE/run-1-1 INVOICED_ON INVOICE_LINE/INV.7.1',
      'MONETIZED_USAGE/f1:2:0 SUMMED_INTO AGGREGATED_USAGE/run-1-1',
    ]);
    expect(lineage).toMatchObject({ openEnds: [], balanced: true, subject: { node: 'USAGE_RECORD/f1:2' } });
    expect(nodeOf(lineage, 'RAW_LINE/f1:2').details).toMatchObject({
      text: 'a;49301;60',
      byteOffset: 8,
      byteLength: 10,
      line: 2,
      sha256: 'ab',
    });
    expect(nodeOf(lineage, 'MONETIZED_USAGE/f1:2:0').event).toMatchObject({
      type: 'UsageBatchRated.v1',
      stream: 'rating-main.0',
      revision: 0,
      position: world.positions['rated'],
    });
    expect(nodeOf(lineage, 'USAGE_RECORD/f1:2').details).toMatchObject({
      quantities: { seconds: '60' },
      attributes: { id: 'a' },
    });
    for (const each of lineage.nodes) expect(each.event.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('leads from an invoice line back to the exact raw lines, page by page', async () => {
    const lineage = await found(world.queries.invoiceLine('main', 'INV.7.1', PAGE));
    expect(lineage.records).toEqual({
      items: [
        { id: 'f1:2:0', node: 'MONETIZED_USAGE/f1:2:0', version: 1, quantity: '60', amount: '0.6' },
        { id: 'f1:3:0', node: 'MONETIZED_USAGE/f1:3:0', version: 1, quantity: '30', amount: '0.3' },
      ],
      total: 2,
    });
    expect(lineage.nodes.filter(({ kind }) => kind === 'RAW_LINE').map(({ details }) => details['text'])).toEqual([
      'a;49301;60',
      'b;49302;30',
    ]);
    expect(nodeOf(lineage, 'AGGREGATED_USAGE/run-1-1').details).toMatchObject({
      recomputed: world.totals,
      balanced: true,
    });
  });

  it('tells the history of a suspended record: why, and who had it rated again', async () => {
    const lineage = await found(world.queries.monetizedUsage('main', 'f1:3:0'));
    const suspension = `SUSPENSION/f1:3@${world.positions['rated'] ?? 0}`;
    expect(edgesOf(lineage)).toEqual(
      expect.arrayContaining([
        `USAGE_RECORD/f1:3 SUSPENDED_AS ${suspension}`,
        `${suspension} ASKED_AGAIN_BY REPROCESS/r1`,
        'REPROCESS/r1 ANSWERED_WITH MONETIZED_USAGE/f1:3:0',
      ]),
    );
    expect(edgesOf(lineage)).not.toContain('USAGE_RECORD/f1:3 MONETIZED_INTO MONETIZED_USAGE/f1:3:0');
    expect(nodeOf(lineage, 'REPROCESS/r1')).toMatchObject({
      actor: 'key:ops',
      command: { commandId: 'k1', name: 'ReprocessSuspense', actor: 'key:ops', reason: 'the service id was fed' },
    });
  });

  it('does not hide a sum that is wrong', async () => {
    world.totals = { records: 2, quantity: '90', amount: '0.8999999999' };
    const lineage = await found(world.queries.aggregatedLine('main', 'run-1-1', PAGE));
    expect(lineage.balanced).toBe(false);
    expect(nodeOf(lineage, 'AGGREGATED_USAGE/run-1-1').details).toMatchObject({ exact: '0.9', balanced: false });
  });
});
