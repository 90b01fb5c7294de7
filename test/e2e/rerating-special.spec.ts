import { CorrectedWorld, FROM, offerOf, type Call } from '../support/corrected-world.js';

let world: CorrectedWorld;
beforeAll(async () => {
  world = await CorrectedWorld.start();
}, 60_000);
afterAll(() => world.stop());

/** A price by the second, which is also counted. */
function perSecond(price: string, more: object = {}): object {
  const tiers = { by: 'QUANTITY', steps: [{ price, per: '1' }] };
  return { charges: [{ name: 'calls', measure: 'seconds', tiers, accumulators: ['SECONDS'], ...more }] };
}
const free = (allowance: string, quantity: string) => [{ allowance, quantity, unit: 'seconds', per: 'CYCLE' }];
const versions = async (account: string) => (await world.charges(account)).map(({ version }) => version);

describe('prepaid usage whose price is corrected', () => {
  const holder = { account: 'PRE', subscription: 'PRE-S' };
  const topUp = (reference: string, quantity: string) =>
    world.said('TOP_UP', { ...holder, reference, resource: 'EUR', quantity });
  const selection = { priceOfferId: offerOf('PREPAY') };

  it('gives back what it paid too much, and is not billed before or after', async () => {
    await world.plan('PREPAY', perSecond('1'));
    await world.account('PRE', { 'PRE-S': 'PREPAY' });
    await topUp('P1', '20');
    await world.usage(
      [
        ['PRE-S-N', '6', '02-01T10:00'],
        ['PRE-S-N', '4', '02-02T10:00'],
      ],
      'PREPAID',
    );
    // 6 + 4 of 20
    expect([await world.amounts('PRE'), await world.topUps('PRE')]).toEqual([['6', '4'], ['P1: 10 used, 10 left']]);
    expect(await world.billed('PRE')).toEqual([]);
    await world.price('PREPAY', perSecond('0.5'));
    const run = await world.rerate(selection, ['PRE']);
    expect([run.counts, run.money]).toMatchObject([{ changed: 2, problems: 0 }, [{ before: '10', after: '5' }]]);
    // 3 + 2 of 20
    expect([await world.amounts('PRE'), await world.topUps('PRE')]).toEqual([['3', '2'], ['P1: 5 used, 15 left']]);
    expect(await world.balances('PRE')).toEqual(
      expect.arrayContaining(['PRE-S SECONDS 2026-02: 0 + 0 - 10 = 10', 'PRE-S $topUp P1 -: 0 + 0 - 5 = 5']),
    );
    expect(await world.billed('PRE')).toEqual([]);
  });

  it('keeps what it has where the top-ups do not pay the new price, and the run says what to do', async () => {
    await world.price('PREPAY', perSecond('3'));
    const run = await world.rerate(selection, ['PRE']);
    // 6 x 3 = 18 of 20; of the 2 that are left 4 x 3 = 12 cannot be paid: it keeps its 2.
    expect(run.counts).toMatchObject({ records: 1, changed: 1, problems: 1 });
    expect(run.problems).toMatchObject([{ account: 'PRE', line: 3, code: 'BALANCE_EXHAUSTED' }]);
    expect(run.problems[0]?.message).toContain('has 2 EUR left, which is 10 EUR too little: send a TOP_UP');
    expect(run.problems[0]?.message).toMatch(/then rate it again; until then it keeps what it was charged\.$/);
    expect([await world.amounts('PRE'), await world.topUps('PRE')]).toEqual([['18', '2'], ['P1: 20 used, 0 left']]);
    await topUp('P2', '10');
    await world.rerate(selection, ['PRE']);
    // 18 + 2 out of P1, 10 out of P2.
    expect(await world.amounts('PRE')).toEqual(['18', '12']);
    expect(await world.topUps('PRE')).toEqual(['P1: 20 used, 0 left', 'P2: 10 used, 0 left']);
    expect(await world.billed('PRE')).toEqual([]);
  });

  it('never takes more out of a top-up than was paid in', async () => {
    await world.price('PREPAY', perSecond('2.4'));
    await world.rerate(selection, ['PRE']);
    // 14.4 + 9.6 of 30
    expect(await world.topUps('PRE')).toEqual(['P1: 20 used, 0 left', 'P2: 4 used, 6 left']);
    await world.price('PREPAY', perSecond('3.5'));
    const run = await world.rerate(selection, ['PRE']);
    // 6 x 3.5 = 21; then 4 x 3.5 = 14 of 9. It keeps its 9.6, and beside those 21 are not to be had of 30.
    expect(run.counts).toMatchObject({ records: 0, changed: 0, problems: 2 });
    expect(run.problems.map(({ line, code }) => [line, code])).toEqual([
      [2, 'BALANCE_EXHAUSTED'],
      [3, 'BALANCE_EXHAUSTED'],
    ]);
    expect(await world.amounts('PRE')).toEqual(['14.4', '9.6']);
    expect(await world.topUps('PRE')).toEqual(['P1: 20 used, 0 left', 'P2: 4 used, 6 left']);
  });
});

