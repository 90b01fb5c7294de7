import Big from 'big.js';
import { SAMPLE_SERVICES, type SampleService } from '../../src/tools/demo/data/sample-usage.js';
import { MoneyOracle } from '../support/money-oracle.js';
import { sampleText, SampleWorld } from '../support/sample-world.js';

const ACCOUNTS = 120;
const RECORDS = 3000;

interface Charge {
  readonly recordId: string;
  readonly account: string;
  readonly usageType: string;
  readonly amount: string;
  readonly currency: string;
}

let world: SampleWorld;
beforeAll(async () => {
  world = await SampleWorld.start({ accounts: ACCOUNTS });
}, 60_000);
afterAll(() => world.stop());

describe('money against a calculation of another hand, from the raw text', () => {
  const oracle = new MoneyOracle(ACCOUNTS);

  it.each(SAMPLE_SERVICES)('every single charge of %s is the same to the last digit', async (service) => {
    await checkFile(service, sampleText({ service, records: RECORDS, accounts: ACCOUNTS, seed: 41 }));
  });

  it('a second month of calls and data goes on where the balances of each cycle stand', async () => {
    const more = { records: RECORDS, accounts: ACCOUNTS, seed: 42, batch: 'b', from: '2026-10-20T00:00:00Z' };
    await checkFile('voice', sampleText({ service: 'voice', ...more }));
    await checkFile('data', sampleText({ service: 'data', ...more }));
  });

  async function checkFile(service: SampleService, text: string): Promise<void> {
    const expected = oracle.chargesOf(service, text);
    const { fileId, status, money } = await world.take(service, text);
    expect(status).toBe('COMPLETED');
    const charges = await world.list<Charge>('/v1/monetized-usage', { fileId });
    const told = new Map(charges.map((charge) => [`${charge.recordId} ${charge.usageType}`, charge]));
    expect(told.size).toBe(charges.length);
    const wrong = expected.filter((charge) => {
      const found = told.get(`${fileId}:${charge.line} ${charge.usageType}`);
      return found === undefined || !Big(found.amount).eq(charge.amount) || found.account !== charge.account;
    });
    expect(wrong.map((charge) => [charge, told.get(`${fileId}:${charge.line} ${charge.usageType}`)])).toEqual([]);
    expect(charges).toHaveLength(expected.length);
    expect(expected.length).toBeGreaterThan(RECORDS * 0.98);
    const [{ currency } = { currency: '' }] = expected;
    const sum = expected.reduce((total, { amount }) => total.plus(amount), Big(0));
    expect(Big(money[currency] ?? 'NaN').eq(sum)).toBe(true);
    expect(Object.keys(money)).toEqual([currency]);
  }
});
