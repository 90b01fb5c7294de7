import { randomBytes } from 'node:crypto';
import { createConnection } from 'mongoose';

/** The stores of one run: on shared servers a prefix and a database of its own, so that it begins with nothing. */
export interface RunStores {
  /** Settings for the server of the run. */
  readonly env: Readonly<Record<string, string>>;
  /** For people: which engines, without addresses. */
  readonly profile: string;
  /** Drops the run's database. Its events stay: a log is not emptied. */
  dispose(): Promise<void>;
}

export interface RunAddresses {
  /** `embedded`, or the address of an EventStoreDB. Default: embedded. */
  readonly eventStore?: string | undefined;
  /** `embedded`, or the address of a MongoDB; a database in it is not touched. Default: embedded. */
  readonly readModels?: string | undefined;
}

export function runStores({ eventStore, readModels }: RunAddresses): RunStores {
  const run = `run${randomBytes(8).toString('hex')}`;
  const log = isServer(eventStore) ? eventStore : undefined;
  const rows = isServer(readModels) ? databaseOf(readModels, `retally-${run}`) : undefined;
  return {
    env: {
      ...(log === undefined ? {} : { RETALLY_EVENT_STORE: log, RETALLY_STREAM_PREFIX: `${run}.` }),
      ...(rows === undefined ? {} : { RETALLY_READ_MODELS: rows }),
    },
    profile:
      log === undefined && rows === undefined
        ? 'the embedded profile'
        : `${log === undefined ? 'the embedded log' : 'EventStoreDB'} and ${rows === undefined ? 'embedded read models' : 'MongoDB'}`,
    dispose: async () => {
      if (rows !== undefined) await dropDatabase(rows);
    },
  };
}

function isServer(address: string | undefined): address is string {
  return address !== undefined && address !== '' && address !== 'embedded';
}

function databaseOf(address: string, database: string): string {
  const [, server, options = ''] = /^([a-z+]+:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(address) ?? [];
  if (server === undefined) throw new Error('RETALLY_READ_MODELS must be an address such as mongodb://127.0.0.1:27017');
  return `${server}/${database}${options}`;
}

async function dropDatabase(address: string): Promise<void> {
  const connection = await createConnection(address).asPromise();
  try {
    await connection.dropDatabase();
  } finally {
    await connection.close();
  }
}