it('prepaid usage of an allowance draws on the price, then on its top-up, then on money: as much as it takes now', async () => {
  const price = (minimum: string) => ({
    ...perSecond('1', { allowances: ['TALK'], minimum }),
    grants: free('TALK', '10'),
  });
  const offer = await world.plan('PREALLOW', price('1'));
  await world.account('PAL', { 'PAL-S': 'PREALLOW' });
  const holder = { account: 'PAL', subscription: 'PAL-S' };
  await world.said('TOP_UP', { ...holder, reference: 'T1', resource: 'TALK', quantity: '20' });
  await world.said('TOP_UP', { ...holder, reference: 'T2', resource: 'EUR', quantity: '30' });
  await world.usage(
    [
      ['PAL-S-N', '12', '02-01T10:00'],
      ['PAL-S-N', '20', '02-02T10:00'],
    ],
    'PREPAID',
  );
  // 10 granted and 2 of T1; 18 of T1 and 2 EUR
  expect(await world.amounts('PAL')).toEqual(['0', '2']);
  expect(await world.topUps('PAL')).toEqual(['T1: 20 used, 0 left', 'T2: 2 used, 28 left']);
  await world.price('PREALLOW', price('25'));
  await world.rerate({ priceOfferId: offer }, ['PAL']);
  // 25: 10 granted and 15 of T1; 25: 5 of T1 and 20 EUR
  expect(await world.amounts('PAL')).toEqual(['0', '20']);
  expect(await world.topUps('PAL')).toEqual(['T1: 20 used, 0 left', 'T2: 20 used, 10 left']);
  // What a top-up gives of an allowance stands as a grant of it: 10 + 15 + 5.
  expect(await world.balances('PAL')).toContain('PAL-S TALK 2026-02: 30 + 0 - 30 = 0');
  await world.price('PREALLOW', price('1'));
  await world.rerate({ priceOfferId: offer }, ['PAL']);
  expect(await world.amounts('PAL')).toEqual(['0', '2']);
  expect(await world.topUps('PAL')).toEqual(['T1: 20 used, 0 left', 'T2: 2 used, 28 left']);
  expect(await world.billed('PAL')).toEqual([]);
});

