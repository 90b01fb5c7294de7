import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventCatalogue } from '../../src/event-catalogue.js';
import { LoggedCommandGateway } from '../../src/shared/command-log/command-gateway.js';
import type { RecordedCommand } from '../../src/shared/command-log/recorded-command.js';
import { EmbeddedEventStore } from '../../src/shared/event-store/adapters/embedded/embedded-event-store.js';
import type { EventStore, ReadAllOptions } from '../../src/shared/event-store/event-store.port.js';
import { EventRegistry } from '../../src/shared/event-store/event-registry.js';
import type { SnapshotStore } from '../../src/shared/event-store/snapshot-store.port.js';
import { ManualClock } from '../../src/shared/kernel/clock.js';
import { isRefused } from '../../src/shared/kernel/refusal.js';
import { silentLogger } from '../../src/shared/telemetry/logger.js';
import { MemorySnapshots } from '../support/rating-world.js';
import { WatchedStore } from '../support/watched-store.js';
import { AccountFeedTarget } from '../../src/modules/accounts/application/account-feed.target.js';
import { AccountSnapshots } from '../../src/modules/accounts/application/account-snapshots.js';
import { AccountBook } from '../../src/modules/accounts/index.js';
import { CatalogBooks } from '../../src/modules/catalog/application/catalog-books.js';
import { CatalogFeedTarget } from '../../src/modules/catalog/application/catalog-feed.target.js';
import { PutPricing } from '../../src/modules/catalog/application/put-pricing.command.js';
import { PutPricingHandler } from '../../src/modules/catalog/application/put-pricing.handler.js';
import {
  ReceiveFeedMessages,
  ReprocessSyncActivities,
  type FeedAnswer,
} from '../../src/modules/feeds/application/commands.js';
import { Feeds } from '../../src/modules/feeds/application/feeds.js';
import { FinishFeedsTask } from '../../src/modules/feeds/application/finish-feeds.task.js';
import { ReceiveFeedMessagesHandler } from '../../src/modules/feeds/application/receive-feed-messages.handler.js';
import { ReprocessSyncActivitiesHandler } from '../../src/modules/feeds/application/reprocess-sync-activities.handler.js';

const START = '2026-01-01T00:00:00Z';
const CALLER = { tenant: 'main', actor: 'local', roles: ['admin'] };

/** What a process holds in memory; a new one knows nothing but the log. */
class Process {
  readonly feeds: Feeds;
  readonly gateway: LoggedCommandGateway;

  /** @param snapshots of the world it lives in; one is kept whenever the accounts were read. */
  constructor(
    readonly store: EventStore,
    snapshots: SnapshotStore,
  ) {
    const books = new CatalogBooks(store);
    const feeds = new Feeds(store, new CatalogFeedTarget(store, books), accountTarget(store, snapshots));
    const execute = (command: RecordedCommand<unknown>): Promise<unknown> => {
      if (command instanceof ReceiveFeedMessages) return new ReceiveFeedMessagesHandler(feeds).execute(command);
      if (command instanceof ReprocessSyncActivities) return new ReprocessSyncActivitiesHandler(feeds).execute(command);
      if (command instanceof PutPricing) return new PutPricingHandler(store, books).execute(command);
      throw new Error(`${command.name} is not of these tests`);
    };
    this.feeds = feeds;
    this.gateway = new LoggedCommandGateway({ execute } as never, store, ManualClock.at(START));
  }

  async run<Answer>(key: string, command: RecordedCommand<Answer>): Promise<Answer> {
    const { outcome } = await this.gateway.submit(CALLER, command, { key });
    if (isRefused(outcome)) throw new Error(outcome.refused.message);
    return outcome.answer;
  }

  finish(): Promise<void> {
    return new FinishFeedsTask(this.store, this.feeds).run(new AbortController().signal);
  }
}

function accountTarget(store: EventStore, snapshots: SnapshotStore): AccountFeedTarget {
  return new AccountFeedTarget(store, new AccountSnapshots(store, snapshots, silentLogger, 0));
}

const message = (object: string, messageId: string, payload: object, more: object = {}) => ({
  messageId,
  object,
  action: 'CREATE',
  effectiveFrom: START,
  payload,
  ...more,
});
const account = (id: string) =>
  message('ACCOUNT', `account-${id}`, { account: id, name: id, currency: 'EUR', billingDay: 1, timeZone: 'UTC' });
const subscription = (id: string) =>
  message('SUBSCRIPTION', `subscription-${id}`, { account: id, subscription: `S${id}`, plan: 'P', rateSchedule: 'R' });
