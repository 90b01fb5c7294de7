import { decodeEventData, encodeEventData } from './event-codec.js';
import { EventRegistry, UnknownEventType } from './event-registry.js';

/** A made-up history: a lamp was switched by name, then by id, then with its reason; chunks grew a column. */
const registry = new EventRegistry([
  {
    type: 'LampSwitched.v1',
    encoding: 'json',
    upcast: { to: 'LampSwitched.v2', data: ({ name }: { name: string }) => ({ lampId: `lamp-${name}` }) },
  },
  {
    type: 'LampSwitched.v2',
    encoding: 'json',
    upcast: { to: 'LampSwitched.v3', data: (old: object) => ({ ...old, reason: 'unknown' }) },
  },
  { type: 'LampSwitched.v3', encoding: 'json' },
  {
    type: 'LampsCounted.v1',
    encoding: 'chunk',
    upcast: {
      to: 'LampsCounted.v2',
      data: ({ head, columns }: { head: object; columns: { lamp: readonly string[] } }) => ({
        head: { ...head, total: columns.lamp.length },
        columns: { ...columns, on: columns.lamp.map(() => true) },
      }),
    },
  },
  { type: 'LampsCounted.v2', encoding: 'chunk' },
]);

function stored(type: string, data: unknown): { type: string; data: unknown } {
  return decodeEventData(registry, type, encodeEventData(registry, type, data));
}

describe('event registry', () => {
  it('brings every old version to the newest', () => {
    const newest = { type: 'LampSwitched.v3', data: { lampId: 'lamp-hall', reason: 'unknown' } };
    expect(stored('LampSwitched.v1', { name: 'hall' })).toEqual(newest);
    expect(stored('LampSwitched.v2', { lampId: 'lamp-hall' })).toEqual(newest);
    expect(stored('LampSwitched.v3', newest.data)).toEqual(newest);
  });

  it('brings old chunks to the newest, columns and head', () => {
    expect(stored('LampsCounted.v1', { head: { room: 'hall' }, columns: { lamp: ['a', 'b'] } })).toEqual({
      type: 'LampsCounted.v2',
      data: { head: { room: 'hall', total: 2 }, columns: { lamp: ['a', 'b'], on: [true, true] } },
    });
  });

  it('knows under which types an event may be stored', () => {
    expect(registry.storedAs('LampSwitched.v3')).toEqual(['LampSwitched.v1', 'LampSwitched.v2', 'LampSwitched.v3']);
    expect(() => registry.storedAs('LampSwitched.v2')).toThrow('read as LampSwitched.v3');
    expect(() => registry.storedAs('Unheard.v1')).toThrow(UnknownEventType);
  });

  it('stops at a type it does not know', () => {
    expect(() => registry.get('Unheard.v1')).toThrow(UnknownEventType);
    expect(() => decodeEventData(registry, 'Unheard.v1', new Uint8Array())).toThrow(UnknownEventType);
  });

  it.each([
    ['a type without a version', [{ type: 'LampSwitched', encoding: 'json' }], 'is not Name.v<N>'],
    [
      'a type twice',
      [
        { type: 'Lamp.v1', encoding: 'json' },
        { type: 'Lamp.v1', encoding: 'json' },
      ],
      'registered twice',
    ],
    [
      'an upcast to nothing',
      [{ type: 'Lamp.v1', encoding: 'json', upcast: { to: 'Lamp.v2', data: () => ({}) } }],
      'which is not registered',
    ],
    [
      'upcasts in a circle',
      [
        { type: 'Lamp.v1', encoding: 'json', upcast: { to: 'Lamp.v2', data: () => ({}) } },
        { type: 'Lamp.v2', encoding: 'json', upcast: { to: 'Lamp.v1', data: () => ({}) } },
      ],
      'circle',
    ],
  ] as const)('refuses %s', (_, definitions, message) => {
    expect(() => new EventRegistry(definitions)).toThrow(message);
  });

  it('refuses a chunk event that is none', () => {
    expect(() => encodeEventData(registry, 'LampsCounted.v2', { lamps: 2 })).toThrow('{ head, columns }');
    expect(() => encodeEventData(registry, 'LampsCounted.v2', { head: {}, columns: { lamp: 'a' } })).toThrow(
      'is an array',
    );
  });
});
