import type { MessagePort } from 'node:worker_threads';
import type { EncodedAppend } from '../../encoded-append.js';
import type { AppendResult, AppendSink } from './append-sink.js';

/** What crosses the port; `number` pairs a question with its answer. */
export interface AppendMessage {
  readonly number: number;
  readonly append: EncodedAppend;
}
export interface AppendAnswer {
  readonly number: number;
  readonly result: AppendResult;
}

/** Payloads from here on are handed over (and gone here); smaller ones are cheaper to copy. */
const TRANSFER_BYTES = 4096;

/** The store's end of a port to the writer's thread. */
export class PortSink implements AppendSink {
  private readonly waiting = new Map<number, (result: AppendResult) => void>();
  private lastNumber = 0;
  private broken: string | undefined;
  private idle: (() => void) | undefined;

  constructor(private readonly port: MessagePort) {
    port.on('message', ({ number, result }: AppendAnswer) => this.answer(number, result));
    port.on('close', () => this.breakOff('The thread of the log writer has ended'));
  }

  append(append: EncodedAppend): Promise<AppendResult> {
    if (this.broken !== undefined) return Promise.resolve({ kind: 'unavailable', message: this.broken });
    return new Promise((answer) => {
      this.lastNumber += 1;
      this.waiting.set(this.lastNumber, answer);
      const large = append.events.map((event) => event.data).filter((data) => data.byteLength >= TRANSFER_BYTES);
      const message: AppendMessage = { number: this.lastNumber, append };
      this.port.postMessage(
        message,
        large.map((data) => data.buffer as ArrayBuffer),
      );
    });
  }

  async close(): Promise<void> {
    if (this.waiting.size > 0) await new Promise<void>((idle) => (this.idle = idle));
    this.broken ??= 'The log is closed';
    this.port.close();
  }

  private answer(number: number, result: AppendResult): void {
    this.waiting.get(number)?.(result);
    this.waiting.delete(number);
    if (this.waiting.size === 0) this.idle?.();
  }

  /** The outcome of what is under way is unknown; the caller asks again with the same ids and revision. */
  private breakOff(message: string): void {
    this.broken ??= message;
    for (const answer of this.waiting.values()) answer({ kind: 'unavailable', message });
    this.waiting.clear();
    this.idle?.();
  }
}
