import { cpSync, readdirSync, rmSync } from 'node:fs';
import { call, CALL_HEADER, CALLS, IngestionRig } from '../../../../../test/support/ingestion-rig.js';
import { ManualClaims } from '../../../../../test/support/manual-claims.js';
import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import { canonicalJson } from '../../../../shared/kernel/canonical-json.js';
import type { UsageFileMediated } from '../../domain/events.js';
import { usageStream } from '../../domain/streams.js';
import { INGEST_SLOTS, slotOf } from './ingest-slots.js';

const TYPES = ['VOICE', 'SMS', 'DATA'] as const;
const slotOfType = (serviceType: string) =>
  slotOf(usageStream('main', { sourcePlatform: 'switch', serviceType, usageRecordType: 'POSTPAID' }));

describe('usage streams that change hands', () => {
  let rig: IngestionRig;
  beforeEach(async () => {
    rig = await new IngestionRig().open();
    rig.chunkRecords = 20;
    for (const serviceType of TYPES) await rig.configure({ ...CALLS, serviceType }, serviceType);
  });
  afterEach(() => rig.destroy());

  /** Records that come again later, changed or not, so that who mediates must know what stood before. */
  const lines = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => {
      const id = from + index;
      if (id % 11 === 7) return call(id - 1, `49${id - 1}`, String(id - 1));
      if (id % 13 === 5) return call(id - 2, `49${id}`, '1');
      return call(id, `49${id}`, String(id));
    });
  const content = (of: readonly string[]) => [CALL_HEADER, ...of, ''].join('\n');

  /** Three files of each type, overlapping. */
  async function receiveAll(on: IngestionRig): Promise<void> {
    for (let number = 0; number < 3; number += 1) {
      for (const [place, serviceType] of TYPES.entries()) {
        const of = lines(number * 100 + place, 160);
        await on.receive(content(of), `${serviceType}-${number}.csv`, { ...CALLS, serviceType });
      }
    }
  }

  /** What the ingest role appended, without the positions that depend on how streams took turns. */
  async function outcome(on: IngestionRig): Promise<unknown> {
    const events = (await on.events()).filter((event) => event.metadata.actor === 'role:ingest');
    return events
      .map(({ id, stream, revision, type, data }) => {
        const chunk = data as { head?: unknown; columns?: unknown };
        const facts =
          'columns' in chunk
            ? { head: chunk.head, columns: chunk.columns }
            : { ...(data as object), lastChunkPosition: 'wherever' };
        return { id, stream, revision, type, data: canonicalJson(facts) };
      })
      .sort((a, b) => (a.stream === b.stream ? a.revision - b.revision : a.stream < b.stream ? -1 : 1));
  }

  async function alone(): Promise<unknown> {
    const other = await new IngestionRig().open();
    other.chunkRecords = rig.chunkRecords;
    for (const serviceType of TYPES) await other.configure({ ...CALLS, serviceType }, serviceType);
    await receiveAll(other);
    await other.ingestAll();
    const events = await outcome(other);
    await other.destroy();
    return events;
  }

  /** Another instance: its own log connection and memory, the same folders. */
  async function instance(wrap?: (store: EventStore) => EventStore): Promise<IngestionRig> {
    const other = new IngestionRig(rig.folder, rig.snapshots);
    other.chunkRecords = rig.chunkRecords;
    if (wrap !== undefined) other.wrap = wrap;
    return other.open();
  }

  it('have the same chunks, ids included, as with one holder', async () => {
    const expected = await alone();
    await receiveAll(rig);
    const [a, b] = [new ManualClaims(), new ManualClaims()];
    let appends = 0;
    let moves = 0;
    let moving: Promise<void> = Promise.resolve();
    const voice = slotOfType('VOICE');
    const others = INGEST_SLOTS.filter((slot) => slot !== voice);
    const move = async (): Promise<void> => {
      moves += 1;
      if (moves % 2 === 1) {
        await a.keepOnly(others);
        b.hold([voice], moves + 1);
      } else {
        await b.keepOnly([]);
        a.hold(INGEST_SLOTS, moves + 1);
      }
    };
    const wrap = counting(() => {
      appends += 1;
      if (appends % 4 === 0) moving = moving.then(move);
    });
    const [first, second] = [await instance(wrap), await instance(wrap)];
    void first.startTask(a);
    void second.startTask(b);
    a.hold(INGEST_SLOTS);
    await rig.allDone();
    await moving;
    await first.close();
    await second.close();
    expect(moves).toBeGreaterThan(4);
    expect(await outcome(rig)).toEqual(expected);
  });

  it('are not doubled by a holder that was paused, has lost them and goes on appending', async () => {
    const expected = await alone();
    await receiveAll(rig);
    let wake: () => void = () => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    let appends = 0;
    const paused = await instance(
      counting(async () => {
        appends += 1;
        if (appends > 5) await woken;
      }),
    );
    const [a, b] = [new ManualClaims(), new ManualClaims()];
    void paused.startTask(a);
    a.hold(INGEST_SLOTS);
    await until(() => Promise.resolve(appends > 5));
    const next = await instance();
    void next.startTask(b);
    b.hold(INGEST_SLOTS, 2);
    await rig.allDone();
    wake();
    // It still believes that everything is its own, and has files left that it does not know to be done.
    const late = await rig.receive(content(lines(0, 400)), 'late.csv', { ...CALLS, serviceType: 'VOICE' });
    await rig.allDone();
    await paused.close();
    await next.close();
    expect((await rig.fate(late.fileId))!.data).toMatchObject({ counts: { total: 400, mediated: expect.any(Number) } });
    const { counts } = (await rig.fate(late.fileId))!.data as UsageFileMediated['data'];
    expect(counts.total).toBe(counts.mediated + counts.duplicate + counts.error + counts.ignored);
    expect(counts.duplicate).toBeGreaterThan(250);
    const events = (await outcome(rig)) as { readonly data: string; readonly stream: string; readonly id: string }[];
    const ids = new Set((expected as { readonly id: string }[]).map(({ id }) => id));
    expect(events.filter(({ id }) => ids.has(id))).toEqual(expected);
    await knowsAll();
  });

  it('are taken up from what the holder before kept; from the stream when that is lost or of another log', async () => {
    await receiveAll(rig);
    await rig.ingestAll();
    const kept = () =>
      readdirSync(rig.indexFolder, { recursive: true }).filter((name) => String(name).endsWith('manifest'));
    expect(kept()).toHaveLength(TYPES.length);
    const foreign = await new IngestionRig().open();
    foreign.chunkRecords = rig.chunkRecords;
    for (const serviceType of TYPES) await foreign.configure({ ...CALLS, serviceType }, serviceType);
    await foreign.receive(content(lines(5000, 700)), 'foreign.csv', { ...CALLS, serviceType: 'VOICE' });
    await foreign.ingestAll();
    for (const harm of [
      () => undefined,
      () => rmSync(rig.indexFolder, { recursive: true }),
      () => {
        rmSync(rig.indexFolder, { recursive: true });
        cpSync(foreign.indexFolder, rig.indexFolder, { recursive: true });
      },
    ]) {
      harm();
      await knowsAll();
    }
    await foreign.destroy();
  });

  /** Whether a next holder knows every record of the stream: the same ones again in another file. */
  async function knowsAll(): Promise<void> {
    repeats += 1;
    const text = content([...lines(0, 150), call(`again-${repeats}`)]);
    const { fileId } = await rig.receive(text, `again-${repeats}.csv`, { ...CALLS, serviceType: 'VOICE' });
    await rig.ingestAll();
    const { counts } = (await rig.fate(fileId))!.data as UsageFileMediated['data'];
    expect([counts.mediated, counts.total]).toEqual([1, 151]);
  }
  let repeats = 0;
});

/** Calls back before every append of the ingest role. */
function counting(beforeAppend: () => Promise<void> | void): (store: EventStore) => EventStore {
  return (store) =>
    new Proxy(store, {
      get(target, property) {
        const member = Reflect.get(target, property) as unknown;
        if (property !== 'append') return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        return async (...args: Parameters<EventStore['append']>) => {
          await beforeAppend();
          return target.append(...args);
        };
      },
    });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
