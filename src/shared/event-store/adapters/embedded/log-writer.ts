import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { parseStreamName } from '../../../kernel/stream-name.js';
import { encodedBytes, type EncodedAppend } from '../../encoded-append.js';
import type { AppendResult, AppendSink } from './append-sink.js';
import { openForWriting } from './log-database.js';
import { LogSignal } from './log-signal.js';
import { StreamWriter } from './stream-writer.js';

/** A group is bounded, so that no caller waits for a transaction of unbounded size. */
const MAX_GROUP_APPENDS = 256;
const MAX_GROUP_BYTES = 16 * 1_048_576;

interface Waiting {
  readonly append: EncodedAppend;
  readonly answer: (result: AppendResult) => void;
}

/**
 * The one writer of a process. Everything that was handed in during one turn of the event loop goes into one
 * transaction, so a flush to the disk (some milliseconds) is shared by all who wait for one (group commit). Nobody is
 * answered before the flush. Then the readers that wait for such events, in all threads, are woken.
 */
export class EmbeddedLogWriter implements AppendSink {
  private readonly writer: StreamWriter;
  private readonly signal: LogSignal;
  private queue: Waiting[] = [];
  private turn: NodeJS.Immediate | undefined;
  private closed = false;

  constructor(
    readonly path: string,
    private readonly database: DatabaseSyncInstance = openForWriting(path),
  ) {
    this.writer = new StreamWriter(this.database);
    this.signal = new LogSignal(path);
  }

  append(append: EncodedAppend): Promise<AppendResult> {
    if (this.closed) return Promise.resolve(unavailable(`The log ${this.path} is closed`));
    return new Promise((answer) => {
      this.queue.push({ append, answer });
      this.turn ??= setImmediate(() => this.flush());
    });
  }

  /** Writes what still waits, then closes the file. */
  close(): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.closed = true;
    while (this.queue.length > 0) this.flush();
    clearImmediate(this.turn);
    this.signal.close();
    this.database.close();
    return Promise.resolve();
  }

  private flush(): void {
    this.turn = undefined;
    const group = this.takeGroup();
    if (this.queue.length > 0) this.turn = setImmediate(() => this.flush());
    if (group.length === 0) return;
    const results = this.commit(group.map(({ append }) => append));
    results.forEach((result, index) => group[index]?.answer(result));
    this.signal.notify([...new Set(group.map(({ append }) => parseStreamName(append.stream).category))]);
  }

  private takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { append } of this.queue) {
      bytes += encodedBytes(append.events);
      if (count > 0 && (count >= MAX_GROUP_APPENDS || bytes > MAX_GROUP_BYTES)) break;
      count += 1;
    }
    return this.queue.splice(0, count);
  }

  /** A group that could not be committed (disk full, file locked for too long) is refused as a whole: nobody is told "written". */
  private commit(appends: readonly EncodedAppend[]): AppendResult[] {
    try {
      return this.writer.write(appends);
    } catch (error) {
      const refused = unavailable(`The log ${this.path} cannot be written: ${(error as Error).message}`);
      return appends.map(() => refused);
    }
  }
}

function unavailable(message: string): AppendResult {
  return { kind: 'unavailable', message };
}
