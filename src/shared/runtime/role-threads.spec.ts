import { MessageChannel } from 'node:worker_threads';
import { readConfig } from '../config/read-config.js';
import { silentLogger } from '../telemetry/logger.js';
import { RoleThreads } from './role-threads.js';

/** A thread that says it is ready, tells a task's state, answers for metrics, and stops or dies when told to. */
const OBEDIENT = `
import { parentPort, workerData } from 'node:worker_threads';
const tasks = [{ name: workerData.roles.join('+'), role: workerData.roles[0], state: 'RUNNING', restarts: 0 }];
parentPort.on('message', (message) => {
  if (message.kind === 'stop') process.exit(0);
  if (message.kind === 'metrics') parentPort.postMessage({ kind: 'metrics', request: message.request, values: [] });
});
parentPort.postMessage({ kind: 'tasks', tasks });
parentPort.postMessage({ kind: 'ready' });
workerData.logPort.on('message', () => { throw new Error('the thread dies'); });
`;

function threadsOf(script: string, roles: string) {
  const ports: MessageChannel[] = [];
  const failures: object[] = [];
  const threads = new RoleThreads({
    config: readConfig({ RETALLY_ROLES: roles }),
    entry: new URL(`data:text/javascript,${encodeURIComponent(script)}`),
    connect: () => {
      const channel = new MessageChannel();
      ports.push(channel);
      return channel.port1;
    },
    logger: { ...silentLogger, error: (facts) => void failures.push(facts) },
  });
  return { threads, failures, kill: () => ports.at(-1)?.port2.postMessage('die'), close: () => closeAll(ports) };
}

function closeAll(channels: readonly MessageChannel[]): void {
  for (const { port2 } of channels) port2.close();
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('role threads', () => {
  it('share out the roles the process holds, and stop', async () => {
    const { threads, close } = threadsOf(OBEDIENT, 'api,rate,sync,schedule');
    await threads.start();
    expect(threads.status()).toMatchObject([
      { roles: ['rate'], alive: true, restarts: 0, tasks: [{ name: 'rate' }] },
      { roles: ['sync', 'schedule'], alive: true, restarts: 0, tasks: [{ name: 'sync+schedule' }] },
    ]);
    expect(await threads.metrics()).toEqual([[], []]);
    await threads.stop();
    expect(threads.status().map((thread) => thread.alive)).toEqual([false, false]);
    close();
  });

  it('start a thread again that died, with a port of its own', async () => {
    const { threads, failures, kill, close } = threadsOf(OBEDIENT, 'rate');
    await threads.start();
    kill();
    await until(() => threads.status()[0]?.alive === false);
    await until(() => threads.status()[0]?.alive === true);
    expect(threads.status()[0]?.restarts).toBe(1);
    expect(failures.length).toBeGreaterThan(0);
    await threads.stop();
    close();
  });

  it('refuse to start when a thread never becomes ready', async () => {
    const { threads, close } = threadsOf(`throw new Error('no such log');`, 'rate');
    await expect(threads.start()).rejects.toThrow('no such log');
    await threads.stop();
    close();
  });
});
