import { mongo } from 'mongoose';
import { ReadModelsUnavailable } from '../../read-models.port.js';

/** https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const DUPLICATE_KEY = 11_000;
const AUTHENTICATION = new Set([18, 8000]);
const NOT_ALLOWED = 13;
/** The collection was dropped while it was read: NamespaceNotFound, CursorNotFound, QueryPlanKilled, CursorKilled. */
const DROPPED = new Set([26, 43, 175, 237]);
/** Stepping down, shutting down, no primary, too slow, interrupted: the server's trouble, not the question's. */
const TROUBLE = new Set([6, 7, 50, 89, 91, 189, 262, 9001, 10_058, 10_107, 11_600, 11_602, 13_435, 13_436]);

/** What a server or its driver says of an error; told by name and code, for errors cross module boundaries. */
function named(error: unknown): { readonly name: string; readonly code: unknown; readonly message: string } {
  if (typeof error !== 'object' || error === null) return { name: '', code: undefined, message: String(error) };
  const { name, code, message } = error as { name?: unknown; code?: unknown; message?: unknown };
  return { name: typeof name === 'string' ? name : '', code, message: typeof message === 'string' ? message : '' };
}

export function isDuplicateKey(error: unknown): boolean {
  return named(error).code === DUPLICATE_KEY;
}

/** The credentials are wrong, or may not do what is needed: waiting does not help. */
export function isRefusedAccess(error: unknown): boolean {
  const { code } = named(error);
  return typeof code === 'number' && (AUTHENTICATION.has(code) || code === NOT_ALLOWED);
}

/** Its rows went away under the reader: a rebuild has taken their place. */
export function isDropped(error: unknown): boolean {
  const { code } = named(error);
  return typeof code === 'number' && DROPPED.has(code);
}

/** No connection, no primary, no answer in time. */
export function isUnreachable(error: unknown): boolean {
  const { name, code } = named(error);
  if (/Network|ServerSelection|NotConnected|TopologyClosed|PoolC|ClientClosed|OperationTimeout/.test(name)) return true;
  if (typeof code === 'number' && TROUBLE.has(code)) return true;
  return error instanceof mongo.MongoError && error.hasErrorLabel('TransientTransactionError');
}

/** Runs a request to the server; what is the server's trouble comes out as ReadModelsUnavailable. */
export async function asked<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw isUnreachable(error) ? unavailable(error) : error;
  }
}

export function unavailable(error: unknown): ReadModelsUnavailable {
  const { name, message } = named(error);
  return new ReadModelsUnavailable(`MongoDB does not answer (${name}: ${message})`, { cause: error });
}
