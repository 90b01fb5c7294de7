import Big from 'big.js';
import type { FinalState } from './final-state.js';

type Item = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Whatever was rated, rated again and billed in whatever order: what is billed of each subscription's usage is what its
 * records come to now, to the last digit, and the billing system holds the amounts of its lines. Answers what is not so.
 */
export function notConserved({ monetized = [], lines = [], ledger = [] }: FinalState): string[] {
  const charged = sums(monetized.map(parsed), keyOf, 'amount');
  const aggregated = lines.map(parsed);
  return [
    ...unequal(charged, sums(aggregated, keyOf, 'exact')),
    ...unequal(
      sums(aggregated, (line) => String(line['lineId']), 'amount'),
      sums(ledger.map(parsed), (record) => String(record['clientRecordId']), 'amount'),
    ),
  ];
}

function parsed(text: string): Item {
  return JSON.parse(text) as Item;
}

function keyOf(item: Item): string {
  return ['account', 'subscription', 'usageType', 'rateSchedule', 'currency'].map((name) => item[name]).join('/');
}

function sums(items: readonly Item[], key: (item: Item) => string, field: string): ReadonlyMap<string, Big> {
  const found = new Map<string, Big>();
  for (const item of items) found.set(key(item), (found.get(key(item)) ?? Big(0)).plus(String(item[field])));
  return found;
}

function unequal(expected: ReadonlyMap<string, Big>, found: ReadonlyMap<string, Big>): string[] {
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((key) => {
    const [wanted, there] = [expected.get(key) ?? Big(0), found.get(key) ?? Big(0)];
    return wanted.eq(there) ? [] : [`${key}: ${wanted.toFixed()} expected, ${there.toFixed()} found`];
  });
}
