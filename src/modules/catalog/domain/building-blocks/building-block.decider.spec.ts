import { fold } from '../../../../shared/kernel/decider.js';
import { isRefused } from '../../../../shared/kernel/refusal.js';
import type { BlockEvent } from './block-events.js';
import { buildingBlockDecider, type BlockCommand, type DefineBlock } from './building-block.decider.js';

const NOW = Date.UTC(2026, 2, 1);
const EURO = { name: 'Euro', symbol: '€', minorUnit: 2, rounding: 'HALF_UP' } as const;
const HALF_EVEN = { ...EURO, rounding: 'HALF_EVEN' } as const;

const define = (mode: DefineBlock['mode'], more: Partial<DefineBlock> = {}): BlockCommand => ({
  type: 'DEFINE',
  data: { kind: 'CURRENCY', id: 'EUR', mode, definition: EURO, reason: 'r', now: NOW, contradictions: [], ...more },
});
const remove = (usedBy: readonly string[] = [], expectedVersion?: number): BlockCommand => ({
  type: 'REMOVE',
  data: {
    kind: 'CURRENCY',
    id: 'EUR',
    reason: 'gone',
    usedBy,
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
  },
});
const defined = (version: number, effectiveFrom: number, definition = EURO): BlockEvent => ({
  type: 'BuildingBlockDefined.v1',
  data: { kind: 'CURRENCY', id: 'EUR', version, effectiveFrom, definition, reason: 'r' },
});
const removed = (version: number): BlockEvent => ({
  type: 'BuildingBlockRemoved.v1',
  data: { kind: 'CURRENCY', id: 'EUR', version, reason: 'gone' },
});

function when(given: readonly BlockEvent[], command: BlockCommand): readonly BlockEvent[] | string {
  const decision = buildingBlockDecider.decide(command, fold(buildingBlockDecider, given));
  return isRefused(decision) ? decision.refused.code : decision;
}

describe('the life of a building block', () => {
  it('begins for ever, and goes on from now', () => {
    expect(when([], define('CREATE'))).toEqual([defined(1, 0)]);
    expect(when([defined(1, 0)], define('REPLACE', { definition: HALF_EVEN }))).toEqual([
      defined(2, NOW, HALF_EVEN as never),
    ]);
    expect(when([defined(1, 0)], define('REPLACE', { effectiveFrom: 5 }))).toEqual([defined(2, 5)]);
  });

  it('ends, and may begin again', () => {
    expect(when([defined(1, 0)], remove())).toEqual([removed(2)]);
    expect(when([defined(1, 0), removed(2)], define('CREATE'))).toEqual([defined(3, 0)]);
    expect(when([defined(1, 0), removed(2)], define('REPLACE'))).toBe('catalog/building-block-not-found');
    expect(when([defined(1, 0), removed(2)], remove())).toBe('catalog/building-block-not-found');
    expect(when([], remove())).toBe('catalog/building-block-not-found');
  });

  it('changes nothing when the same is said again', () => {
    expect(when([defined(1, 0)], define('REPLACE'))).toEqual([]);
    expect(when([defined(1, 7)], define('PUT', { effectiveFrom: 7 }))).toEqual([]);
  });

  it('is made once, replaced when it is there, and put either way', () => {
    expect(when([defined(1, 0)], define('CREATE'))).toBe('catalog/building-block-exists');
    expect(when([], define('REPLACE'))).toBe('catalog/building-block-not-found');
    expect(when([], define('PUT'))).toEqual([defined(1, 0)]);
  });

  it('is changed by nobody who saw another version', () => {
    expect(when([defined(1, 0)], define('REPLACE', { expectedVersion: 2 }))).toBe('catalog/building-block-changed');
    expect(when([defined(1, 0)], remove([], 2))).toBe('catalog/building-block-changed');
    expect(when([defined(1, 0)], remove([], 1))).toEqual([removed(2)]);
    expect(when([], define('PUT', { expectedVersion: 0 }))).toEqual([defined(1, 0)]);
  });

  it('stays as long as something names it, and says what', () => {
    const given = fold(buildingBlockDecider, [defined(1, 0)]);
    const users = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const decision = buildingBlockDecider.decide(remove(users), given);
    expect(decision).toMatchObject({
      refused: {
        code: 'catalog/building-block-referenced',
        message: 'The currency EUR is in use by a; b; c; d; e and 2 more: what uses it must go first',
        facts: { usedBy: users },
      },
    });
  });

  it('fits the rest, or is refused with every place', () => {
    const contradictions = [{ path: 'zone', message: 'no' }];
    expect(when([], define('CREATE', { contradictions }))).toBe('catalog/building-block-invalid');
  });

  it('keeps prefixes as columns', () => {
    const definition = { name: 'Z', kind: 'PREFIX', attribute: 'to', prefixes: ['1*'], zones: ['A'] } as const;
    const events = when([], define('CREATE', { kind: 'ZONE_UNIT', id: 'Z', definition }));
    expect(events).toEqual([
      {
        type: 'ZonePrefixesDefined.v1',
        data: {
          head: { id: 'Z', version: 1, effectiveFrom: 0, reason: 'r', name: 'Z', attribute: 'to' },
          columns: { prefix: ['1*'], zone: ['A'] },
        },
      },
    ]);
    const { latest } = fold(buildingBlockDecider, events as readonly BlockEvent[]);
    expect(latest).toEqual({ kind: 'ZONE_UNIT', id: 'Z', version: 1, effectiveFrom: 0, reason: 'r', definition });
  });
});
