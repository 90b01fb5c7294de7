import { catalogSamples, accessSamples } from '../../../../test/golden/samples/catalog-and-accounts.js';
import { schedulingSamples } from '../../../../test/golden/samples/billing.js';
import { ingestionSamples } from '../../../../test/golden/samples/usage.js';
import { projectRows, recordedEvent, rowsOf } from '../../../../test/support/project-rows.js';
import { CONFIGURATION_EVENTS, readChange, type ConfigurationEvent } from './read-change.js';
import { userActivities } from './user-activities.collections.js';
import { userActivitiesProjection } from './user-activities.projection.js';

const samples: Readonly<Record<string, unknown>> = {
  ...catalogSamples,
  ...accessSamples,
  ...schedulingSamples,
  ...ingestionSamples,
};
const LIFE = CONFIGURATION_EVENTS.map((type, index) => recordedEvent(index + 1, type, samples[type]));

describe('the activities of users', () => {
  it('are every change of what people configure: what, what was done, why', () => {
    const rows = rowsOf(userActivities, projectRows(userActivitiesProjection, LIFE));
    expect(rows.map(({ object, action, reason }) => [object, action, reason]).sort()).toEqual([
      ['ALLOWANCE', 'REMOVED', 'Not sold any more'],
      ['API_KEY', 'DEFINED', null],
      ['API_KEY', 'REMOVED', expect.any(String)],
      ['JOB_SCHEDULE', 'DEFINED', null],
      ['JOB_SCHEDULE', 'DEFINED', null],
      ['MAPPING', 'DEFINED', expect.any(String)],
      ['PRICE', 'DEFINED', 'Spring prices'],
      ['SOURCE_PLATFORM', 'DEFINED', null],
      ['SOURCE_PLATFORM', 'PAUSED', expect.any(String)],
      ['SOURCE_PLATFORM', 'RESUMED', expect.any(String)],
      ['TIME_UNIT', 'DEFINED', 'Christmas is a feast'],
      ['ZONE_UNIT', 'DEFINED', 'Launch'],
    ]);
    expect(rows[0]).toMatchObject({ actor: 'key:1', commandId: 'c1', at: Date.UTC(2026, 0, 1) + 1, position: 1 });
  });

  it('are the same when events come twice', () => {
    expect(projectRows(userActivitiesProjection, [...LIFE, ...LIFE])).toEqual(
      projectRows(userActivitiesProjection, LIFE),
    );
  });

  it('show no secret, and no table', () => {
    const shown = LIFE.map((event) => readChange(event as unknown as ConfigurationEvent).content);
    const text = JSON.stringify(shown);
    expect(text).not.toContain(accessSamples['ApiKeyIssued.v1'].hash);
    expect(text).toContain('"prefixCount":3');
    expect(text).not.toContain('447*');
  });
});
