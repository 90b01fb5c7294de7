import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { EmbeddedLogWriter } from './log-writer.js';
import type { WriterOrder, WriterReport } from './log-writer-thread.js';
import type { AppendAnswer, AppendMessage } from './port-sink.js';

/** Entry of the writer's thread: one writer, and a port for every store that appends. */
function run(path: string, main: MessagePort): void {
  const report = (message: WriterReport): void => main.postMessage(message);
  let writer: EmbeddedLogWriter;
  try {
    writer = new EmbeddedLogWriter(path);
  } catch (error) {
    report({ kind: 'failed', message: (error as Error).message });
    return;
  }
  main.on('message', (order: WriterOrder) => {
    if (order.kind === 'serve') serve(writer, order.port);
    else void writer.close().then(() => report({ kind: 'closed' }));
  });
  report({ kind: 'open' });
}

function serve(writer: EmbeddedLogWriter, port: MessagePort): void {
  port.on('message', ({ number, append }: AppendMessage) => {
    void writer.append(append).then((result) => port.postMessage({ number, result } satisfies AppendAnswer));
  });
}

if (parentPort === null) throw new Error('log-writer.worker is started by startLogWriterThread only');
run((workerData as { readonly path: string }).path, parentPort);
