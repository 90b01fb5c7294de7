import type { StreamName } from '../../../kernel/stream-name.js';

/** `<category>-<tenant>.<id>`, whole. */
const RETALLY_STREAM = /^[a-zA-Z]+-[a-z0-9_]{1,40}\../;

/**
 * Names of streams on the server: ours, with a prefix where several programs share one server. The category stays in
 * front of the name, so that the server can pick categories by prefix. Streams with other names are not seen.
 */
export class StreamNames {
  /** @param prefix '' or a word with a dot (`billing.`); a name without prefix has no dot before its dash. */
  constructor(private readonly prefix: string) {}

  onServer(stream: StreamName): string {
    return this.prefix + stream;
  }

  /** The name as Retally says it, and as it is hashed; undefined for streams of others. */
  own(name: string): StreamName | undefined {
    if (!name.startsWith(this.prefix)) return undefined;
    const stream = name.slice(this.prefix.length);
    return RETALLY_STREAM.test(stream) ? stream : undefined;
  }
}