const serviceId = (id: string, number: string, more: object = {}) =>
  message(
    'SERVICE_ID',
    `${number}-in-${id}`,
    { account: id, subscription: `S${id}`, serviceId: number, service: 'X' },
    more,
  );
const endOf = (id: string, number: string, at: string) =>
  message(
    'SERVICE_ID',
    `${number}-out-of-${id}`,
    { account: id, subscription: `S${id}`, serviceId: number },
    {
      action: 'END',
      effectiveFrom: at,
    },
  );

const CATALOG = [
  message('USAGE_TYPE', 'ut', { usageType: 'CALL', name: 'Call', unit: 'second', serviceType: 'VOICE' }),
  message('PLAN_SERVICE', 'early', { plan: 'P', service: 'X' }),
  message('SERVICE', 's', { service: 'X', name: 'X', serviceType: 'VOICE', usageTypes: ['CALL'] }),
  message('PLAN', 'p', { plan: 'P', name: 'P' }),
  message('RATE_SCHEDULE', 'r', { plan: 'P', rateSchedule: 'R', name: 'R', currency: 'EUR' }),
];
const PRICING = {
  currency: 'EUR',
  select: 'FIRST',
  charges: [
    {
      name: 'calls',
      measure: 'seconds',
      tiers: { by: 'QUANTITY', scope: 'GRADUATED', steps: [{ price: '0.01' }] },
    },
  ],
};
const METADATA = { tenant: 'main', actor: 'local', commandId: 'c', correlationId: 'c', recordedAt: START } as const;
const MOVED = '2026-02-01T00:00:00Z';

/** A life of both feeds with everything in it: too early, repeated, moved between accounts, reprocessed. */
const LIFE: readonly (readonly [key: string, command: () => RecordedCommand<unknown>])[] = [
  ['k1', () => new ReceiveFeedMessages({ kind: 'catalog', messages: CATALOG })],
  ['k2', () => new ReprocessSyncActivities({ selection: { kind: 'catalog' }, reason: 'Now' })],
  [
    'k3',
    () =>
      new PutPricing({ priceOfferId: 'P.R.X.EUR', effectiveFrom: Date.parse(START), pricing: PRICING, reason: 'New' }),
  ],
  [
    'k4',
    () =>
      new ReceiveFeedMessages({
        kind: 'account',
        messages: [
          serviceId('a', '1'),
          ...['a', 'b', 'c'].flatMap((id) => [account(id), subscription(id)]),
          account('a'),
          serviceId('b', '2'),
          endOf('b', '2', MOVED),
          serviceId('c', '2', { effectiveFrom: MOVED }),
          endOf('c', '2', MOVED),
          serviceId('a', '2', { effectiveFrom: MOVED }),
        ],
      }),
  ],
  ['k5', () => new ReprocessSyncActivities({ selection: {}, reason: 'The rest' })],
  ['k6', () => new ReceiveFeedMessages({ kind: 'account', messages: [serviceId('c', '1'), serviceId('c', '3')] })],
];

interface World {
  readonly log: EmbeddedEventStore;
  readonly snapshots: MemorySnapshots;
  readonly dir: string;
}

async function openWorld(): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'retally-feeds-'));
  const registry = new EventRegistry(eventCatalogue);
  const log = await EmbeddedEventStore.open({ path: join(dir, 'log.db'), registry, writer: 'inline' });
  return { dir, log, snapshots: new MemorySnapshots() };
}

async function closeWorld({ log, dir }: World): Promise<void> {
  await log.close();
  rmSync(dir, { recursive: true });
}

/** Every stream of facts, answers and commands, without what may differ: the order between streams. */
async function streamsOf({ log }: World): Promise<Record<string, unknown[]>> {
  const streams: Record<string, unknown[]> = {};
  for await (const { stream, type, data, metadata } of log.readAll()) {
    const text = JSON.stringify(data, (key, value: unknown) =>
      key === 'factsPosition' || key === 'position' ? 0 : value,
    );
    (streams[stream] ??= []).push({ type, data: JSON.parse(text) as unknown, cause: metadata.causationId });
  }
  return streams;
}