describe('terms of an account that come late', () => {
  it('agreed rates are taken for usage that was rated without them', async () => {
    await world.app.put('/v1/system-properties/customRatesFromBilling', {
      value: true,
      effectiveFrom: FROM,
      reason: 'test',
    });
    const offer = await world.plan('AGREE', perSecond('1'));
    await world.account('AGR', { 'AGR-S': 'AGREE' });
    await world.usage([
      ['AGR-S-N', '20', '02-01T10:00'],
      ['AGR-S-N', '5', '02-02T10:00'],
    ]);
    expect(await world.amounts('AGR')).toEqual(['20', '5']);
    expect(await world.billed('AGR')).toEqual(['AGR-S CALL 25']);
    const agreed = { account: 'AGR', priceOfferId: offer, charge: 'calls' };
    const steps = [
      { upTo: '10', price: '0.5', per: '1' },
      { price: '0.2', per: '1' },
    ];
    await world.said('CUSTOM_RATES', { ...agreed, steps });
    const run = await world.rerate({ accountIds: ['AGR'] }, ['AGR']);
    // 10 at 0.5 and 10 at 0.2; 5 at 0.5
    expect([await world.amounts('AGR'), run.money]).toMatchObject([['7', '2.5'], [{ before: '25', after: '9.5' }]]);
    expect(await world.balances('AGR')).toEqual(['AGR-S SECONDS 2026-02: 0 + 0 - 25 = 25']);
    // 9.5 - 25
    expect(await world.billed('AGR')).toEqual(['AGR-S CALL -15.5']);
    const [first] = await world.charges('AGR');
    expect((await world.details(first!.id)).explanation[0]).toContain('Rates agreed with account AGR stand in');
    // Ended as late from the second day on: the offer's own steps again for what was used from then.
    await world.said('CUSTOM_RATES', agreed, { action: 'END', effectiveFrom: '2026-02-02T00:00:00Z' });
    await world.rerate({ accountIds: ['AGR'] }, ['AGR']);
    expect([await world.amounts('AGR'), await versions('AGR')]).toEqual([
      ['7', '5'],
      [2, 3],
    ]);
    expect(await world.billed('AGR')).toEqual(['AGR-S CALL 2.5']);
  });

  it('a commitment takes off what was charged without it, and its end gives it back', async () => {
    await world.plan('COMMIT', perSecond('1'));
    await world.account('COM', { 'COM-S': 'COMMIT' });
    await world.usage([
      ['COM-S-N', '8000', '02-01T10:00'],
      ['COM-S-N', '2000', '02-02T10:00'],
    ]);
    expect(await world.billed('COM')).toEqual(['COM-S CALL 10000']);
    const commitment = { account: 'COM', subscription: 'COM-S', allowance: 'COMMITTED' };
    await world.said('COMMITMENT', { ...commitment, amount: '9500', currency: 'EUR' });
    await world.rerate({ accountIds: ['COM'] }, ['COM']);
    // 8000 - 8000; 2000 - 1500
    expect(await world.amounts('COM')).toEqual(['0', '500']);
    expect(await world.balances('COM')).toEqual([
      'COM-S COMMITTED 2026-02: 9500 + 0 - 9500 = 0',
      'COM-S SECONDS 2026-02: 0 + 0 - 10000 = 10000',
    ]);
    expect(await world.billed('COM')).toEqual(['COM-S CALL -9500']);
    await world.said('COMMITMENT', commitment, { action: 'END' });
    await world.rerate({ accountIds: ['COM'] }, ['COM']);
    expect(await world.amounts('COM')).toEqual(['8000', '2000']);
    expect(await world.balances('COM')).toEqual([
      'COM-S COMMITTED 2026-02: 0 + 0 - 0 = 0',
      'COM-S SECONDS 2026-02: 0 + 0 - 10000 = 10000',
    ]);
    expect(await world.billed('COM')).toEqual(['COM-S CALL 9500']);
  });
});

it('usage that came with its price stays as it is, whatever is put on the offer', async () => {
  await world.plan('RATED', perSecond('1'));
  await world.account('RAT', { 'RAT-S': 'RATED' });
  await world.usage(
    [
      ['RAT-S-N', '1.25', '02-01T10:00'],
      ['RAT-S-N', '0.105', '02-02T10:00'],
    ],
    'PRERATED',
  );
  await world.price('RATED', perSecond('9'));
  const run = await world.rerate({ accountIds: ['RAT'] }, ['RAT']);
  expect(run.counts).toMatchObject({ accounts: 1, records: 2, changed: 0, problems: 0 });
  expect([await world.amounts('RAT'), await versions('RAT'), await world.balances('RAT')]).toEqual([
    ['1.25', '0.105'],
    [1, 1],
    [],
  ]);
  expect(await world.billed('RAT')).toEqual(['RAT-S CALL 1.355']);
});

