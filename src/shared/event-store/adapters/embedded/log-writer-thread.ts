import { once } from 'node:events';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';

/** What the main thread tells the writer's thread. */
export type WriterOrder = { readonly kind: 'serve'; readonly port: MessagePort } | { readonly kind: 'close' };
/** What it answers: once when the log is open or cannot be, once when it is closed. */
export type WriterReport =
  { readonly kind: 'open' } | { readonly kind: 'failed'; readonly message: string } | { readonly kind: 'closed' };

export interface LogWriterThread {
  /** A fresh port for one EmbeddedEventStore, in this thread or (transferred) in any other. */
  connect(): MessagePort;
  /** Writes what still waits and closes the file; stores still connected see the log as unavailable. */
  close(): Promise<void>;
  /** Settles when the thread ends without having been asked to: the process cannot write any more and should stop. */
  readonly died: Promise<Error>;
}

/**
 * Starts the one writer of this process in a thread of its own, so that no flush to the disk and no hashing ever holds
 * up a request. Runs from the built files: a test transform does not reach worker threads.
 * @throws Error when the log cannot be opened, with the reason.
 */
export async function startLogWriterThread(path: string): Promise<LogWriterThread> {
  const worker = new Worker(new URL('./log-writer.worker.js', import.meta.url), { workerData: { path } });
  const died = new Promise<Error>((resolve) => {
    worker.once('error', resolve);
    worker.once('exit', (code) => resolve(new Error(`The thread of the log writer ended with code ${code}`)));
  });
  const report = await Promise.race([nextReport(worker), died]);
  if (report instanceof Error) throw report;
  if (report.kind !== 'open')
    throw new Error(report.kind === 'failed' ? report.message : 'The log writer closed at once');
  return {
    connect: () => {
      const { port1, port2 } = new MessageChannel();
      worker.postMessage({ kind: 'serve', port: port2 } satisfies WriterOrder, [port2]);
      return port1;
    },
    close: async () => {
      const closed = Promise.race([nextReport(worker), died]);
      worker.postMessage({ kind: 'close' } satisfies WriterOrder);
      await closed;
      await worker.terminate();
    },
    died,
  };
}

async function nextReport(worker: Worker): Promise<WriterReport> {
  const [report] = (await once(worker, 'message')) as [WriterReport];
  return report;
}
