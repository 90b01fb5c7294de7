import { mkdtempSync, rmSync } from 'node:fs';
import type { Server as HttpServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { startServer } from '../../src/server.js';
import type { Config } from '../../src/shared/config/config.js';
import { readConfig } from '../../src/shared/config/read-config.js';
import type { EventStore } from '../../src/shared/event-store/event-store.port.js';
import type { Clock } from '../../src/shared/kernel/clock.js';
import { Projections } from '../../src/shared/read-models/projections.js';
import { READ_MODELS, type ReadModels } from '../../src/shared/read-models/read-models.port.js';
import type { RoleName } from '../../src/shared/runtime/role-task.js';
import { silentLogger, type Logger } from '../../src/shared/telemetry/logger.js';
import type { RunStores } from '../../src/tools/local/run-stores.js';
import { testStores } from './test-stores.js';
import { WatchedStore } from './watched-store.js';

export interface TestAppOptions {
  /** Absent: a new folder that `stop()` removes. */
  readonly dir?: string;
  readonly roles?: readonly RoleName[];
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Further `RETALLY_*` settings. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: those that the environment names for tests. */
  readonly stores?: RunStores;
  /** The key of an earlier start on the same folder. */
  readonly key?: string;
}

/**
 * The whole application in this process and thread, without a port of its own; on the stores that the environment names
 * for tests, or the embedded ones.
 */
export interface TestApp {
  readonly app: NestFastifyApplication;
  readonly http: HttpServer;
  readonly dir: string;
  readonly config: Config;
  /** The first admin key of the first tenant, or the one given. */
  readonly key: string;
  /** The first admin key of a tenant, made at the first start only. @throws when there is none. */
  keyOf(tenant: string): string;
  readonly store: WatchedStore;
  readonly readModels: ReadModels;
  get(path: string, query?: object): request.Test;
  post(path: string, body?: object | string): request.Test;
  put(path: string, body?: object): request.Test;
  delete(path: string, query?: object): request.Test;
  /** Resolves when every role and projection is done with everything in the log; fails after `timeoutMs`. */
  settle(timeoutMs?: number): Promise<void>;
  /** Listens on a free port of 127.0.0.1 and answers the address; for callers outside, such as webhooks. */
  listen(): Promise<string>;
  /** `keep`: the folder stays, for a start on it again. */
  stop(options?: { keep?: boolean }): Promise<void>;
}

export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'retally-test-'));
  const stores = options.stores ?? testStores(dir);
  const config = readConfig({
    RETALLY_DATA_DIR: dir,
    RETALLY_WORKERS: 'inline',
    RETALLY_LOG_LEVEL: 'silent',
    RETALLY_PORT: '0',
    RETALLY_MIN_FREE_BYTES: '0',
    ...stores.env,
    ...(options.roles === undefined ? {} : { RETALLY_ROLES: options.roles.join(',') }),
    ...options.env,
  });
  let watched: WatchedStore | undefined;
  const server = await startServer({
    config,
    logger: options.logger ?? silentLogger,
    swaggerUi: false,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    wrapStore: (store: EventStore) => (watched = new WatchedStore(store)),
  });
  if (watched === undefined) throw new Error('The application opened no log');
  const store: WatchedStore = watched;
  const { app } = server;
  const http: HttpServer = app.getHttpServer();
  const readModels = app.get<ReadModels>(READ_MODELS);
  const projections = config.roles.includes('project') ? app.get(Projections).all().length : 0;
  const key = options.key ?? server.firstKeys[0]?.key ?? '';
  // A database that has just been made gets its collections and indexes first: no request of a test should wait for that.
  if (stores.env['RETALLY_READ_MODELS'] !== undefined) await settle({ store, readModels, projections }, FIRST_START_MS);
  const authorized = (test: request.Test) => test.set('authorization', `Bearer ${key}`);
  return {
    app,
    http,
    dir,
    config,
    key,
    keyOf: (tenant) => {
      const first = server.firstKeys.find((made) => made.tenant === tenant);
      if (first === undefined) throw new Error(`No first key was made for tenant ${tenant}`);
      return first.key;
    },
    store,
    readModels,
    get: (path, query = {}) => authorized(request(http).get(path).query(query)),
    post: (path, body) => authorized(request(http).post(path).send(body)),
    put: (path, body) => authorized(request(http).put(path).send(body)),
    delete: (path, query = {}) => authorized(request(http).delete(path).query(query)),
    settle: (timeoutMs = 20_000) => settle({ store, readModels, projections }, timeoutMs),
    listen: () => server.listen(),
    stop: async ({ keep = options.dir !== undefined } = {}) => {
      await server.stop();
      if (keep) return;
      await stores.dispose();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const FIRST_START_MS = 120_000;

/** Quiet several looks in a row: a task may hold work for a turn of the event loop between two reads or appends. */
const QUIET_LOOKS = 4;

interface Settling {
  readonly store: WatchedStore;
  readonly readModels: ReadModels;
  /** How many there will be once the runner has prepared them all. */
  readonly projections: number;
}

async function settle({ store, readModels, projections: expected }: Settling, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let head = -1;
  for (let quiet = 0; quiet < QUIET_LOOKS;) {
    if (performance.now() > deadline) throw new Error(await unsettled(store, readModels, timeoutMs));
    await pause(5);
    const before = head;
    head = await store.head();
    const projections = await readModels.status();
    const stopped = projections.find((projection) => projection.state === 'STOPPED');
    if (stopped !== undefined) throw new Error(`Projection ${stopped.projection} stopped: ${stopped.error ?? ''}`);
    const projected =
      projections.length >= expected &&
      projections.every(({ position, state }) => position >= head && state === 'RUNNING');
    quiet = head === before && projected && (await store.idle()) ? quiet + 1 : 0;
  }
}

async function unsettled(store: WatchedStore, readModels: ReadModels, timeoutMs: number): Promise<string> {
  const positions = (await readModels.status()).map(({ projection, position }) => `${projection} at ${position}`);
  const idle = (await store.idle()) ? 'idle' : 'busy';
  return `Not settled within ${timeoutMs} ms: the log stands at ${await store.head()} (${idle}); ${positions.join(', ')}`;
}
