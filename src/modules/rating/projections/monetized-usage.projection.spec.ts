import type { Row } from '../../../shared/read-models/read-models.port.js';
import { projectTables } from '../../../../test/support/project-rows.js';
import { RATED_AGAIN, RATED_AND_MOVED, ratedCharges } from '../../../../test/support/rated-charges.js';
import { monetizedUsageProjection } from './monetized-usage.projection.js';

describe('monetized usage', () => {
  it('has a thin row per charge, with its address in the log', () => {
    const { 'monetized-usage': rows } = projectTables(monetizedUsageProjection, ratedCharges(20));
    expect(rows).toHaveLength(3);
    expect(rows![1]).toStrictEqual({
      tenant: 'main',
      account: 'A1',
      at: 1500,
      revision: 10,
      row: 1,
      version: 1,
      withdrawn: false,
      prepaid: false,
      subscription: 'S1',
      serviceId: 'N1',
      serviceType: 'VOICE',
      usageType: 'TAX',
      rateSchedule: 'STD',
      currency: 'EUR',
      quantity: '1',
      amount: '0.1',
      fileId: 'f1',
      line: 2,
      charge: 1,
    });
  });

  it('comes out the same when an event is applied twice', () => {
    expect(projectTables(monetizedUsageProjection, ratedCharges(20), ratedCharges(20))).toStrictEqual(
      projectTables(monetizedUsageProjection, ratedCharges(20)),
    );
  });
});

describe('usage that is rated again', () => {
  it('is one row, as it counts now; what it was is kept beside, with what took its place', () => {
    const rows = projectTables(monetizedUsageProjection, ratedCharges(20), RATED_AGAIN, RATED_AND_MOVED);
    const short = ({ line, charge, version, withdrawn, subscription, amount, revision, row }: Row): unknown[] => [
      line,
      charge,
      version,
      withdrawn,
      subscription,
      amount,
      revision,
      row,
    ];
    expect(rows['monetized-usage']!.map(short).sort()).toStrictEqual([
      [2, 0, 3, false, 'S2', '7', 30, 0],
      [2, 1, 1, false, 'S1', '0.1', 10, 1],
      [2, 2, 1, false, 'S1', '1', 30, 1],
      [4, 0, 2, true, 'S1', '0', 30, 2],
    ]);
    expect(rows['replaced-usage']).toStrictEqual([
      {
        tenant: 'main',
        partition: 3,
        revision: 10,
        row: 0,
        version: 1,
        byRevision: 20,
        byRow: 0,
        moved: false,
        prepaid: false,
        account: 'A1',
        at: 1500,
        subscription: 'S1',
        usageType: 'VOICE',
        rateSchedule: 'STD',
        currency: 'EUR',
        quantity: '100',
        amount: '5',
        fileId: 'f1',
        line: 2,
        charge: 0,
      },
      expect.objectContaining({
        revision: 20,
        row: 0,
        version: 2,
        byRevision: 30,
        byRow: 0,
        moved: true,
        prepaid: false,
        amount: '95',
      }),
      expect.objectContaining({ revision: 10, row: 2, version: 1, byRevision: 30, byRow: 2, moved: false, line: 4 }),
    ]);
  });

  it('comes out the same when its events are applied again from any of them on', () => {
    const events = [ratedCharges(20), RATED_AGAIN, RATED_AND_MOVED];
    const once = projectTables(monetizedUsageProjection, ...events);
    const sorted = (rows: Record<string, Row[]>): unknown =>
      Object.values(rows).map((list) => list.map((row) => JSON.stringify(row)).sort());
    for (let from = 0; from < events.length; from += 1) {
      const twice = projectTables(monetizedUsageProjection, ...events.slice(0, from + 1), ...events);
      expect(sorted(twice)).toStrictEqual(sorted(once));
    }
  });
});
