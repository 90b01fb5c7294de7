import { mongo } from 'mongoose';

const DEFAULT_DATABASE = 'retally';
const MAX_DATABASE_BYTES = 63;
const ADDRESS = /^(mongodb(?:\+srv)?:\/\/)(?:[^@/?]*@)?([^@/?]+)(?:\/([^?@]*))?(?:\?.*)?$/;

/** Where the read models are kept. */
export interface MongoDbAddress {
  /** As given, credentials included: for the driver alone, never for a log. */
  readonly uri: string;
  readonly database: string;
  /** Hosts and database without credentials and options, for messages. */
  readonly shown: string;
}

/** An address that no server can be found by; the message says what to write instead. */
export class MongoDbAddressRefused extends Error {
  override readonly name = 'MongoDbAddressRefused';
}

/**
 * Reads `mongodb://user:password@host:27017,host2/database?replicaSet=rs0` or `mongodb+srv://host/database`; nothing is
 * connected to. Without a database in the path it is `retally`.
 * @throws MongoDbAddressRefused
 */
export function readMongoDbAddress(text: string): MongoDbAddress {
  const [, scheme, hosts, path] = ADDRESS.exec(text) ?? [];
  if (scheme === undefined || hosts === undefined) {
    throw new MongoDbAddressRefused(
      'The address of the read models must look like mongodb://user:password@host:27017/retally?replicaSet=rs0 or ' +
        'mongodb+srv://user:password@host/retally; letters such as @ : / in a password are written as %40 %3A %2F',
    );
  }
  const database = databaseOf(path ?? '');
  try {
    // The driver reads the address whole, options included, and connects to nothing yet.
    new mongo.MongoClient(text);
  } catch (error) {
    // The driver quotes options and hosts in its messages, never credentials.
    const reason = error instanceof Error ? error.message : String(error);
    throw new MongoDbAddressRefused(`The address of the read models (${hosts}) cannot be used: ${reason}`);
  }
  return { uri: text, database, shown: `${scheme}${hosts}/${database}` };
}

function databaseOf(path: string): string {
  const database = path === '' ? DEFAULT_DATABASE : decoded(path);
  // https://www.mongodb.com/docs/manual/reference/limits/#naming-restrictions
  if (/[/\\. "$*<>:|?\u0000]/.test(database) || Buffer.byteLength(database, 'utf8') > MAX_DATABASE_BYTES) {
    throw new MongoDbAddressRefused(
      `"${database.slice(0, 80)}" is no name for a database: up to ${MAX_DATABASE_BYTES} letters, digits, - and _`,
    );
  }
  return database;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
