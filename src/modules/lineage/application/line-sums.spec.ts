import { lineSums } from './line-sums.js';

const line = {
  records: 3,
  quantity: '30',
  exact: '0.123',
  residualBefore: '0.004',
  amount: '0.13',
  residualAfter: '-0.003',
};
const totals = { records: 3, quantity: '30.0', amount: '0.1230' };

describe('the sums of a line', () => {
  it('balance when the records come to what the line says, however the numbers are written', () => {
    expect(lineSums(line, totals)).toEqual({ recomputed: totals, balanced: true });
  });

  it.each([
    ['a record less', { ...totals, records: 2 }],
    ['another quantity', { ...totals, quantity: '29.999' }],
    ['another amount', { ...totals, amount: '0.1230000001' }],
  ])('do not balance with %s', (_, other) => {
    expect(lineSums(line, other).balanced).toBe(false);
  });

  it('do not balance when rounding lost something', () => {
    expect(lineSums({ ...line, residualAfter: '0' }, totals).balanced).toBe(false);
  });

  it('of a line that has no records any more rest on its rounding alone', () => {
    expect(lineSums(line, undefined)).toEqual({ recomputed: null, balanced: true });
  });
});