describe('a service id that had moved, as the feed says too late', () => {
  beforeAll(async () => {
    await world.plan('FROM', { ...perSecond('1', { allowances: ['FREE'] }), grants: free('FREE', '10') });
    await world.plan('TO', { ...perSecond('2', { allowances: ['FREE'] }), grants: free('FREE', '10') });
    await world.account('MOV', { 'MOV-1': 'FROM', 'MOV-2': 'TO' });
    await world.account('OTH', { 'OTH-S': 'TO' });
    await world.usage([
      ['MOV-1-N', '15', '02-01T10:00'],
      ['MOV-1-N', '20', '02-10T10:00'],
    ]);
  });

  const moves = async (from: string, to: readonly [account: string, subscription: string], day: string) => {
    const effectiveFrom = `2026-${day}T00:00:00Z`;
    const serviceId = 'MOV-1-N';
    const [account, subscription] = to;
    await world.said(
      'SERVICE_ID',
      { account: 'MOV', subscription: from, serviceId },
      {
        action: 'END',
        effectiveFrom,
      },
    );
    await world.said('SERVICE_ID', { account, subscription, serviceId, service: 'LINE' }, { effectiveFrom });
  };

  it('to another subscription of the account: price, balances and billing follow', async () => {
    // 15 - 10 free; 20
    expect(await world.amounts('MOV')).toEqual(['5', '20']);
    expect(await world.billed('MOV')).toEqual(['MOV-1 CALL 25']);
    await moves('MOV-1', ['MOV', 'MOV-2'], '02-05');
    const run = await world.rerate({ accountIds: ['MOV'] }, ['MOV']);
    expect(run.counts).toMatchObject({ records: 2, changed: 1, problems: 0 });
    // On the 10th it was the other one's: 10 free, 10 at 2.
    expect((await world.charges('MOV')).map(({ subscription, amount }) => [subscription, amount])).toEqual([
      ['MOV-1', '5'],
      ['MOV-2', '20'],
    ]);
    expect((await world.balances('MOV')).sort()).toEqual([
      'MOV-1 FREE 2026-02: 10 + 0 - 10 = 0',
      'MOV-1 SECONDS 2026-02: 0 + 0 - 15 = 15',
      'MOV-2 FREE 2026-02: 10 + 0 - 10 = 0',
      'MOV-2 SECONDS 2026-02: 0 + 0 - 20 = 20',
    ]);
    expect(await world.billed('MOV')).toEqual(['MOV-1 CALL -20', 'MOV-2 CALL 20']);
  });

  it('to another account: it stays where it was billed, and the run names both accounts', async () => {
    await moves('MOV-2', ['OTH', 'OTH-S'], '02-08');
    const before = [await world.charges('MOV'), await world.balances('MOV')];
    const run = await world.rerate({ accountIds: ['MOV', 'OTH'] }, ['MOV', 'OTH']);
    expect(run.counts).toMatchObject({ changed: 0, problems: 1 });
    expect(run.problems).toMatchObject([{ account: 'MOV', line: 3, code: 'SERVICE_NOT_FOUND' }]);
    expect(run.problems[0]?.message).toMatch(
      /belonged to account OTH .* stays with account MOV\. If it was MOV's, correct/,
    );
    expect([await world.charges('MOV'), await world.balances('MOV')]).toEqual(before);
    expect([await world.charges('OTH'), await world.billed('MOV'), await world.billed('OTH')]).toEqual([[], [], []]);
  });

  it('to nobody: it stays, and the run says what to do', async () => {
    await world.said(
      'SERVICE_ID',
      { account: 'OTH', subscription: 'OTH-S', serviceId: 'MOV-1-N' },
      {
        action: 'END',
        effectiveFrom: '2026-02-09T00:00:00Z',
      },
    );
    const run = await world.rerate({ accountIds: ['MOV'] }, ['MOV']);
    expect(run.problems).toMatchObject([{ account: 'MOV', line: 3, code: 'SERVICE_NOT_FOUND' }]);
    expect(run.problems[0]?.message).toMatch(/then rate it again; until then it keeps what it was charged\.$/);
  });
});

