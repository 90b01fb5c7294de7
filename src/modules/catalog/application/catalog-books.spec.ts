import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { recordedEvent } from '../../../../test/support/project-rows.js';
import { CatalogBooks } from './catalog-books.js';

const serviceType = (position: number, id: string) =>
  recordedEvent(position, 'BuildingBlockDefined.v1', {
    kind: 'SERVICE_TYPE',
    id,
    version: 1,
    effectiveFrom: 0,
    reason: 'r',
    definition: { name: id, description: '' },
  });

/** The log as `CatalogBooks` reads it; what is pushed is there. */
class Log {
  readonly events: RecordedEvent[] = [];
  broken = false;

  get store(): EventStore {
    const { events } = this;
    const readAll = async function* ({ after = 0 }: { after?: number }): AsyncGenerator<RecordedEvent> {
      for (const event of events) if (event.position > after) yield await Promise.resolve(event);
    };
    const head = (): Promise<number> =>
      this.broken ? Promise.reject(new Error('no log')) : Promise.resolve(events.at(-1)?.position ?? 0);
    return { readAll, head } as Partial<EventStore> as EventStore;
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('the books of the catalogs', () => {
  it('know what is in the log when they are asked, each tenant its own', async () => {
    const log = new Log();
    const books = new CatalogBooks(log.store);
    expect((await books.current('main')).blocks.has('SERVICE_TYPE', 'VOICE')).toBe(false);
    log.events.push(serviceType(1, 'VOICE'));
    expect((await books.current('main')).blocks.has('SERVICE_TYPE', 'VOICE')).toBe(true);
    expect((await books.current('other')).blocks.has('SERVICE_TYPE', 'VOICE')).toBe(false);
  });

  it('let one change after the other decide, and the later sees what the earlier appended', async () => {
    const log = new Log();
    const books = new CatalogBooks(log.store);
    const seen: boolean[] = [];
    const change = (id: string, position: number) =>
      books.alone('main', async ({ blocks }) => {
        seen.push(blocks.has('SERVICE_TYPE', 'A') || blocks.has('SERVICE_TYPE', 'B'));
        await pause();
        log.events.push(serviceType(position, id));
      });
    await Promise.all([change('A', 1), change('B', 2)]);
    expect(seen).toEqual([false, true]);
  });

  it('do not let one tenant wait for another', async () => {
    const books = new CatalogBooks(new Log().store);
    let release: () => void = () => undefined;
    const held = books.alone('main', () => new Promise<void>((resolve) => (release = resolve)));
    await expect(books.alone('other', () => Promise.resolve('done'))).resolves.toBe('done');
    release();
    await held;
  });

  it('go on after a change that failed, and after a log that could not be read', async () => {
    const log = new Log();
    const books = new CatalogBooks(log.store);
    await expect(books.alone('main', () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    log.broken = true;
    await expect(books.alone('main', () => Promise.resolve())).rejects.toThrow('no log');
    log.broken = false;
    log.events.push(serviceType(1, 'VOICE'));
    expect(await books.alone('main', ({ blocks }) => Promise.resolve(blocks.has('SERVICE_TYPE', 'VOICE')))).toBe(true);
  });
});
