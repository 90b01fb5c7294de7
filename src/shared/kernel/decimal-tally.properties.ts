import fc from 'fast-check';
import { Decimal } from './decimal.js';
import { DecimalTally, negatedText, sumOfTexts } from './decimal-tally.js';

/** Short and long, whole and broken, negative, with zeros in front and behind. */
const text = fc
  .tuple(
    fc.boolean(),
    fc.oneof(fc.nat(99), fc.nat(), fc.bigInt(0n, 10n ** 25n)).map(String),
    fc.nat(3).map((zeros) => '0'.repeat(zeros)),
    fc.option(fc.stringMatching(/^\d{1,14}$/), { nil: undefined }),
  )
  .map(([negative, whole, zeros, fraction]) => {
    return `${negative ? '-' : ''}${zeros}${whole}${fraction === undefined ? '' : `.${fraction}`}`;
  });

describe('DecimalTally', () => {
  it('sums as decimals sum, and prints as they print', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), (texts) => {
        const tally = new DecimalTally();
        for (const each of texts) tally.add(each);
        const sum = Decimal.sum(texts.map((each) => Decimal.parse(each)));
        expect(tally.toString()).toBe(sum.toString());
        expect(tally.isZero()).toBe(sum.isZero());
      }),
      { numRuns: 2000 },
    );
  });

  it('takes away what is added with the other sign', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const difference = Decimal.parse(a).minus(Decimal.parse(b));
        expect(sumOfTexts(a, negatedText(b))).toBe(difference.toString());
      }),
    );
    expect(['1.5', '-1.5', '0'].map(negatedText)).toStrictEqual(['-1.5', '1.5', '0']);
  });

  it('sums near the end of exact doubles', () => {
    const most = '999999999999999';
    const tally = new DecimalTally();
    for (let times = 0; times < 20; times += 1) tally.add(most);
    expect(tally.toString()).toBe('19999999999999980');
    expect(sumOfTexts(most, '0.00000000000001')).toBe('999999999999999.00000000000001');
    expect(sumOfTexts('0.3', '-0.3')).toBe('0');
    expect(sumOfTexts('-0', '-0.0')).toBe('0');
    expect(sumOfTexts('-0.05', '0.01')).toBe('-0.04');
  });

  it.each(['', '-', '.', '1.', '.5', '1e3', ' 1', '1,5', '1.2.3', '--1', 'NaN', '1234567890123456x'])(
    'refuses "%s"',
    (bad) => {
      expect(() => new DecimalTally().add(bad)).toThrow(SyntaxError);
    },
  );
});
