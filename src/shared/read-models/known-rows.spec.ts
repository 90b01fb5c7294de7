import { KnownRows } from './known-rows.js';

describe('known rows', () => {
  it('are those that are worked on, not all there ever were', () => {
    const known = new KnownRows();
    const settle = (n: number) => known.settle('things', new Map([[String(n), { row: { n } }]]));
    for (let n = 0; n < 50_000; n += 1) {
      settle(n);
      if (n % 5000 === 0) expect(known.get('things', '0')).toEqual({ n: 0 });
    }
    expect(known.get('things', '0')).toEqual({ n: 0 });
    expect(known.get('things', '1')).toBeUndefined();
    expect(known.get('things', '49999')).toEqual({ n: 49_999 });
    known.settle('things', new Map([['49999', { row: undefined }]]));
    expect(known.get('things', '49999')).toBeUndefined();
    known.forget('things');
    expect(known.get('things', '0')).toBeUndefined();
  });
});
