import { once } from 'node:events';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { streams } from './protocol.js';

export type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp>;

/** Writes the answers of one read or subscription as fast as the client takes them. */
export class ResponseStream {
  private readonly gone = new AbortController();

  constructor(private readonly call: ReadCall) {
    const leave = (): void => this.gone.abort();
    call.on('cancelled', leave);
    call.on('close', leave);
    call.on('error', leave);
    if (call.cancelled) leave();
  }

  /** Aborts when the client has left or the connection is gone. */
  get signal(): AbortSignal {
    return this.gone.signal;
  }

  /** Resolves when there is room for the next one; false = nobody listens any more. */
  async send(response: streams.ReadResp): Promise<boolean> {
    if (this.gone.signal.aborted) return false;
    if (!this.call.write(response)) {
      await once(this.call, 'drain', { signal: this.gone.signal }).catch(() => undefined);
    }
    return !this.gone.signal.aborted;
  }

  end(): void {
    if (!this.gone.signal.aborted) this.call.end();
  }
}
