import { canonicalJson, NotJson } from './canonical-json.js';
import { instantToString, ManualClock, systemClock } from './clock.js';
import { fold, never } from './decider.js';
import { isRefused, refuse } from './refusal.js';

describe('canonical JSON', () => {
  it('is one text for equal values, however they were written', () => {
    const one = { b: [1, { d: null, c: 'ü' }], a: true, z: undefined };
    const other = { a: true, b: [1, { c: 'ü', d: null }] };
    expect(canonicalJson(one)).toBe('{"a":true,"b":[1,{"c":"ü","d":null}]}');
    expect(canonicalJson(other)).toBe(canonicalJson(one));
    expect(JSON.parse(canonicalJson(one))).toEqual(other);
  });

  it.each([
    ['undefined', undefined, ''],
    ['a bigint', { a: [0, 1n] }, 'a[1]'],
    ['NaN', { a: { b: NaN } }, 'a.b'],
    ['undefined in an array', { a: [undefined] }, 'a[0]'],
    ['a date', { at: new Date(0) }, 'at'],
    ['a map', { m: new Map() }, 'm'],
    ['a function', { f: () => 1 }, 'f'],
    ['a symbol', { s: Symbol('s') }, 's'],
  ])('refuses %s, saying where', (_, value, path) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ name: 'NotJson', path }) as NotJson);
  });

  it('refuses what goes round in a circle', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(() => canonicalJson(circle)).toThrow(NotJson);
  });
});

describe('clocks', () => {
  it('stand still until they are moved', () => {
    const clock = ManualClock.at('2026-03-01T00:00:00Z');
    expect(clock.now()).toBe(clock.now());
    clock.advance(1500);
    expect(instantToString(clock.now())).toBe('2026-03-01T00:00:01.500Z');
    clock.moveTo('2025-01-01T00:00:00Z');
    expect(instantToString(clock.now())).toBe('2025-01-01T00:00:00.000Z');
  });

  it('or go with the world', () => {
    const before = Date.now();
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  });
});

describe('deciders and refusals', () => {
  it('fold events in their order', () => {
    const log = {
      initialState: '',
      evolve: (state: string, event: { type: string; data: unknown }) => state + event.type,
    };
    expect(
      fold(log, [
        { type: 'a', data: 0 },
        { type: 'b', data: 0 },
      ]),
    ).toBe('ab');
    expect(fold(log, [])).toBe('');
  });

  it('close a switch loudly', () => {
    expect(() => never('surprise' as never)).toThrow('Unhandled case: "surprise"');
  });

  it('tell a refusal from an answer', () => {
    const refused = refuse('lamp/on', 'The lamp is on.', { facts: { lamp: 'a' } });
    expect(refused).toEqual({ refused: { code: 'lamp/on', message: 'The lamp is on.', facts: { lamp: 'a' } } });
    expect([refused, { answer: 1 }, null, 'refused', []].map(isRefused)).toEqual([true, false, false, false, false]);
  });
});