it('what a record keeps of an allowance is not granted to another one as well', async () => {
  await world.plan('KEEP', { ...perSecond('1', { allowances: ['FREE'] }), grants: free('FREE', '10') });
  await world.account('KEP', { 'KEP-S': 'KEEP' });
  // The later call came first: 8 of 10 free; the earlier one has 2 free of its 6.
  await world.usage([['KEP-S-N', '8', '02-10T10:00']]);
  await world.usage([['KEP-S-N', '6', '02-01T10:00']]);
  expect(await world.amounts('KEP')).toEqual(['4', '0']);
  const serviceId = { account: 'KEP', subscription: 'KEP-S', serviceId: 'KEP-S-N' };
  await world.said('SERVICE_ID', serviceId, { action: 'END', effectiveFrom: '2026-02-09T00:00:00Z' });
  const run = await world.rerate({ accountIds: ['KEP'] }, ['KEP']);
  expect(run.counts).toMatchObject({ records: 1, changed: 0, problems: 1 });
  expect(await world.amounts('KEP')).toEqual(['4', '0']);
  expect(await world.balances('KEP')).toEqual([
    'KEP-S FREE 2026-02: 10 + 0 - 10 = 0',
    'KEP-S SECONDS 2026-02: 0 + 0 - 14 = 14',
  ]);
  // At 2 instead of 1: 4 x 2; what is kept is not free of charge for others.
  await world.price('KEEP', { ...perSecond('2', { allowances: ['FREE'] }), grants: free('FREE', '10') });
  await world.rerate({ accountIds: ['KEP'] }, ['KEP']);
  expect(await world.amounts('KEP')).toEqual(['8', '0']);
  expect(await world.billed('KEP')).toEqual(['KEP-S CALL 8']);
});

it('a correction of what two subscriptions share, and carry over, reaches the next cycle', async () => {
  await world.block('allowances', {
    id: 'POOL',
    unit: 'seconds',
    scope: 'ACCOUNT',
    rollover: { cap: '30', cycles: 1 },
  });
  const price = (minimum: string) => ({
    ...perSecond('1', { allowances: ['POOL'], minimum }),
    grants: free('POOL', '100'),
  });
  const offer = await world.plan('POOLED', price('1'));
  await world.price('POOLED', price('1'), '2026-02-01T00:00:00Z');
  await world.account('POO', { 'POO-1': 'POOLED', 'POO-2': 'POOLED' });
  await world.usage([
    ['POO-1-N', '40', '01-10T10:00'],
    ['POO-2-N', '20', '01-20T10:00'],
    ['POO-1-N', '50', '02-10T10:00'],
    ['POO-2-N', '90', '02-20T10:00'],
  ]);
  // January: 100 - 40 - 20 = 40, of which 30 are carried on. February: 30 + 100 - 50 = 80 are left for 90.
  expect(await world.amounts('POO')).toEqual(['0', '0', '0', '10']);
  expect(await world.balances('POO')).toEqual(
    expect.arrayContaining(['ACCOUNT POOL 2026-02: 100 + 30 - 130 = 0', 'ACCOUNT POOL 2026-01: 100 + -30 - 60 = 10']),
  );
  expect(await world.billed('POO')).toEqual(['POO-1 CALL 0', 'POO-2 CALL 10']);
  await world.price('POOLED', price('45'));
  const run = await world.rerate({ priceOfferId: offer, from: FROM, to: '2026-02-01T00:00:00Z' }, ['POO']);
  // January is chosen: 100 - 45 - 45 = 10 are carried on. February: 10 + 100 - 50 = 60 are left for 90.
  expect([run.counts.records, await world.amounts('POO')]).toEqual([4, ['0', '0', '0', '30']]);
  expect(await world.balances('POO')).toEqual(
    expect.arrayContaining(['ACCOUNT POOL 2026-02: 100 + 10 - 110 = 0', 'ACCOUNT POOL 2026-01: 100 + -10 - 90 = 0']),
  );
  // The quantity of POO-1 is 5 more and costs nothing.
  expect(await world.billed('POO')).toEqual(['POO-1 CALL 0', 'POO-2 CALL 20']);
});

