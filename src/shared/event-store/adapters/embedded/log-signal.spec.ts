import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogSignal } from './log-signal.js';

describe('LogSignal', () => {
  let folder: string;
  let signal: LogSignal;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'log-signal-'));
    signal = new LogSignal(join(folder, 'log.db'));
  });
  afterEach(async () => {
    signal.close();
    await rm(folder, { recursive: true });
  });

  const never = new AbortController().signal;
  const LONG_MS = 60_000;

  it('wakes who waits for one of the categories, and lets others sleep', async () => {
    const woken: string[] = [];
    const wait = (name: string, categories?: readonly string[]): Promise<void> =>
      signal.wait(signal.heard(categories), LONG_MS, never, categories).then(() => void woken.push(name));
    const usage = wait('usage', ['usage', 'suspense']);
    const all = wait('all');
    const access = wait('access', ['access']);
    signal.notify(['rating', 'usage']);
    await Promise.all([usage, all]);
    expect(woken).toEqual(['usage', 'all']);
    signal.notify(['access']);
    await access;
  });

  it('does not lose a signal that came between the look at the log and the waiting', async () => {
    const before = signal.heard(['usage']);
    signal.notify(['usage']);
    await signal.wait(before, LONG_MS, never, ['usage']);
    expect(signal.heard(['usage'])).toBe(before + 1);
    expect(signal.heard(['access'])).toBe(0);
    expect(signal.heard()).toBe(1);
  });

  it('is heard by another reader of the same log', async () => {
    const other = new LogSignal(join(folder, 'log.db'));
    const heard = other.heard(['usage']);
    signal.notify(['usage']);
    await other.wait(heard, LONG_MS, never, ['usage']);
    expect(other.heard(['usage'])).toBe(1);
    other.close();
  });

  it('ends every waiting when it is closed', async () => {
    const waiting = signal.wait(signal.heard(['access']), LONG_MS, never, ['access']);
    signal.close();
    await waiting;
  });
});
