import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefused } from '../../../shared/kernel/refusal.js';
import { ManualClock } from '../../../shared/kernel/clock.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';
import { EmbeddedEventStore } from '../../../shared/event-store/adapters/embedded/embedded-event-store.js';
import { eventId } from '../../../shared/event-store/event-id.js';
import { EventRegistry } from '../../../shared/event-store/event-registry.js';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import { EmbeddedReadModels } from '../../../shared/read-models/adapters/embedded/embedded-read-models.js';
import { readModelEvents } from '../../../shared/read-models/events.js';
import { ProjectionRunner } from '../../../shared/read-models/projection-runner.js';
import { replaysProjection } from '../../../shared/read-models/replays.projection.js';
import { ingestionEvents } from '../../ingestion/index.js';
import { ratingEvents } from '../../rating/index.js';
import { suspenseEvents, type SuspenseReprocessRequested, type SuspenseSelection } from '../domain/events.js';
import { suspendedRecords, suspenseFiles, suspenseReprocesses } from '../projections/suspense.collections.js';
import { suspenseProjection } from '../projections/suspense.projection.js';
import { AnswerReprocesses } from './answer-reprocesses.js';
import { ReprocessSuspense, type ReprocessAnswer } from './reprocess-suspense.command.js';
import { ReprocessSuspenseHandler } from './reprocess-suspense.handler.js';
import { SuspenseStreams } from './suspense-streams.js';

const NOW = Date.UTC(2026, 1, 1);
const CHUNK = 500;

/** The log, the read models and the suspense parts, really stored; rating is played by `rate`. */
class World {
  readonly clock = new ManualClock(NOW);
  private readonly dir = mkdtempSync(join(tmpdir(), 'retally-suspense-'));
  store!: EmbeddedEventStore;
  readModels!: EmbeddedReadModels;
  private ratedRevision = -1;

  async open(): Promise<this> {
    const registry = new EventRegistry([...ingestionEvents, ...ratingEvents, ...suspenseEvents, ...readModelEvents]);
    this.store = await EmbeddedEventStore.open({ path: join(this.dir, 'log.db'), registry, writer: 'inline' });
    this.readModels = await EmbeddedReadModels.open({ path: join(this.dir, 'read.db'), mode: 'writer' });
    await this.project();
    return this;
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.readModels.close();
    rmSync(this.dir, { recursive: true });
  }

  project(): Promise<void> {
    const { store, clock } = this;
    const projections = () => [suspenseProjection, replaysProjection];
    return new ProjectionRunner({ store, writer: this.readModels.writer, projections, clock }).catchUp();
  }

  /** A file whose every record is suspended, in chunks, under the code. */
  async suspend(fileId: string, records: number, code = 'SERVICE_NOT_FOUND'): Promise<void> {
    for (let from = 0; from < records; from += CHUNK) {
      const lines = Array.from({ length: Math.min(CHUNK, records - from) }, (_, index) => from + index + 1);
      await this.rated(
        { kind: 'MEDIATED' },
        fileId,
        [],
        lines.map((line) => ({ line, code })),
      );
    }
    await this.project();
  }

