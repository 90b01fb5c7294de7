import type { EventRegistry } from '../../event-registry.js';
import type { LogFilter } from '../../event-store.port.js';
import type { StoredEvent } from '../../recorded-event.js';
import { NO_SYSTEM_STREAMS, type ServerFilter } from './messages.js';
import type { StreamNames } from './stream-names.js';

/** A port's filter in two halves: what the server does, and what is left to do here. */
export interface SplitFilter {
  /** Nothing can match: nothing need be read. */
  readonly empty: boolean;
  readonly server: ServerFilter;
  /** The rest, exact: the server's prefixes let `Thing.v10` through for `Thing.v1`. */
  readonly matches: (event: StoredEvent) => boolean;
}

/**
 * The server takes one condition, on the stream's name or on the type. Where both are asked for it gets the types: a type
 * lives in one category or two, while a category has many types, so types leave less to be sent for nothing.
 */
export function splitFilter(registry: EventRegistry, names: StreamNames, filter: LogFilter | undefined): SplitFilter {
  const types = filter?.types?.flatMap((type) => registry.storedAs(type));
  const prefixes = filter?.categories?.map((category) => `${category}-`);
  const wanted = types && new Set(types);
  return {
    empty: types?.length === 0 || prefixes?.length === 0,
    server: serverFilter(types, prefixes ?? [''], names),
    matches: (event) =>
      (wanted?.has(event.type) ?? true) && (prefixes?.some((prefix) => event.stream.startsWith(prefix)) ?? true),
  };
}

function serverFilter(
  types: readonly string[] | undefined,
  streams: readonly string[],
  names: StreamNames,
): ServerFilter {
  if (types !== undefined) return { on: 'type', prefixes: types };
  const prefixes = streams.map((prefix) => names.onServer(prefix));
  return prefixes.includes('') ? NO_SYSTEM_STREAMS : { on: 'stream', prefixes };
}
