import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedEventStore } from '../event-store/adapters/embedded/embedded-event-store.js';
import { EventRegistry } from '../event-store/event-registry.js';
import { LogUnavailable, type EventStore } from '../event-store/event-store.port.js';
import { runCommand } from '../event-store/run-command.js';
import { ManualClock } from '../kernel/clock.js';
import type { DomainEvent, RecordedEvent } from '../kernel/event.js';
import { isRefused, refuse } from '../kernel/refusal.js';
import { LoggedCommandGateway } from './command-gateway.js';
import { commandLogEvents } from './events.js';
import { metadataOf, RecordedCommand, type Outcome, type Principal } from './recorded-command.js';

const registry = new EventRegistry([...commandLogEvents, { type: 'LampSwitched.v1', encoding: 'json' }]);
const ANNA: Principal = { tenant: 'main', actor: 'key:anna', roles: ['operator'] };
const BERT: Principal = { tenant: 'main', actor: 'key:bert', roles: ['admin'] };

interface SwitchAnswer {
  readonly lamp: string;
  readonly at: number;
}
class SwitchLamp extends RecordedCommand<SwitchAnswer> {
  readonly name: string = 'SwitchLamp';
  constructor(readonly payload: { readonly lamp: string; readonly reason?: string }) {
    super();
  }
}
class BreakLamp extends SwitchLamp {
  override readonly name = 'BreakLamp';
}

