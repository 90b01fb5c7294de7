import { setTimeout as sleep } from 'node:timers/promises';
import { Mongoose, type Connection, type ConnectOptions } from 'mongoose';
import type { Logger } from '../../../telemetry/logger.js';
import type { MongoDbAddress } from './mongodb-address.js';
import { isRefusedAccess, isUnreachable } from './mongodb-errors.js';

/** One attempt; also what a read waits for a server before it is answered that there is none. */
const SELECTION_MS = 5000;
const PAUSE_MS = 500;
/** After so long somebody may wonder what is going on. */
const TELL_MS = 1000;
const TOO_OLD = /requires at least/;
/**
 * How often the server is looked at. After two failures in a row the driver looks again only then, and the ten seconds it
 * has by default are longer than a read waits.
 */
const HEARTBEAT_MS = 1000;
/** Two minutes without an answer on an open connection: the server is taken for lost. */
const SILENCE_MS = 120_000;

export interface ConnectionOptions {
  readonly address: MongoDbAddress;
  readonly logger: Logger;
  /** How long the server may take to come up. */
  readonly waitMs: number;
  readonly poolSize: number;
}

/** The read models cannot be kept there; the message says why and what to do. */
export class MongoDbUnusable extends Error {
  override readonly name = 'MongoDbUnusable';
}

export interface OpenConnection {
  readonly connection: Connection;
  close(): Promise<void>;
}

/**
 * A connection of its own, never the one that the package shares, to a replica set (one member is enough) that has a
 * primary. Services start in any order, so a server that is not there yet is waited for, with a line in the log.
 * @throws MongoDbUnusable
 */
export async function connect(options: ConnectionOptions): Promise<OpenConnection> {
  const { address, waitMs, logger } = options;
  const deadline = performance.now() + waitMs;
  const selectionMs = Math.min(waitMs, SELECTION_MS);
  let told = false;
  const tell = (problem: string) => {
    if (told) return;
    told = true;
    logger.warn({ address: address.shown, waitMs, problem }, 'Waiting for MongoDB, which keeps the read models');
  };
  const telling = setTimeout(tell, TELL_MS, 'no answer yet');
  try {
    for (;;) {
      const problem = await attempt(options, selectionMs);
      if (typeof problem !== 'string') return watched(problem, options);
      tell(problem);
      if (performance.now() + PAUSE_MS + selectionMs > deadline) throw inVain(problem, options);
      await sleep(PAUSE_MS);
    }
  } finally {
    clearTimeout(telling);
  }
}

function inVain(problem: string, { address, waitMs }: ConnectionOptions): MongoDbUnusable {
  return new MongoDbUnusable(
    `MongoDB at ${address.shown} cannot be used after ${Math.round(waitMs / 1000)} s: ${problem}. Start it, or correct ` +
      'the host, port, TLS and replicaSet in the address of the read models',
  );
}

/** @returns the connection, or what is missing still. */
async function attempt(options: ConnectionOptions, selectionMs: number): Promise<Connection | string> {
  const { address } = options;
  const connection = new Mongoose().createConnection();
  // Without a listener an error of an attempt would end the process.
  connection.on('error', () => undefined);
  try {
    await connection.openUri(address.uri, settings(options, selectionMs));
    const missing = await whatIsMissing(connection, address);
    if (missing === undefined) return connection;
    await connection.close();
    return missing;
  } catch (error) {
    await connection.destroy().catch(() => undefined);
    if (error instanceof MongoDbUnusable) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (isRefusedAccess(error)) {
      throw new MongoDbUnusable(
        `MongoDB at ${address.shown} refuses the credentials (${reason}): correct user and password in the address of ` +
          'the read models, and add authSource=admin if the user was made in the database admin',
      );
    }
    if (TOO_OLD.test(reason)) throw new MongoDbUnusable(`MongoDB at ${address.shown} is too old: ${reason}`);
    // A name that cannot be looked up yet is a service that has not started yet.
    if (isUnreachable(error) || /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEOUT/.test(reason)) return reason;
    throw new MongoDbUnusable(`MongoDB at ${address.shown} cannot be used: ${reason}`);
  }
}

/** What is set here wins over the address: weaker settings would let rows be lost or positions be seen too early. */
function settings({ address, poolSize }: ConnectionOptions, selectionMs: number): ConnectOptions {
  return {
    dbName: address.database,
    appName: 'retally',
    autoIndex: false,
    autoCreate: false,
    bufferCommands: false,
    retryWrites: true,
    retryReads: true,
    writeConcern: { w: 'majority', journal: true },
    readConcern: { level: 'majority' },
    readConcernLevel: 'majority',
    readPreference: 'primary',
    ignoreUndefined: true,
    maxPoolSize: poolSize,
    serverSelectionTimeoutMS: selectionMs,
    connectTimeoutMS: SELECTION_MS,
    socketTimeoutMS: SILENCE_MS,
    heartbeatFrequencyMS: HEARTBEAT_MS,
  };
}

interface Hello {
  readonly setName?: string;
  readonly isreplicaset?: boolean;
  readonly isWritablePrimary?: boolean;
  /** `isdbgrid`: a mongos, in front of a sharded cluster. */
  readonly msg?: string;
}

async function whatIsMissing(connection: Connection, { shown }: MongoDbAddress): Promise<string | undefined> {
  const hello = (await connection.db?.admin().command({ hello: 1 })) as Hello | undefined;
  if (hello?.msg === 'isdbgrid') return undefined;
  if (hello?.setName === undefined && hello?.isreplicaset !== true) {
    throw new MongoDbUnusable(
      `MongoDB at ${shown} is a standalone server: rows and their positions are written in transactions, which need a ` +
        'replica set. One member is enough: start mongod with --replSet rs0 and run rs.initiate() once',
    );
  }
  if (hello.setName === undefined) return 'its replica set is not initiated yet: run rs.initiate() once';
  return hello.isWritablePrimary === true ? undefined : 'its replica set has no primary yet';
}

/** A connection that goes and comes back is told of; one that is closed here is not. */
function watched(connection: Connection, { address, logger }: ConnectionOptions): OpenConnection {
  const lost = () => {
    logger.warn({ address: address.shown }, 'The connection to MongoDB is lost: the driver tries to get it back');
  };
  connection.on('disconnected', lost);
  connection.on('reconnected', () => logger.info({ address: address.shown }, 'MongoDB is there again'));
  return {
    connection,
    close: async () => {
      connection.off('disconnected', lost);
      await connection.close();
    },
  };
}