it('what was granted and used up, and is granted no more, counts as unused where it is carried over', async () => {
  await world.block('allowances', { id: 'SPARE', unit: 'seconds', rollover: { cap: '30', cycles: 1 } });
  const price = { ...perSecond('1', { allowances: ['SPARE'] }), grants: free('SPARE', '100') };
  const offer = await world.plan('SPARED', price);
  await world.price('SPARED', price, '2026-02-01T00:00:00Z');
  await world.account('SPA', { 'SPA-S': 'SPARED' });
  await world.usage([
    ['SPA-S-N', '100', '01-10T10:00'],
    ['SPA-S-N', '120', '02-10T10:00'],
  ]);
  expect(await world.amounts('SPA')).toEqual(['0', '20']);
  await world.price('SPARED', perSecond('1'));
  const run = await world.rerate({ priceOfferId: offer, from: FROM, to: '2026-02-01T00:00:00Z' }, ['SPA']);
  // Nothing of January's 100 is used now: 30 come over, and 130 are there for 120.
  expect([run.counts.records, await world.amounts('SPA')]).toEqual([2, ['100', '0']]);
  expect(await world.billed('SPA')).toEqual(['SPA-S CALL 100']);
});

it('a percentage of a corrected charge follows it; what is not corrected keeps its version', async () => {
  for (const id of ['SETUP', 'TIME', 'LEVY']) {
    await world.block('usage-types', { id, unit: 'second', serviceType: 'VOICE' });
  }
  const percent = { value: '5', of: ['SETUP', 'TIME'] };
  const children = [{ usageType: 'SETUP' }, { usageType: 'TIME' }, { usageType: 'LEVY', percent }];
  await world.block('multi-rate-usage-types', { id: 'PREMIUM', children, invoiceAt: 'PARENT' });
  const when = { usageType: 'PREMIUM' };
  const price = (second: string) => ({
    charges: [
      { name: 'setup', when, part: 'SETUP', fixed: '0.03' },
      {
        name: 'time',
        when,
        part: 'TIME',
        measure: 'seconds',
        tiers: { by: 'QUANTITY', steps: [{ price: second, per: '1' }] },
      },
      { name: 'levy', when, part: 'LEVY', percent: { value: '5', of: ['setup', 'time'] } },
    ],
  });
  const offer = await world.plan('MULTI', price('0.002'));
  await world.account('MUL', { 'MUL-S': 'MULTI' });
  await world.usage([['MUL-S-N', '600', '02-01T10:00', 'PREMIUM']]);
  // 0.03; 600 x 0.002 = 1.2; 5 % of 1.23
  expect(await world.amounts('MUL')).toEqual(['0.03', '1.2', '0.0615']);
  expect(await world.billed('MUL')).toEqual(['MUL-S PREMIUM 1.2915']);
  await world.price('MULTI', price('0.003'));
  const run = await world.rerate({ priceOfferId: offer }, ['MUL']);
  // 0.03; 600 x 0.003 = 1.8; 5 % of 1.83
  expect([run.counts.changed, await world.amounts('MUL')]).toEqual([1, ['0.03', '1.8', '0.0915']]);
  expect(await world.balances('MUL')).toEqual([]);
  // 1.9215 - 1.2915
  expect(await world.billed('MUL')).toEqual(['MUL-S PREMIUM 0.63']);
});

