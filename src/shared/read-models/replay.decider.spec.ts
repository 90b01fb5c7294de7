import type { ProjectionStatus } from './read-models.port.js';
import { replayDecider, type ReplayQuestion } from './replay.decider.js';

const RUNNING: ProjectionStatus = {
  projection: 'accounts',
  version: 1,
  position: 7,
  behind: 0,
  state: 'RUNNING',
  updatedAt: 1,
};

function question(changes: Partial<ReplayQuestion>): ReplayQuestion {
  return {
    readModel: 'accounts',
    mode: 'REBUILD',
    reason: null,
    known: ['accounts', 'files'],
    status: RUNNING,
    ...changes,
  };
}
const decide = (changes: Partial<ReplayQuestion>) => replayDecider.decide(question(changes), null);

describe('replayDecider', () => {
  it('lets a read model be rebuilt, whether it runs, has stopped or was never started', () => {
    const event = { type: 'ReplayRequested.v1', data: { readModel: 'accounts', mode: 'REBUILD', reason: null } };
    for (const status of [RUNNING, { ...RUNNING, state: 'STOPPED' as const }, undefined]) {
      expect(decide({ status })).toEqual([event]);
    }
  });

  it('lets only a stopped one be resumed', () => {
    expect(decide({ mode: 'RESUME', status: { ...RUNNING, state: 'STOPPED' }, reason: 'fixed' })).toEqual([
      { type: 'ReplayRequested.v1', data: { readModel: 'accounts', mode: 'RESUME', reason: 'fixed' } },
    ]);
    expect(decide({ mode: 'RESUME' })).toMatchObject({ refused: { code: 'replay/not-stopped' } });
    expect(decide({ mode: 'RESUME', status: undefined })).toMatchObject({ refused: { code: 'replay/not-stopped' } });
  });

  it('refuses a second rebuild while one is under way, and names that do not exist', () => {
    expect(decide({ status: { ...RUNNING, state: 'REBUILDING' } })).toMatchObject({
      refused: { code: 'replay/under-way' },
    });
    expect(decide({ readModel: 'x' })).toMatchObject({
      refused: { code: 'replay/unknown-read-model', message: expect.stringContaining('accounts, files') as string },
    });
  });
});
