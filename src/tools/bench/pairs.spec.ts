import type { EndToEnd } from './end-to-end.js';
import { measurePairs, pairsFor } from './pairs.js';

const floorOf = (recordsPerSecond: number) => ({ recordsPerSecond, seconds: 100_000 / recordsPerSecond });
const endOf = (recordsPerSecond: number, peakMemory: number): EndToEnd => ({
  recordsPerSecond,
  seconds: 100_000 / recordsPerSecond,
  uploadSeconds: 0.1,
  peakMemory,
  pageP50Ms: 2,
  pageP99Ms: 9,
  pagesAsked: 40,
});

describe('measurePairs', () => {
  it('runs floor and end to end in turn, and answers the median of each figure and of the ratio of the pairs', async () => {
    const floors = [100_000, 50_000, 80_000];
    const ends = [endOf(30_000, 700), endOf(25_000, 600), endOf(16_000, 650)];
    const order: string[] = [];
    const measured = await measurePairs(
      3,
      (pair) => {
        order.push(`floor ${pair}`);
        return Promise.resolve(floorOf(floors[pair - 1] ?? 0));
      },
      (pair) => {
        order.push(`end ${pair}`);
        return Promise.resolve(ends[pair - 1] ?? endOf(0, 0));
      },
    );
    expect(order).toEqual(['floor 1', 'end 1', 'floor 2', 'end 2', 'floor 3', 'end 3']);
    expect(measured.floor).toEqual({ recordsPerSecond: 80_000, seconds: 1.25 });
    expect(measured.endToEnd).toMatchObject({ recordsPerSecond: 25_000, peakMemory: 650, seconds: 4 });
    // 25,000 of 80,000 would be 0.3125: the machine of the second pair was another one than that of the third.
    expect(measured.ratio).toBe(0.3);
    expect(measured.spread.ratio).toEqual({ least: 0.2, median: 0.3, most: 0.5 });
    expect(measured.spread.floor).toEqual({ least: 50_000, median: 80_000, most: 100_000 });
    expect(measured.spread.endToEnd).toEqual({ least: 16_000, median: 25_000, most: 30_000 });
    expect(measured.pairs).toHaveLength(3);
  });

  it('measures the floor alone when nothing else is wanted', async () => {
    const measured = await measurePairs(1, () => Promise.resolve(floorOf(90_000)));
    expect(measured).toMatchObject({ floor: { recordsPerSecond: 90_000 }, spread: { floor: { median: 90_000 } } });
    expect(measured).not.toHaveProperty('ratio');
  });

  it('takes several pairs of a file that is through in a second or two, and one of a large one', () => {
    expect([1000, 100_000, 200_000, 200_001, 1_000_000].map(pairsFor)).toEqual([9, 9, 9, 1, 1]);
  });
});
