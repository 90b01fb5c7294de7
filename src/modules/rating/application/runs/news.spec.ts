import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../../shared/kernel/event.js';
import { RunNews } from './news.js';

const CLOSED_TO = 1_000;
const RUN = { tenant: 'main', closedAt: 1, closedTo: CLOSED_TO, position: 5 };

function said(position: number, stream: string, type: string, data: object): RecordedEvent {
  return { position, stream, type, data } as unknown as RecordedEvent;
}

/** A log of these events that counts how often it is read, and fails so many times first. */
class CountedLog {
  reads = 0;

  constructor(
    private readonly events: readonly RecordedEvent[],
    private failures = 0,
  ) {}

  async *readAll({ after = 0 }: { readonly after?: number }): AsyncIterable<RecordedEvent> {
    this.reads += 1;
    await Promise.resolve();
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('The log is gone');
    }
    yield* this.events.filter(({ position }) => position > after);
  }

  news(): RunNews {
    return new RunNews(this as unknown as EventStore);
  }
}

const terms = (position: number, account: string, tenant = 'main') => {
  return said(position, `account-${tenant}.${account}`, 'AccountDefined.v1', { account });
};
const price = (position: number, effectiveFrom: number) => {
  return said(position, 'catalog-main.all', 'PricingPut.v1', { effectiveFrom });
};

describe('the news of a run', () => {
  it('are the accounts something was said of between the last close and the run', async () => {
    const log = new CountedLog([terms(1, 'OLD'), terms(2, 'A'), terms(3, 'OTHER', 'else'), terms(6, 'LATER')]);
    const news = await log.news().at(RUN);
    expect(['OLD', 'A', 'OTHER', 'LATER'].filter(news)).toEqual(['A']);
  });

  it('are for all where a price holds for closed cycles, or none were ever closed', async () => {
    const later = new CountedLog([price(2, CLOSED_TO)]).news();
    const past = new CountedLog([price(2, CLOSED_TO - 1)]).news();
    expect((await later.at(RUN))('A')).toBe(false);
    expect((await past.at(RUN))('A')).toBe(true);
    expect((await later.at({ ...RUN, closedAt: 0, closedTo: 0 }))('A')).toBe(true);
  });

  it('are read once for all partitions of a run, and again for another run or tenant', async () => {
    const log = new CountedLog([terms(2, 'A'), terms(7, 'B')]);
    const news = log.news();
    const [first, second] = await Promise.all([news.at(RUN), news.at(RUN)]);
    expect(await news.at({ ...RUN })).toBe(first);
    expect([second === first, log.reads]).toEqual([true, 1]);
    const next = await news.at({ ...RUN, position: 9 });
    expect([next('B'), log.reads]).toEqual([true, 2]);
    const elsewhere = await news.at({ ...RUN, tenant: 'else', position: 9 });
    expect([elsewhere('B'), log.reads]).toEqual([false, 3]);
  });

  it('are read again after the log could not be read', async () => {
    const log = new CountedLog([terms(2, 'A')], 1);
    const news = log.news();
    const both = await Promise.allSettled([news.at(RUN), news.at(RUN)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await news.at(RUN))('A')).toBe(true);
    expect(log.reads).toBe(2);
  });
});
