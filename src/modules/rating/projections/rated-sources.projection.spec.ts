import { projectTables } from '../../../../test/support/project-rows.js';
import { RATED_AND_MOVED, ratedCharges } from '../../../../test/support/rated-charges.js';
import { ratedSourcesProjection } from './rated-sources.projection.js';

describe('rated sources', () => {
  it('come from the head alone', () => {
    const event = ratedCharges(20);
    Object.defineProperty(event.data, 'columns', {
      get: () => {
        throw new Error('the columns were opened');
      },
    });
    expect(projectTables(ratedSourcesProjection, event, event)).toStrictEqual({
      'rated-sources': [
        {
          tenant: 'main',
          mediatedPosition: 5,
          partition: 3,
          ratedPosition: 20,
          ratedRevision: 10,
          fileId: 'f1',
          firstLine: 1,
          lastLine: 9,
          serviceType: 'VOICE',
          monetizedLines: 2,
          suspendedLines: 1,
          reprocessId: null,
          runId: null,
        },
      ],
    });
  });
});

describe('usage that is rated again', () => {
  it('is found by the chunk it is of, and by its run', () => {
    const { 'rated-sources': rows } = projectTables(ratedSourcesProjection, ratedCharges(20), RATED_AND_MOVED);
    expect(rows).toHaveLength(2);
    expect(rows![1]).toMatchObject({
      mediatedPosition: 5,
      ratedPosition: 40,
      ratedRevision: 30,
      firstLine: null,
      lastLine: null,
      monetizedLines: 2,
      suspendedLines: 0,
      runId: 'run-1',
    });
  });
});
