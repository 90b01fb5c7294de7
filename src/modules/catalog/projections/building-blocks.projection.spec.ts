import { projectRows, recordedEvent, rowsOf } from '../../../../test/support/project-rows.js';
import { blockVersions, buildingBlocks } from './building-blocks.collections.js';
import { buildingBlocksProjection } from './building-blocks.projection.js';

const allowance = (position: number, version: number, unit: string) =>
  recordedEvent(position, 'BuildingBlockDefined.v1', {
    kind: 'ALLOWANCE',
    id: 'GIFT',
    version,
    effectiveFrom: version * 10,
    reason: `r${version}`,
    definition: { name: 'Gift', unit, validity: { type: 'CYCLE' }, priority: 1 },
  });
const LIFE = [
  allowance(1, 1, 'seconds'),
  allowance(2, 2, 'minutes'),
  recordedEvent(3, 'ZonePrefixesDefined.v1', {
    head: { id: 'UK', version: 1, effectiveFrom: 0, reason: 'r', name: 'Networks', attribute: 'to' },
    columns: { prefix: ['44*', '447*', '44123*'], zone: ['UK', 'MOBILE', 'MOBILE'] },
  }),
  recordedEvent(4, 'UsageTypeDefined.v1', {
    usageType: 'CALL',
    name: 'Later',
    unit: 's',
    serviceType: 'VOICE',
    effectiveFrom: 20,
  }),
  recordedEvent(5, 'UsageTypeDefined.v1', {
    usageType: 'CALL',
    name: 'First',
    unit: 's',
    serviceType: 'VOICE',
    effectiveFrom: 10,
  }),
  recordedEvent(6, 'ServiceDefined.v1', {
    service: 'LINE',
    name: 'Line',
    serviceType: 'VOICE',
    usageTypes: ['CALL'],
    effectiveFrom: 10,
  }),
];
const REMOVED = recordedEvent(7, 'BuildingBlockRemoved.v1', {
  kind: 'ALLOWANCE',
  id: 'GIFT',
  version: 3,
  reason: 'gone',
});

describe('the building blocks, read', () => {
  it('shows each as it was said last, whoever said it', () => {
    const rows = rowsOf(buildingBlocks, projectRows(buildingBlocksProjection, LIFE));
    expect(
      rows.map(({ kind, id, source, version, label, unit, serviceType }) => [
        ...[kind, id, source, version],
        ...[label, unit, serviceType],
      ]),
    ).toEqual([
      ['ALLOWANCE', 'GIFT', 'OWN', 2, 'GIFT Gift', 'minutes', null],
      ['ZONE_UNIT', 'UK', 'OWN', 1, 'UK Networks', null, null],
      ['USAGE_TYPE', 'CALL', 'FEED', 0, 'CALL Later', 's', 'VOICE'],
      ['BILLABLE_SERVICE', 'LINE', 'FEED', 0, 'LINE Line', null, 'VOICE'],
    ]);
    expect(rows[1]?.definition).toEqual({
      name: 'Networks',
      kind: 'PREFIX',
      attribute: 'to',
      prefixCount: 3,
      zones: ['UK', 'MOBILE'],
    });
  });

  it('keeps every version, the last one a removal', () => {
    const rows = projectRows(buildingBlocksProjection, [...LIFE, REMOVED]);
    expect(rowsOf(buildingBlocks, rows).map(({ id }) => id)).toEqual(['UK', 'CALL', 'LINE']);
    const versions = rowsOf(blockVersions, rows).filter(({ id }) => id === 'GIFT');
    expect(versions.map(({ version, action, reason, actor, at }) => [version, action, reason, actor, at])).toEqual([
      [1, 'DEFINED', 'r1', 'key:1', Date.UTC(2026, 0, 1) + 1],
      [2, 'DEFINED', 'r2', 'key:1', Date.UTC(2026, 0, 1) + 2],
      [3, 'REMOVED', 'gone', 'key:1', Date.UTC(2026, 0, 1) + 7],
    ]);
    expect(versions[2]).toMatchObject({ definition: null, effectiveFrom: null });
  });

  it('is the same when events come twice', () => {
    const life = [...LIFE, REMOVED, allowance(8, 4, 'hours')];
    const once = projectRows(buildingBlocksProjection, life);
    const sorted = (rows: ReadonlyMap<string, unknown>) => [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
    const twice = life.flatMap((event) => [event, event]);
    expect(sorted(projectRows(buildingBlocksProjection, twice))).toEqual(sorted(once));
    expect(sorted(projectRows(buildingBlocksProjection, [...life, ...life]))).toEqual(sorted(once));
  });
});