  async rated(
    cause: unknown,
    fileId: string,
    monetized: number[],
    suspended: { line: number; code: string }[],
  ): Promise<RecordedEvent> {
    const expected = this.ratedRevision < 0 ? 'no-stream' : this.ratedRevision;
    const line = suspended[0]?.line ?? monetized[0] ?? 1;
    const { revision, position } = await this.store.append('rating-main.0', expected, [
      {
        id: eventId(`rated/${this.ratedRevision}`),
        type: 'UsageBatchRated.v1',
        data: {
          head: {
            partition: 0,
            through: 0,
            cause,
            sources: [
              {
                position: 1000 + Math.floor((line - 1) / CHUNK),
                fileId,
                sourcePlatform: 'switch1',
                serviceType: 'VOICE',
                usageRecordType: 'POSTPAID',
                monetizedLines: monetized.length,
                suspendedLines: suspended.length,
                money: {},
                quantities: {},
              },
            ],
            offers: [],
            money: {},
          },
          columns: {
            source: monetized.map(() => 0),
            line: monetized,
            charge: monetized.map(() => 0),
            account: monetized.map(() => 'acct-1'),
            's.source': suspended.map(() => 0),
            's.line': suspended.map((each) => each.line),
            's.ordinal': suspended.map((each) => (each.line - 1) % CHUNK),
            's.code': suspended.map((each) => each.code),
            's.message': suspended.map((each) => `Line ${each.line}: ${each.code}`),
            's.serviceId': suspended.map(() => '49301'),
            's.account': suspended.map(() => null),
            's.usageType': suspended.map(() => 'CALL'),
            's.at': suspended.map(() => NOW),
            's.facts': suspended.map(() => ({})),
          },
        },
        metadata: { tenant: 'main', actor: 'role:rate', correlationId: 'c', recordedAt: new Date(NOW).toISOString() },
      },
    ]);
    this.ratedRevision = revision;
    for await (const event of this.store.readAll({ after: position - 1, limit: 1 })) return event;
    throw new Error('The rated event is not in the log');
  }

  reprocess(commandId: string, selection: SuspenseSelection, store: EventStore = this.store) {
    const command = new ReprocessSuspense({ selection, reason: 'fed' }).within({
      tenant: 'main',
      actor: 'key:ops',
      commandId,
      correlationId: 'c',
      now: NOW,
    });
    return new ReprocessSuspenseHandler(store, this.readModels).execute(command);
  }

  async asked(): Promise<SuspenseReprocessRequested['data'][]> {
    const asked: SuspenseReprocessRequested['data'][] = [];
    for await (const event of this.store.readAll({ filter: { types: ['SuspenseReprocessRequested.v1'] } })) {
      asked.push(event.data as SuspenseReprocessRequested['data']);
    }
    return asked;
  }
}

function done(outcome: Awaited<ReturnType<World['reprocess']>>): ReprocessAnswer {
  if (isRefused(outcome)) throw new Error(outcome.refused.message);
  return outcome.answer;
}

/** A store that stops working before its n-th append, as a process that is killed there. */
function dyingStore(store: EventStore, appends: number): EventStore {
  let left = appends;
  return new Proxy(store, {
    get(target, name) {
      if (name !== 'append') {
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? (member as () => unknown).bind(target) : member;
      }
      return async (...args: Parameters<EventStore['append']>) => {
        if (left === 0) throw new Error('killed');
        left -= 1;
        return target.append(...args);
      };
    },
  });
}

