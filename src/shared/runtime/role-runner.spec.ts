import { silentLogger } from '../telemetry/logger.js';
import { RoleRunner } from './role-runner.js';
import type { RoleTask } from './role-task.js';

const quick = { firstMs: 1, maxMs: 4, healthyMs: 60_000 };

function task(name: string, run: RoleTask['run']): RoleTask {
  return { name, role: 'sync', run };
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

describe('role runner', () => {
  it('starts a throwing task again and leaves the others alone', async () => {
    let starts = 0;
    let recovered = (): void => undefined;
    const recovery = new Promise<void>((resolve) => (recovered = resolve));
    const flaky = task('flaky', async (signal) => {
      starts += 1;
      if (starts < 3) throw new Error('not yet');
      recovered();
      await untilAborted(signal);
    });
    let steadyStarts = 0;
    const steady = task('steady', async (signal) => {
      steadyStarts += 1;
      await untilAborted(signal);
    });
    const runner = new RoleRunner([flaky, steady], silentLogger, quick);
    runner.start();
    await recovery;
    expect(runner.status()).toEqual([
      { name: 'flaky', role: 'sync', state: 'RUNNING', restarts: 2 },
      { name: 'steady', role: 'sync', state: 'RUNNING', restarts: 0 },
    ]);
    await runner.stop();
    expect(steadyStarts).toBe(1);
    expect(runner.status().map((state) => state.state)).toEqual(['STOPPED', 'STOPPED']);
  });

  it('shows what a waiting task threw', async () => {
    let waiting = (): void => undefined;
    const noted = new Promise<void>((resolve) => (waiting = resolve));
    const broken = task('broken', () => Promise.reject(new TypeError('no such table')));
    const runner: RoleRunner = new RoleRunner([broken], silentLogger, { ...quick, firstMs: 60_000 }, () => {
      if (runner.status()[0]?.state === 'WAITING') waiting();
    });
    runner.start();
    await noted;
    expect(runner.status()[0]).toMatchObject({ state: 'WAITING', error: 'TypeError: no such table' });
    await runner.stop();
  });

  it('lets a task that is done be done', async () => {
    const runner = new RoleRunner([task('once', () => Promise.resolve())], silentLogger, quick);
    runner.start();
    await Promise.resolve();
    await runner.stop();
    expect(runner.status()[0]).toMatchObject({ state: 'FINISHED', restarts: 0 });
  });
});
