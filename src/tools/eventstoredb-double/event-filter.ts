import type { streams } from './protocol.js';
import { handlerFailed } from './rpc-errors.js';
import type { StoredEvent } from './stored-event.js';

export type EventFilter = (event: StoredEvent) => boolean;

export interface FilterAndWindow {
  readonly accepts: EventFilter;
  /** Events scanned at most before a page ends, and times which the checkpoints come. */
  readonly window: number;
  readonly checkpointInterval: number;
}

/** What the server reads at once, and scans at most where the client names no window. */
export const READ_BATCH_SIZE = 32;

const EVERYTHING: FilterAndWindow = { accepts: () => true, window: READ_BATCH_SIZE, checkpointInterval: Infinity };

/** @throws RpcError when the options say neither what to filter on nor that nothing is filtered. */
export function filterOf(options: streams.ReadReq.Options): FilterAndWindow {
  if (options.hasNoFilter()) return EVERYTHING;
  const filter = options.getFilter();
  if (filter === undefined) throw handlerFailed();
  const window = filter.hasMax() ? filter.getMax() : READ_BATCH_SIZE;
  const times = filter.getCheckpointintervalmultiplier();
  return { accepts: accepts(filter), window, checkpointInterval: times * window };
}

function accepts(filter: streams.ReadReq.Options.FilterOptions): EventFilter {
  const onStream = filter.getStreamIdentifier();
  if (onStream !== undefined) {
    const matches = matcher(onStream);
    return (event) => matches(event.stream);
  }
  const onType = filter.getEventType();
  if (onType === undefined) throw handlerFailed();
  const matches = matcher(onType);
  return (event) => matches(event.type);
}

function matcher(expression: streams.ReadReq.Options.FilterOptions.Expression): (text: string) => boolean {
  if (expression.getRegex() !== '') {
    const regex = patternOf(expression.getRegex());
    return (text) => regex.test(text);
  }
  const prefixes = expression.getPrefixList();
  return (text) => prefixes.some((prefix) => text.startsWith(prefix));
}

/** @throws RpcError for what is no pattern, as the server does. */
function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw handlerFailed();
  }
}
