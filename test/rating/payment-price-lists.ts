import { of, type PriceList } from './price-list.js';

const fee = (value: string, more: Record<string, unknown>, currency = 'USD') => ({
  currency,
  charges: [{ name: 'fee', percent: { value, of: 'amount' }, ...more }],
});

/** Fees of payment providers. */
export const paymentPriceLists: readonly PriceList[] = [
  {
    source: 'GasBuddy, How is the credit card fee calculated',
    pricing: fee('2.9', { fixed: '0.30' }),
    records: of('amount', [['50', '1.75']]),
  },
  {
    source: 'FeeCalc, 2.9% + $0.30 fee calculator, before rounding to cents',
    pricing: fee('2.9', { fixed: '0.30' }),
    records: of('amount', [
      ['1', '0.329'],
      ['2', '0.358'],
      ['3', '0.387'],
      ['5', '0.445'],
      ['10', '0.59'],
      ['15', '0.735'],
      ['25', '1.025'],
      ['50', '1.75'],
      ['4.99', '0.44471'],
    ]),
  },
  {
    source: 'Unanswered, What is 2.9% + $0.30 per transaction',
    pricing: fee('2.9', { fixed: '0.30' }),
    records: of('amount', [['100', '3.2']]),
  },
  {
    source: '2ndHandMall, Payment gateway fee',
    pricing: fee('3.4', { fixed: '0.50' }, 'SGD'),
    records: of('amount', [['100', '3.9']]),
  },
  {
    source: 'Fee calculation reference: major payment gateways, ACH direct debit',
    pricing: fee('0.8', { amount: { maximum: '5.00' } }),
    records: of('amount', [
      ['100', '0.8'],
      ['625', '5'],
      ['1000', '5'],
    ]),
  },
  {
    source: 'Fee calculation reference: major payment gateways, instant payouts',
    pricing: fee('1.0', { amount: { minimum: '0.50' } }),
    records: of('amount', [
      ['10', '0.5'],
      ['50', '0.5'],
      ['100', '1'],
    ]),
  },
  {
    source: 'Fee calculation reference: major payment gateways, cards by origin',
    pricing: {
      currency: 'USD',
      select: 'BEST',
      charges: [
        {
          name: 'domestic',
          when: { attributes: { card: '*' } },
          percent: { value: '2.9', of: 'amount' },
          fixed: '0.30',
        },
        {
          name: 'international',
          when: { attributes: { card: 'INTERNATIONAL' } },
          percent: { value: '3.9', of: 'amount' },
          fixed: '0.30',
        },
        { name: 'chargeback', when: { usageType: 'CHARGEBACK' }, fixed: '15.00' },
      ],
    },
    records: [
      [{ attributes: { card: 'VISA' }, quantities: { amount: '100' } }, '3.2'],
      [{ attributes: { card: 'INTERNATIONAL' }, quantities: { amount: '100' } }, '4.2'],
      [{ usageType: 'CHARGEBACK', quantities: { amount: '100' } }, '15'],
    ],
  },
  {
    source: 'Fee calculation reference: major payment gateways, PayPal transactions',
    pricing: fee('3.49', { fixed: '0.49' }),
    records: of('amount', [
      ['100', '3.98'],
      ['20', '1.188'],
    ]),
  },
];