describe('the feeds', () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => closeWorld(world));

  const statuses = ({ messages }: FeedAnswer) => messages.map(({ status, code }) => code ?? status);

  it('apply a life as expected', async () => {
    const process = new Process(new WatchedStore(world.log), world.snapshots);
    const answers: unknown[] = [];
    for (const [key, command] of LIFE) answers.push(await process.run(key, command()));
    expect(statuses(answers[0] as FeedAnswer)).toEqual([
      'COMPLETE',
      'PLAN_NOT_FOUND',
      'COMPLETE',
      'COMPLETE',
      'COMPLETE',
    ]);
    expect(answers[1]).toEqual({ activities: 1, complete: 1, ignored: 0, error: 0 });
    expect(statuses(answers[3] as FeedAnswer)).toEqual([
      'ACCOUNT_NOT_FOUND',
      ...Array<string>(6).fill('COMPLETE'),
      'IGNORED',
      ...Array<string>(5).fill('COMPLETE'),
    ]);
    expect(answers[4]).toEqual({ activities: 1, complete: 1, ignored: 0, error: 0 });
    expect(statuses(answers[5] as FeedAnswer)).toEqual(['SERVICE_ID_IN_USE', 'COMPLETE']);
  });

  it('come out the same from a crash before or after any append, whoever finishes', async () => {
    const whole = new WatchedStore(world.log);
    let appends = 0;
    whole.beforeAppend = (count) => (appends = count);
    const process = new Process(whole, world.snapshots);
    for (const [key, command] of LIFE) await process.run(key, command());
    const expected = await streamsOf(world);
    expect(appends).toBeGreaterThan(30);

    for (let dying = 1; dying <= appends; dying += 1) {
      for (const when of ['before', 'after'] as const) {
        const other = await openWorld();
        const done = await liveUntil(other, dying, when);
        const next = () => new Process(new WatchedStore(other.log), other.snapshots);
        if ((dying + done) % 2 === 0) await next().finish();
        // A new one for every step: each begins with what the one before it kept.
        for (let at = done; at < LIFE.length; at += 1) await next().run(...step(at));
        expect({ dying, when, streams: await streamsOf(other) }).toEqual({ dying, when, streams: expected });
        await closeWorld(other);
      }
    }
  }, 120_000);

  it('keep the facts of one service id in order when appends overtake each other', async () => {
    const store = new WatchedStore(world.log);
    const slow: EventStore = {
      append: async (stream, expected, events) => {
        // The account that gives up is the slowest.
        for (let turns = stream.endsWith('.b') ? 20 : 0; turns > 0; turns -= 1) await new Promise(setImmediate);
        return store.append(stream, expected, events);
      },
      readStream: (stream, options) => store.readStream(stream, options),
      readAll: (options) => store.readAll(options),
      subscribe: (options) => store.subscribe(options),
      head: () => store.head(),
      close: () => store.close(),
    };
    const process = new Process(slow, world.snapshots);
    const messages = [
      ...['b', 'c'].flatMap((id) => [account(id), subscription(id)]),
      serviceId('b', '2'),
      endOf('b', '2', START),
      serviceId('c', '2'),
    ];
    const answer = await process.run('o1', new ReceiveFeedMessages({ kind: 'account', messages }));
    expect(statuses(answer)).toEqual(Array(7).fill('COMPLETE'));
    const order: string[] = [];
    const book = new AccountBook();
    for await (const event of world.log.readAll({ filter: { categories: ['account'] } })) {
      order.push(`${event.stream} ${event.type}`);
      book.apply(event as never);
    }
    expect(order.indexOf('account-main.c ServiceIdAssigned.v1')).toBeGreaterThan(
      order.indexOf('account-main.b ServiceIdEnded.v1'),
    );
    expect(book.resolve('2', Date.parse(START))).toMatchObject({ found: true, account: 'c' });
  });

  it('hold when several processes feed at once: every message once, decided in the order of the stream', async () => {
    const processes = [1, 2, 3].map(() => new Process(new WatchedStore(world.log), world.snapshots));
    const jobs = processes.map(async (process, index) => {
      for (let batch = 0; batch < 6; batch += 1) {
        const ids = [`${batch}x`, `${batch}y`, `${index}-${batch}`];
        // All three send the same accounts under ids of their own: one of them wins, whole.
        const messages = ids.flatMap((id) =>
          [account(id), subscription(id), serviceId(id, `n${id}`)].map((each) => ({
            ...each,
            messageId: `${index}/${each.messageId}`,
          })),
        );
        await process.run(`p${index}-${batch}`, new ReceiveFeedMessages({ kind: 'account', messages }));
      }
    });
    await Promise.all(jobs);
    const streams = await streamsOf(world);
    const accounts = Object.entries(streams).filter(([stream]) => stream.startsWith('account-'));
    expect(accounts).toHaveLength(6 * 2 + 18);
    for (const [, facts] of accounts) {
      expect(facts.map((fact) => (fact as { type: string }).type)).toEqual([
        'AccountDefined.v1',
        'SubscriptionDefined.v1',
        'ServiceIdAssigned.v1',
      ]);
    }
    const answers = (streams['feed-main.account'] ?? []) as {
      type: string;
      data: { head: { complete: number; error: number } };
    }[];
    const applied = answers.filter(({ type }) => type === 'FeedMessagesApplied.v1');
    expect(applied).toHaveLength(18);
    expect(applied.reduce((sum, { data }) => sum + data.head.complete, 0)).toBe(30 * 3);
    expect(applied.reduce((sum, { data }) => sum + data.head.complete + data.head.error, 0)).toBe(18 * 9);
  }, 60_000);

  it('leave a batch alone that another process answered while it was looked at', async () => {
    const dying = new WatchedStore(world.log);
    const first = new Process(dying, world.snapshots);
    await first.run('f1', new ReceiveFeedMessages({ kind: 'account', messages: [account('a'), subscription('a')] }));
    const end = new ReceiveFeedMessages({ kind: 'account', messages: [endOf('a', '1', MOVED)] });
    dying.afterAppend = (_, stream) => {
      if (stream.startsWith('feed-')) throw new Error('Killed');
    };
    await expect(first.run('f2', end)).rejects.toThrow('Killed');

    const quick = new Process(new WatchedStore(world.log), world.snapshots);
    let overtaken: Promise<unknown> | undefined;
    const slow: EventStore = Object.assign(new WatchedStore(world.log), {
      readAll: async function* (options?: ReadAllOptions) {
        // The quick one answers "there is no such service id", then learns of it.
        const next = new ReceiveFeedMessages({ kind: 'account', messages: [serviceId('a', '1')] });
        await (overtaken ??= quick.run('f3', next));
        yield* world.log.readAll(options);
      },
    });
    await new Feeds(slow, new CatalogFeedTarget(slow, new CatalogBooks(slow)), accountTarget(slow, world.snapshots))
      .of('main', 'account')
      .finish();
    expect(overtaken).toBeDefined();
    const facts = (await streamsOf(world))['account-main.a'] as { type: string }[];
    expect(facts.map(({ type }) => type)).toEqual([
      'AccountDefined.v1',
      'SubscriptionDefined.v1',
      'ServiceIdAssigned.v1',
    ]);
  });

  it('begin where the accounts were kept, and read all of them when what was kept is damaged or of another log', async () => {
    const kept = () => world.snapshots.saved.get('accounts.directories');
    const first = new Process(new WatchedStore(world.log), world.snapshots);
    const messages = [account('a'), subscription('a'), serviceId('a', '1')];
    await first.run('s1', new ReceiveFeedMessages({ kind: 'account', messages }));
    expect(kept()).toBeUndefined();
    await first.run('s2', new ReceiveFeedMessages({ kind: 'account', messages: [account('b')] }));
    const snapshot = kept();
    if (snapshot === undefined) throw new Error('The facts of the first batch are worth a snapshot');

    const takeOver = (messageId: string) => [subscription('b'), serviceId('b', '1', { messageId })];
    /** Where a new process began to read accounts. */
    const beginning = async (key: string): Promise<number | undefined> => {
      let from: number | undefined;
      const store = new WatchedStore(world.log);
      const readAll = store.readAll.bind(store);
      store.readAll = (options: ReadAllOptions = {}) => {
        if (options.filter?.types?.includes('ServiceIdAssigned.v1')) from ??= options.after;
        return readAll(options);
      };
      const process = new Process(store, world.snapshots);
      const command = new ReceiveFeedMessages({ kind: 'account', messages: takeOver(key) });
      const { messages } = await process.run<FeedAnswer>(key, command);
      expect(messages[1]?.code).toBe('SERVICE_ID_IN_USE');
      return from;
    };
    expect(await beginning('s3')).toBe(snapshot.position);

    const { bytes, position } = snapshot;
    const streamAt = bytes.indexOf(':'.charCodeAt(0)) + 2;
    const ofAnother = bytes.map((byte, index) => (index === streamAt ? byte + 1 : byte));
    for (const wrong of [bytes.slice(0, -3), new Uint8Array(), ofAnother]) {
      world.snapshots.saved.set('accounts.directories', { position, bytes: wrong });
      expect(await beginning(`s4-${wrong.length}-${wrong === ofAnother}`)).toBe(0);
    }
  });

  it('keep nothing of a batch that is under way while another tenant reads the accounts', async () => {
    const first = new Process(new WatchedStore(world.log), world.snapshots);
    await first.run('t1', new ReceiveFeedMessages({ kind: 'account', messages: [account('a')] }));
    const open = (target: AccountFeedTarget, tenant: string) =>
      target.open({ tenant, stream: `feed-${tenant}.account`, position: 99, metadata: METADATA });
    const made = { ...account('b'), action: 'CREATE' as const, effectiveFrom: Date.parse(START) };
    const target = accountTarget(world.log, world.snapshots);
    expect((await open(target, 'main')).apply(made, 0)).toEqual({ applied: true });
    await first.run('t2', new ReceiveFeedMessages({ kind: 'account', messages: [account('z')] }));
    world.snapshots.saved.clear();
    await open(target, 'other');
    expect(world.snapshots.saved.size).toBe(0);
    expect((await open(accountTarget(world.log, world.snapshots), 'main')).apply(made, 0)).toEqual({ applied: true });
  });

  it('go on after the log could not be written', async () => {
    const store = new WatchedStore(world.log);
    const process = new Process(store, world.snapshots);
    await process.run('x1', new ReceiveFeedMessages({ kind: 'account', messages: [account('a')] }));
    store.beforeAppend = (_, stream) => {
      if (stream.startsWith('account-')) throw new Error('No space left');
    };
    const again = () => process.run('x2', new ReceiveFeedMessages({ kind: 'account', messages: [subscription('a')] }));
    await expect(again()).rejects.toThrow('No space left');
    store.beforeAppend = () => undefined;
    // Another feeder comes first: the batch that waits is applied before.
    const late = await process.run('x3', new ReceiveFeedMessages({ kind: 'account', messages: [serviceId('a', '1')] }));
    expect(statuses(late)).toEqual(['COMPLETE']);
    expect(statuses(await again())).toEqual(['COMPLETE']);
  });

  it('answer a thousand long refusals within one append, each whole in its activity', async () => {
    const process = new Process(new WatchedStore(world.log), world.snapshots);
    const long = { account: 'é€'.repeat(50), subscription: '€é'.repeat(50), serviceId: '€'.repeat(200) };
    await process.run(
      'l1',
      new ReceiveFeedMessages({
        kind: 'account',
        messages: [
          account('b'),
          subscription('b'),
          message('ACCOUNT', 'a', {
            account: long.account,
            name: 'a',
            currency: 'EUR',
            billingDay: 1,
            timeZone: 'UTC',
          }),
          message('SUBSCRIPTION', 's', { ...long, serviceId: undefined, plan: 'P', rateSchedule: 'R' }),
          message('SERVICE_ID', 'i', { ...long, service: 'X' }),
        ],
      }),
    );
    const messages = Array.from({ length: 1000 }, (_, index) =>
      serviceId('b', long.serviceId, { messageId: `taken-${index}` }),
    );
    const answer = await process.run('l2', new ReceiveFeedMessages({ kind: 'account', messages }));
    expect(new Set(statuses(answer))).toEqual(new Set(['SERVICE_ID_IN_USE']));
    expect(answer.messages[999]?.reason).toMatch(/^SERVICE_ID €{109}…$/);
    const applied = (await streamsOf(world))['feed-main.account']?.at(-1) as {
      data: { columns: { reason: string[] } };
    };
    expect(applied.data.columns.reason[999]).toContain(`of account ${long.account}, from 2026-01-01T00:00:00.000Z on`);
    // As it was answered, so it is answered again.
    expect(await process.run('l2', new ReceiveFeedMessages({ kind: 'account', messages }))).toEqual(answer);
  });

  it('finish nothing when there is nothing to finish', async () => {
    await new Process(new WatchedStore(world.log), world.snapshots).finish();
    expect(await world.log.head()).toBe(0);
  });
});

/** Lives until an append that never was, or whose answer never came; then nothing more reaches the log. */
async function liveUntil({ log, snapshots }: World, dying: number, when: 'before' | 'after'): Promise<number> {
  const store = new WatchedStore(log);
  let dead = false;
  const die = () => {
    throw new Error('Killed');
  };
  store.beforeAppend = (count) => {
    if (dead || (when === 'before' && count >= dying)) die();
  };
  store.afterAppend = (count) => {
    if (count < dying) return;
    dead = true;
    die();
  };
  const process = new Process(store, snapshots);
  let at = 0;
  try {
    for (; at < LIFE.length; at += 1) await process.run(...step(at));
  } catch (error) {
    expect((error as Error).message).toBe('Killed');
  }
  return at;
}

function step(index: number): [string, RecordedCommand<unknown>] {
  const found = LIFE[index];
  if (found === undefined) throw new Error(`Life has no step ${index}`);
  return [found[0], found[1]()];
}
