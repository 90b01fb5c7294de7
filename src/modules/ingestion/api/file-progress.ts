import type { MessageEvent } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { ReadModels } from '../../../shared/read-models/read-models.port.js';
import type { UsageFilesQueries } from '../application/usage-files.queries.js';
import { USAGE_FILES_PROJECTION } from '../projections/collections.js';
import { usageFileView } from './usage-files.views.js';

/** At most so often a file's progress is told. */
const INTERVAL_MS = 200;
/** A comment this often keeps proxies from closing a quiet stream. */
const HEARTBEAT_MS = 15_000;

/**
 * The file as often as it changes, until every line is accounted for. Each message's id is the log position it shows, so a
 * client that comes back with Last-Event-ID is not told the same again.
 */
export function fileProgress(
  parts: { readonly readModels: ReadModels; readonly queries: UsageFilesQueries },
  file: { readonly tenant: string; readonly fileId: string },
  lastEventId: number,
): Observable<MessageEvent> {
  return new Observable((subscriber) => {
    const ended = new AbortController();
    void (async () => {
      let told = lastEventId;
      let spoke = performance.now();
      while (!ended.signal.aborted) {
        const seen = await parts.readModels.position(USAGE_FILES_PROJECTION);
        const row = await parts.queries.one(file.tenant, file.fileId);
        if (row !== undefined && row.seenPosition > told) {
          told = row.seenPosition;
          spoke = performance.now();
          subscriber.next({ type: 'progress', id: String(told), data: usageFileView(row) });
        }
        if (row?.status === 'COMPLETED' || row?.status === 'REJECTED') break;
        if (performance.now() - spoke >= HEARTBEAT_MS) {
          spoke = performance.now();
          subscriber.next({ comment: 'still here' });
        }
        await pause(INTERVAL_MS, ended.signal);
        await parts.readModels.waitFor(USAGE_FILES_PROJECTION, seen + 1, 1000);
      }
      subscriber.complete();
    })().catch((error: unknown) => subscriber.error(error));
    return () => ended.abort();
  });
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
