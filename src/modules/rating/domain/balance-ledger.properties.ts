import fc from 'fast-check';
import { BalanceLedger } from './balance-ledger.js';
import { counterKey, topUpCounter } from './settle-row.js';

const holder = fc.constantFrom('A\nS', 'A\nT', 'B\n');
const period = fc.constantFrom(0, 100, 200);
/** So many that a list may be read from its beginning, or by its index. */
const key = fc.oneof(
  fc.nat(60).map((number) => counterKey(topUpCounter('EUR', `T${number}`))),
  fc.nat(60).map((number) => counterKey(`C${number}`)),
);
const place = fc.record({ holder, period, key });
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ does: fc.constant('add' as const), place, change: fc.bigInt(-3n, 3n) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('drop' as const), place, change: fc.constant(0n) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('keep' as const), place, change: fc.constant(0n) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Made> ? Made : never;
type Place = Step['place'];

const nameOf = ({ holder: whose, period: start, key: what }: Place): string => `${whose} ${start} ${what}`;

/** As a ledger is told, into a plain map as well; some steps later it comes out of a snapshot. */
function done(steps: readonly Step[], begin: BalanceLedger, known: Map<string, bigint>): BalanceLedger {
  let ledger = begin;
  for (const { does, place: at, change } of steps) {
    if (does === 'add') {
      ledger.add(at.holder, at.period, at.key, change);
      known.set(nameOf(at), (known.get(nameOf(at)) ?? 0n) + change);
    } else if (does === 'drop') {
      ledger.drop(at.holder, at.period, at.key);
      known.delete(nameOf(at));
    } else ledger = BalanceLedger.fromJSON(JSON.parse(JSON.stringify(ledger)) as never);
  }
  return ledger;
}

function expectHeld(ledger: BalanceLedger, steps: readonly Step[], known: ReadonlyMap<string, bigint>): void {
  const places = steps.map(({ place: at }) => at);
  const held = places.map((at) => ledger.get(at.holder, at.period, at.key));
  expect(held).toEqual(places.map((at) => known.get(nameOf(at))));
}

describe('a ledger of balances', () => {
  it('holds what it was told, through any number of snapshots', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const known = new Map<string, bigint>();
        const ledger = done(steps, new BalanceLedger(), known);
        expectHeld(ledger, steps, known);
        expect([...ledgerKeys(ledger)]).toHaveLength(known.size);
      }),
      { numRuns: 50 },
    );
  });

  it('that begins with another leaves that as it is', () => {
    const steps = fc.array(step, { maxLength: 150, size: 'max' });
    const own = steps.map((all) => all.filter(({ does }) => does !== 'keep'));
    fc.assert(
      fc.property(steps, own, (first, then) => {
        const known = new Map<string, bigint>();
        const base = done(first, new BalanceLedger(), known);
        const later = new Map(known);
        const ledger = done(then, new BalanceLedger(base), later);
        expectHeld(ledger, [...first, ...then], later);
        expectHeld(base, [...first, ...then], known);
      }),
      { numRuns: 50 },
    );
  });
});

function* ledgerKeys(ledger: BalanceLedger): Iterable<string> {
  const { shapes, holders } = ledger.toJSON();
  for (const [, cycles] of holders) for (const [, shape] of cycles) yield* shapes[shape] ?? [];
}
