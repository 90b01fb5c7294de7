import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHttpApplication } from './application.js';
import { eventCatalogue } from './event-catalogue.js';
import { FIRST_KEYS, type FirstKey, type FirstKeys } from './modules/access/index.js';
import type { Config } from './shared/config/config.js';
import type { EventStore } from './shared/event-store/event-store.port.js';
import { systemClock, type Clock } from './shared/kernel/clock.js';
import { HttpActivity } from './shared/http/http-activity.js';
import { lockDataDir } from './shared/platform/data-dir-lock.js';
import type { PlatformOptions } from './shared/platform/platform-options.js';
import { checkAddresses, setAsideDamagedReadModels, startLogWriter } from './shared/platform/storage.module.js';
import { warnOfHalfwayPairing } from './shared/platform/pairing.js';
import { tuneEngine } from './shared/runtime/engine-settings.js';
import { LocalRoles } from './shared/runtime/local-roles.js';
import { noOtherThreads } from './shared/runtime/other-threads.js';
import { RoleThreads } from './shared/runtime/role-threads.js';
import type { RoleName } from './shared/runtime/role-task.js';
import { pinoLogger } from './shared/telemetry/pino-logger.js';
import type { Logger } from './shared/telemetry/logger.js';

/** Requests under way get this long to finish; a progress stream is cut. */
const REQUESTS_MS = 3000;

export interface ServerOptions {
  readonly config: Config;
  /** Default: the system's clock. Role threads always run by the system's. */
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Inline only: see PlatformOptions. */
  readonly wrapStore?: (store: EventStore) => EventStore;
  /** Default true. */
  readonly swaggerUi?: boolean;
}

/** A running Retally, in this process. */
export interface Server {
  readonly app: NestFastifyApplication;
  /** Keys made at this start: to be shown once. */
  readonly firstKeys: readonly FirstKey[];
  /** Starts to serve; answers the address. */
  listen(): Promise<string>;
  /** Not ready -> no new commands -> tasks finish or park their chunk -> threads end -> HTTP ends -> stores close. */
  stop(): Promise<void>;
  /** Settles when the server cannot go on by itself, with the reason. */
  readonly died: Promise<Error>;
}

/** Opens everything and starts every role, but does not listen yet. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { config } = options;
  await checkAddresses(config);
  const lock = lockDataDir(config.dataDir);
  try {
    const logger = options.logger ?? pinoLogger(config.logLevel, 'main');
    warnOfHalfwayPairing(config, logger);
    setAsideDamagedReadModels(config, options.clock ?? systemClock, logger);
    const server = await (config.workers === 'threads' ? startThreaded(options) : startInline(options));
    return { ...server, stop: () => server.stop().finally(() => lock.release()) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Everything in this thread: for tests and tools. */
async function startInline({ config, clock, logger, wrapStore, swaggerUi = true }: ServerOptions): Promise<Server> {
  const options: PlatformOptions = {
    config,
    definitions: eventCatalogue,
    roles: config.roles,
    clock: clock ?? systemClock,
    logger: logger ?? pinoLogger(config.logLevel, 'main'),
    otherThreads: noOtherThreads,
    ...(wrapStore === undefined ? {} : { wrapStore }),
  };
  const app = await createHttpApplication(options, { swaggerUi });
  return serverOf(app, config, { died: new Promise(() => undefined), close: () => Promise.resolve() });
}

/** The log's writer in a thread, each role in a thread, HTTP in this one. */
async function startThreaded({ config, clock, logger: given }: ServerOptions): Promise<Server> {
  const logger = given ?? pinoLogger(config.logLevel, 'main');
  tuneEngine();
  const writer = await startLogWriter(config);
  const entry = new URL('./role-worker.js', import.meta.url);
  const threads = new RoleThreads({ config, entry, connect: () => writer?.connect(), logger });
  try {
    const [app, started] = await Promise.allSettled([
      createHttpApplication({
        config,
        definitions: eventCatalogue,
        roles: config.roles.filter((role): role is RoleName => role === 'api'),
        ...(writer === undefined ? {} : { logWriter: writer.connect() }),
        clock: clock ?? systemClock,
        logger,
        otherThreads: threads,
      }),
      threads.start(),
    ]);
    // Here errors have their names; those of threads have lost them on the way.
    if (app.status === 'rejected') throw app.reason;
    if (started.status === 'rejected') throw started.reason;
    return await serverOf(app.value, config, {
      died: writer?.died ?? new Promise(() => undefined),
      stopTasks: () => threads.stop(),
      close: async () => writer?.close(),
    });
  } catch (error) {
    await threads.stop();
    await writer?.close();
    throw error;
  }
}

interface Surroundings {
  readonly died: Promise<Error>;
  readonly stopTasks?: () => Promise<void>;
  readonly close: () => Promise<void>;
}

async function serverOf(app: NestFastifyApplication, config: Config, around: Surroundings): Promise<Server> {
  const local = app.get(LocalRoles);
  local.start();
  const firstKeys = await app.get<FirstKeys>(FIRST_KEYS).make();
  return {
    app,
    firstKeys,
    died: around.died,
    listen: async () => {
      await app.listen({ host: config.host, port: config.port });
      return app.getUrl();
    },
    stop: async () => {
      local.draining = true;
      await Promise.all([local.stop(), around.stopTasks?.()]);
      await app.get(HttpActivity).idle(REQUESTS_MS);
      await app.close();
      await around.close();
    },
  };
}