describe('usage that came in another order than it was made', () => {
  const calls = (account: string): readonly Call[] => [
    [`${account}-S-N`, '30', '02-01T10:00'],
    [`${account}-S-N`, '50', '02-02T10:00'],
    [`${account}-S-N`, '40', '02-03T10:00'],
  ];
  const found = async (account: string) => {
    const details = await Promise.all((await world.charges(account)).map(({ id }) => world.details(id)));
    const balances = (await world.balances(account)).map((balance) => balance.replace(account, ''));
    return [details.map(({ at, amount, quantity, impacts }) => ({ at, amount, quantity, impacts })), balances];
  };

  it('costs what it would have in order, once its account is rated again; what waits in suspense is left alone', async () => {
    const tiers = {
      by: 'BALANCE',
      accumulator: 'TALK',
      steps: [
        { upTo: '60', price: '1', per: '1' },
        { price: '0.5', per: '1' },
      ],
    };
    const charge = { name: 'calls', measure: 'seconds', tiers, allowances: ['GIFT'], accumulators: ['TALK'] };
    await world.plan('ORDER', { charges: [charge], grants: free('GIFT', '20') });
    await world.account('ORD', { 'ORD-S': 'ORDER' });
    await world.account('SHU', { 'SHU-S': 'ORDER' });
    await world.usage(calls('ORD'));
    const [first, second, third] = calls('SHU');
    const nobody = await world.usage([third!, ['NOBODY', '5', '02-03T11:00']]);
    await world.usage([first!]);
    await world.usage([second!]);
    // In order: 30 - 20 free; 30 and 20 x 0.5; 40 x 0.5
    expect(await world.amounts('ORD')).toEqual(['10', '40', '20']);
    // As it came: 40 - 20 free last; 20 and 10 x 0.5 first; 50 x 0.5
    expect(await world.amounts('SHU')).toEqual(['25', '25', '20']);
    const suspended = await world.list('/v1/suspense/records', { fileId: nobody });
    expect(suspended).toMatchObject([{ code: 'SERVICE_NOT_FOUND' }]);
    expect(await world.billed('SHU')).toEqual(['SHU-S CALL 70']);
    const run = await world.rerate({ accountIds: ['SHU'] }, ['SHU']);
    expect(run.counts).toMatchObject({ records: 3, changed: 3, problems: 0 });
    expect(await found('SHU')).toEqual(await found('ORD'));
    expect(await world.list('/v1/suspense/records', { fileId: nobody })).toEqual(suspended);
    expect(await world.billed('SHU')).toEqual([]);
    expect((await world.rerate({ accountIds: ['ORD'] }, ['ORD'])).counts).toMatchObject({ records: 3, changed: 0 });
  });

  it('prepaid usage too: the top-ups pay it in the order in which it was made', async () => {
    await world.account('OPP', { 'OPP-S': 'PREPAY' });
    const holder = { account: 'OPP', subscription: 'OPP-S', resource: 'EUR' };
    await world.said('TOP_UP', { ...holder, reference: 'O1', quantity: '35', expires: '2026-03-01T00:00:00Z' });
    await world.said('TOP_UP', { ...holder, reference: 'O2', quantity: '100' });
    await world.usage([['OPP-S-N', '20', '02-03T10:00']], 'PREPAID');
    await world.usage([['OPP-S-N', '10', '02-01T10:00']], 'PREPAID');
    const paid = async () =>
      Promise.all((await world.charges('OPP')).map(async ({ id }) => (await world.details(id)).impacts));
    const counted = (reference: string, quantity: string) =>
      expect.objectContaining({ meaning: 'PREPAID', resource: `$topUp ${reference}`, quantity }) as object;
    // At 3.5: 70 are 35 of O1 and 35 of O2; the 35 of before that come out of O2.
    expect(await paid()).toEqual([
      expect.arrayContaining([counted('O2', '35')]),
      expect.arrayContaining([counted('O1', '35'), counted('O2', '35')]),
    ]);
    await world.rerate({ accountIds: ['OPP'] }, ['OPP']);
    expect(await paid()).toEqual([
      expect.arrayContaining([counted('O1', '35')]),
      expect.arrayContaining([counted('O2', '70')]),
    ]);
    expect(await world.topUps('OPP')).toEqual(['O1: 35 used, 0 left', 'O2: 70 used, 30 left']);
    expect(await world.billed('OPP')).toEqual([]);
  });
});