describe('the command gateway', () => {
  let folder: string;
  let store: EventStore;
  let clock: ManualClock;
  let gateway: LoggedCommandGateway;
  let runs: SwitchLamp[];
  let handle: (command: SwitchLamp) => Promise<Outcome<SwitchAnswer>>;

  /** Appends one event whose id comes from the command id, as every real handler does. */
  async function switchLamp(command: SwitchLamp): Promise<Outcome<SwitchAnswer>> {
    const { context, payload } = command;
    const decided = await runCommand<number, null, DomainEvent>(store, {
      stream: `lamp-main.${payload.lamp}`,
      decider: {
        initialState: 0,
        evolve: (n) => n + 1,
        decide: (_, n) => (n > 0 ? refuse('lamp/on', 'The lamp is on.') : [{ type: 'LampSwitched.v1', data: {} }]),
      },
      command: null,
      metadata: metadataOf(context),
      cause: context.commandId,
    });
    if (isRefused(decided)) return decided;
    return { answer: { lamp: payload.lamp, at: context.now }, position: decided.position };
  }

  function makeGateway(): LoggedCommandGateway {
    const execute = (command: unknown): Promise<unknown> => {
      runs.push(command as SwitchLamp);
      return handle(command as SwitchLamp);
    };
    return new LoggedCommandGateway({ execute } as never, store, clock);
  }

  async function events(stream: string): Promise<RecordedEvent[]> {
    const found: RecordedEvent[] = [];
    for await (const event of store.readStream(stream)) found.push(event);
    return found;
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retally-commands-'));
    store = await EmbeddedEventStore.open({ path: join(folder, 'log.db'), registry, writer: 'inline' });
    clock = ManualClock.at('2026-03-01T10:00:00.000Z');
    runs = [];
    handle = switchLamp;
    gateway = makeGateway();
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  it('records who asked for what before it runs, and the answer after', async () => {
    handle = async (command) => {
      expect((await events('command-main.k1')).map(({ type }) => type)).toEqual(['CommandAccepted.v1']);
      clock.advance(50);
      return switchLamp(command);
    };
    const submitted = await gateway.submit(ANNA, new SwitchLamp({ lamp: 'a', reason: 'dark' }), {
      key: 'k1',
      correlationId: 'c1',
    });
    const at = Date.parse('2026-03-01T10:00:00.000Z');
    expect(submitted).toEqual({
      commandId: 'k1',
      outcome: { answer: { lamp: 'a', at }, position: 2 },
      repeated: false,
    });
    const [accepted, completed] = await events('command-main.k1');
    expect(accepted).toMatchObject({
      type: 'CommandAccepted.v1',
      data: {
        commandId: 'k1',
        name: 'SwitchLamp',
        payload: { lamp: 'a', reason: 'dark' },
        roles: ['operator'],
        acceptedAt: at,
      },
      metadata: { actor: 'key:anna', commandId: 'k1', correlationId: 'c1', recordedAt: '2026-03-01T10:00:00.000Z' },
    });
    expect(accepted?.metadata.causationId).toBeUndefined();
    expect(completed).toMatchObject({
      type: 'CommandCompleted.v1',
      data: { commandId: 'k1', answer: { lamp: 'a', at }, position: 2 },
      metadata: { causationId: 'k1', recordedAt: '2026-03-01T10:00:00.050Z' },
    });
    expect((await events('lamp-main.a'))[0]?.metadata).toMatchObject({ commandId: 'k1', correlationId: 'c1' });
  });

  it('makes an id for a caller without a key', async () => {
    const one = await gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }));
    const two = await gateway.submit(ANNA, new SwitchLamp({ lamp: 'b' }));
    expect(one.commandId).not.toBe(two.commandId);
    expect(await events(`command-main.${one.commandId}`)).toHaveLength(2);
  });

  it('gives the first answer again for the same key and payload, also years and restarts later', async () => {
    const first = await gateway.submit(ANNA, new SwitchLamp({ lamp: 'a', reason: 'dark' }), { key: 'k1' });
    clock.moveTo('2029-01-01T00:00:00Z');
    gateway = makeGateway();
    const reordered = new SwitchLamp({ reason: 'dark', lamp: 'a' });
    expect(await gateway.submit(BERT, reordered, { key: 'k1' })).toEqual({ ...first, repeated: true });
    expect(runs).toHaveLength(1);
  });

  it('remembers a refusal in the same way', async () => {
    await gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key: 'k1' });
    const refused = await gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key: 'k2' });
    expect(refused.outcome).toEqual({ refused: { code: 'lamp/on', message: 'The lamp is on.' } });
    expect((await events('command-main.k2')).map(({ type }) => type)).toEqual([
      'CommandAccepted.v1',
      'CommandRefused.v1',
    ]);
    expect(await gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key: 'k2' })).toEqual({
      ...refused,
      repeated: true,
    });
    expect(runs).toHaveLength(2);
  });

  it.each([
    ['another payload', new SwitchLamp({ lamp: 'b' })],
    ['another command', new BreakLamp({ lamp: 'a' })],
  ])('refuses a key that comes back with %s', async (_, command) => {
    await gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key: 'k1' });
    const again = await gateway.submit(ANNA, command, { key: 'k1' });
    expect(again).toMatchObject({ repeated: false, outcome: { refused: { code: 'command/key-reused' } } });
    expect(runs).toHaveLength(1);
    expect(await events('command-main.k1')).toHaveLength(2);
  });

  it('keeps the keys of two tenants apart', async () => {
    handle = ({ context, payload }) =>
      Promise.resolve({ answer: { lamp: `${context.tenant} ${payload.lamp}`, at: 0 }, position: 0 });
    const other = { ...ANNA, tenant: 'other' };
    await gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key: 'k1' });
    const theirs = await gateway.submit(other, new SwitchLamp({ lamp: 'z' }), { key: 'k1' });
    expect(theirs).toMatchObject({ repeated: false, outcome: { answer: { lamp: 'other z' } } });
  });

  it.each(['', 'with space', 'ü', 'x'.repeat(201), 'line\nbreak'])('refuses the key %j', async (key) => {
    const { outcome } = await gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key });
    expect(outcome).toMatchObject({ refused: { code: 'command/key-invalid' } });
    expect(await store.head()).toBe(0);
  });

  it('has one effect for 100 identical requests at once: the others hear "in flight", then the first answer', async () => {
    const submitted = await Promise.all(
      Array.from({ length: 100 }, () => gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key: 'k1' })),
    );
    const codes = submitted.map(({ outcome }) => (isRefused(outcome) ? outcome.refused.code : 'done'));
    expect(codes.filter((code) => code === 'done')).toHaveLength(1);
    expect(codes.filter((code) => code === 'command/in-flight')).toHaveLength(99);
    expect(runs).toHaveLength(1);
    expect(await events('lamp-main.a')).toHaveLength(1);
    const first = submitted.find(({ outcome }) => !isRefused(outcome));
    const later = await gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key: 'k1' });
    expect(later).toEqual({ ...first, repeated: true });
  });

  it('tells a twin with another payload apart while the first still runs', async () => {
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (finish = resolve));
    handle = async (command) => {
      await held;
      return switchLamp(command);
    };
    const first = gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key: 'k1' });
    const other = await gateway.submit(ANNA, new SwitchLamp({ lamp: 'b' }), { key: 'k1' });
    expect(other.outcome).toMatchObject({ refused: { code: 'command/key-reused' } });
    finish();
    expect((await first).outcome).toMatchObject({ answer: { lamp: 'a' } });
  });

  it('closes nothing when the handler throws, and the retry runs it again in its first context', async () => {
    handle = () => Promise.reject(new LogUnavailable('disk full'));
    await expect(gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key: 'k1' })).rejects.toThrow('disk full');
    expect((await events('command-main.k1')).map(({ type }) => type)).toEqual(['CommandAccepted.v1']);

    clock.advance(60_000);
    handle = switchLamp;
    gateway = makeGateway();
    const retried = await gateway.submit(BERT, new SwitchLamp({ lamp: 'a' }), { key: 'k1' });
    expect(retried).toMatchObject({
      repeated: false,
      outcome: { answer: { lamp: 'a', at: Date.parse('2026-03-01T10:00:00.000Z') } },
    });
    expect(runs.at(-1)?.context).toMatchObject({ actor: 'key:anna', now: Date.parse('2026-03-01T10:00:00.000Z') });
  });

  it('finishes a command whose process died between its effect and its answer, without a second effect', async () => {
    handle = async (command) => {
      await switchLamp(command);
      throw new Error('killed');
    };
    await expect(gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key: 'k1' })).rejects.toThrow('killed');
    handle = switchLamp;
    gateway = makeGateway();
    const first = await gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key: 'k1' });
    expect(first).toMatchObject({ repeated: false, outcome: { answer: { lamp: 'a' }, position: 2 } });
    expect(await gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key: 'k1' })).toEqual({
      ...first,
      repeated: true,
    });
    expect(await events('lamp-main.a')).toHaveLength(1);
  });

  it('takes the answer of another process that closed the command first', async () => {
    const elsewhere = makeGateway();
    let entered = false;
    handle = async (command) => {
      if (entered) return { answer: { lamp: 'theirs', at: 0 }, position: 1 };
      entered = true;
      await elsewhere.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key: 'k1' });
      return { answer: { lamp: `ours ${command.name}`, at: 0 }, position: 1 };
    };
    const submitted = await gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key: 'k1' });
    expect(submitted).toMatchObject({ repeated: true, outcome: { answer: { lamp: 'theirs' } } });
    expect(await events('command-main.k1')).toHaveLength(2);
  });

  it('lets one of two processes win that accept different requests under one key', async () => {
    const elsewhere = makeGateway();
    const both = await Promise.all([
      gateway.submit(ANNA, new SwitchLamp({ lamp: 'a' }), { key: 'k1' }),
      elsewhere.submit(ANNA, new SwitchLamp({ lamp: 'b' }), { key: 'k1' }),
    ]);
    const codes = both.map(({ outcome }) => (isRefused(outcome) ? outcome.refused.code : 'done')).sort();
    expect(codes).toEqual(['command/key-reused', 'done']);
    expect(runs).toHaveLength(1);
  });

  it('refuses a payload JSON cannot hold before anything is recorded', async () => {
    const command = new SwitchLamp({ lamp: new Date(0) as unknown as string });
    await expect(gateway.submit(ANNA, command, { key: 'k1' })).rejects.toThrow('JSON cannot hold');
    expect(await store.head()).toBe(0);
  });
});
