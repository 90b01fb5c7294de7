import { parentPort, workerData } from 'node:worker_threads';
import { createRoleApplication } from './role-application.js';
import { eventCatalogue } from './event-catalogue.js';
import { systemClock } from './shared/kernel/clock.js';
import { LocalRoles } from './shared/runtime/local-roles.js';
import { noOtherThreads } from './shared/runtime/other-threads.js';
import type { FromRoleThread, RoleThreadData, ToRoleThread } from './shared/runtime/role-messages.js';
import { Metrics } from './shared/telemetry/metrics.js';
import { pinoLogger } from './shared/telemetry/pino-logger.js';

/** The thread of some roles: the same application without HTTP, its own connections, its own share of the tasks. */
async function main(): Promise<void> {
  if (parentPort === null) throw new Error('role-worker.js runs as a worker thread of the server only');
  const port = parentPort;
  const tell = (message: FromRoleThread) => port.postMessage(message);
  const { config, roles, logPort } = workerData as RoleThreadData;
  const app = await createRoleApplication({
    config,
    definitions: eventCatalogue,
    roles,
    ...(logPort === undefined ? {} : { logWriter: logPort }),
    clock: systemClock,
    logger: pinoLogger(config.logLevel, roles.join('+')),
    otherThreads: noOtherThreads,
  });
  const local = app.get(LocalRoles);
  const metrics = app.get(Metrics);
  local.changed = () => tell({ kind: 'tasks', tasks: local.status(), claims: local.claims() });
  port.on('message', (message: ToRoleThread) => {
    if (message.kind === 'stop') void stop();
    else void metrics.asJson().then((values) => tell({ kind: 'metrics', request: message.request, values }));
  });
  local.start();
  tell({ kind: 'ready' });

  async function stop(): Promise<void> {
    await local.stop();
    await app.close();
    process.exit(0);
  }
}

await main();