describe('reprocessing suspense', () => {
  let world: World;
  beforeEach(async () => (world = await new World().open()));
  afterEach(() => world.close());

  it('takes a whole file, one code of all files, or single records', async () => {
    await world.suspend('fa', 600);
    await world.suspend('fb', 20, 'PRICING_NOT_CONFIGURED');
    await world.suspend('fc', 10);
    expect(done(await world.reprocess('k1', { recordIds: ['fa:5', 'fa:5', 'fb:2', 'fz:1'] }))).toMatchObject({
      records: 2,
      files: 2,
    });
    await world.project();
    expect(done(await world.reprocess('k2', { fileId: 'fb' }))).toMatchObject({ records: 19, files: 1 });
    await world.project();
    expect(done(await world.reprocess('k3', { errorCode: 'SERVICE_NOT_FOUND' }))).toMatchObject({
      records: 609,
      files: 2,
    });
    await world.project();
    expect(await world.readModels.count(suspendedRecords, { tenant: 'main', where: [] })).toBe(630);
    const open = { field: 'status', op: 'eq', value: 'OPEN' } as const;
    expect(await world.readModels.count(suspendedRecords, { tenant: 'main', where: [open] })).toBe(0);
  });

  it('asks for tens of thousands of records in events of a bounded size, each record once', async () => {
    await world.suspend('fa', 25_000);
    expect(done(await world.reprocess('k1', { fileId: 'fa' }))).toMatchObject({ records: 25_000, files: 1 });
    const asked = await world.asked();
    expect(asked.map(({ head }) => head.records)).toEqual([10_000, 10_000, 5_000]);
    expect(new Set(asked.flatMap(({ columns }) => [...columns.line])).size).toBe(25_000);
    expect(asked[0]!.columns.position.slice(499, 501)).toEqual([1000, 1001]);
  });

  it('refuses what selects nothing, and says when others hold it', async () => {
    await world.suspend('fa', 3);
    expect(await world.reprocess('k1', {})).toMatchObject({ refused: { code: 'suspense/nothing-selected' } });
    expect(await world.reprocess('k2', { fileId: 'fb' })).toMatchObject({
      refused: { code: 'suspense/nothing-selected' },
    });
    await world.reprocess('k3', { fileId: 'fa' });
    await world.project();
    expect(await world.reprocess('k4', { fileId: 'fa' })).toMatchObject({
      refused: { code: 'suspense/nothing-selected', facts: { reprocessing: 3 } },
    });
  });

  it('never gives one record to two reprocesses, even when the read model is behind', async () => {
    await world.suspend('fa', 700);
    const [a, b] = await Promise.all([
      world.reprocess('k1', { fileId: 'fa' }),
      world.reprocess('k2', { fileId: 'fa' }),
    ]);
    const asked = await world.asked();
    expect(asked.flatMap(({ columns }) => [...columns.line])).toHaveLength(700);
    expect([a, b].filter(isRefused)).toHaveLength(1);
  });

  it.each([0, 1, 2, 3, 4])('is finished when run again after being cut off before append %d', async (appends) => {
    await world.suspend('fa', 12_000);
    await world.suspend('fb', 5);
    await world.suspend('fc', 5);
    const selection = { errorCode: 'SERVICE_NOT_FOUND' };
    await expect(world.reprocess('k1', selection, dyingStore(world.store, appends))).rejects.toThrow('killed');
    if (appends % 2 === 0) await world.project();
    const answer = done(await world.reprocess('k1', selection));
    expect(answer).toMatchObject({ records: 12_010, files: 3 });
    expect(done(await world.reprocess('k1', selection))).toEqual(answer);
    const asked = await world.asked();
    expect(asked.reduce((sum, { head }) => sum + head.records, 0)).toBe(12_010);
    expect(
      new Set(asked.flatMap(({ head, columns }) => columns.line.map((line) => `${head.fileId}:${line}`))).size,
    ).toBe(12_010);
  });

  it('brings the answers back once, and closes when all are there', async () => {
    await world.suspend('fa', 10);
    const { reprocessId } = done(await world.reprocess('k1', { fileId: 'fa' }));
    const cause = { kind: 'REPROCESS', reprocessId, position: 1 };
    const first = await world.rated(cause, 'fa', [1, 2, 3, 4], [{ line: 5, code: 'ACCOUNT_NOT_ACTIVE' }]);
    const second = await world.rated(cause, 'fa', [6, 7, 8, 9, 10], []);
    const answers = () => new AnswerReprocesses(new SuspenseStreams(world.store), world.clock);
    await answers().react(first);
    await world.project();
    expect(await world.readModels.get(suspenseReprocesses, { tenant: 'main', reprocessId })).toMatchObject({
      status: 'RUNNING',
    });
    const restarted = answers();
    await restarted.react(first);
    await restarted.react(second);
    await restarted.react(second);
    await world.project();
    expect(await world.readModels.get(suspenseReprocesses, { tenant: 'main', reprocessId })).toMatchObject({
      status: 'COMPLETED',
      records: 10,
      resolved: 9,
      suspended: 1,
      resolvedByCode: { SERVICE_NOT_FOUND: 9 },
      suspendedByCode: { ACCOUNT_NOT_ACTIVE: 1 },
    });
    expect(await world.readModels.get(suspenseFiles, { tenant: 'main', fileId: 'fa' })).toMatchObject({
      open: 1,
      reprocessing: 0,
      resolved: 9,
      codes: 'ACCOUNT_NOT_ACTIVE',
    });
    expect(done(await world.reprocess('k2', { fileId: 'fa' }))).toMatchObject({ records: 1 });
  });
});
