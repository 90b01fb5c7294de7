import { sampleAccounts } from '../../src/tools/demo/data/sample-accounts.js';
import { sampleCatalog, samplePrices } from '../../src/tools/demo/data/sample-catalog.js';
import { startTestApp, type TestApp } from '../support/app.js';

interface Outcome {
  readonly activityId: string;
  readonly messageId: string;
  readonly status: string;
  readonly code: string | null;
  readonly reason: string | null;
}

const START = '2026-01-01T00:00:00Z';

function account(id: string, more: object = {}) {
  return {
    messageId: `account-${id}`,
    object: 'ACCOUNT',
    action: 'CREATE',
    effectiveFrom: START,
    payload: { account: id, name: `Customer ${id}`, currency: 'EUR', billingDay: 1, timeZone: 'Europe/Berlin' },
    ...more,
  };
}

function subscription(id: string, more: object = {}) {
  return {
    messageId: `subscription-${id}`,
    object: 'SUBSCRIPTION',
    action: 'CREATE',
    effectiveFrom: START,
    payload: { account: id, subscription: `S-${id}`, plan: 'MOBILE_M', rateSchedule: 'STANDARD' },
    ...more,
  };
}

function serviceId(id: string, number: string, more: object = {}) {
  return {
    messageId: `service-id-${number}`,
    object: 'SERVICE_ID',
    action: 'CREATE',
    effectiveFrom: START,
    payload: { account: id, subscription: `S-${id}`, serviceId: number, service: 'MOBILE' },
    ...more,
  };
}

describe('the feeds over HTTP', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.stop());

  const feed = async (kind: string, messages: object) => {
    const { body } = await app.post(`/v1/feeds/${kind}`, messages).expect(202);
    return body as { position: number; commandId: string; messages: Outcome[] };
  };

  it('takes the catalog of the sample and makes the offers, which then get their prices', async () => {
    const { messages, position } = await feed('catalog', sampleCatalog());
    expect(messages.filter(({ status }) => status !== 'COMPLETE')).toEqual([]);
    const shells = await app.get('/v1/price-offers', { status: 'SHELL', minPosition: position }).expect(200);
    expect(shells.body.items.map((offer: { priceOfferId: string }) => offer.priceOfferId)).toEqual([
      'AI_API.PAYG.INFERENCE.USD',
      'MOBILE_M.STANDARD.MOBILE.EUR',
      'MOBILE_NEW.STANDARD.MOBILE.EUR',
    ]);
    let last = 0;
    for (const { priceOfferId, body } of samplePrices()) {
      const put = await app.put(`/v1/price-offers/${priceOfferId}/pricing`, body).expect(200);
      expect(put.body).toMatchObject({ priceOfferId, version: 1 });
      last = put.body.position;
    }
    const priced = await app.get('/v1/price-offers', { status: 'PRICED', minPosition: last }).expect(200);
    expect(priced.body.items).toHaveLength(2);
    const one = await app.get('/v1/price-offers/AI_API.PAYG.INFERENCE.USD').expect(200).expect('etag', '"1"');
    expect(one.body.versions[0]).toMatchObject({ version: 1, reason: 'Launch price list' });
    const plans = await app.get('/v1/plans', { name: 'mobile' }).expect(200);
    expect(plans.body.items.map(({ plan }: { plan: string }) => plan)).toEqual(['MOBILE_M', 'MOBILE_NEW']);
    const schedules = await app.get('/v1/rate-schedules', { plan: 'MOBILE_M' }).expect(200);
    expect(schedules.body.items).toHaveLength(1);
    await app.get('/v1/usage-types').expect(200);
    const services = await app.get('/v1/services').expect(200);
    expect(services.body.items[1].versions[0].usageTypes).toEqual(['CALL', 'MESSAGE', 'DATA_VOLUME']);
  });

  it('takes accounts and shows them', async () => {
    const { messages, position } = await feed('accounts', [...sampleAccounts(20)]);
    expect(messages.every(({ status }) => status === 'COMPLETE')).toBe(true);
    const { body } = await app.get('/v1/accounts', { limit: 5, minPosition: position }).expect(200);
    expect(body.items).toHaveLength(5);
    expect(body.next).toBeDefined();
    await app.get('/v1/accounts/A0000003').expect(200);
    const subscriptions = await app.get('/v1/accounts/A0000003/subscriptions').expect(200);
    expect(subscriptions.body.items[0]).toMatchObject({
      subscription: 'S0000003',
      serviceIds: [{ serviceId: '491510000003', service: 'MOBILE', effectiveTo: null }],
    });
    const users = await app.get('/v1/accounts', { serviceId: '491510000003' }).expect(200);
    expect(users.body.items.map((item: { account: string }) => item.account)).toEqual(['A0000003']);
    await app.get('/v1/accounts/nobody').expect(404);
  });

  it('says what must come first, and applies it again when it has come', async () => {
    const early = await feed('accounts', [serviceId('late', '4900'), subscription('late')]);
    expect(early.messages.map(({ status, code }) => [status, code])).toEqual([
      ['ERROR', 'ACCOUNT_NOT_FOUND'],
      ['ERROR', 'ACCOUNT_NOT_FOUND'],
    ]);
    expect(early.messages[0]?.reason).toContain('ACCOUNT late is not known: its CREATE must come first');
    await feed('accounts', account('late'));
    const again = await app
      .post('/v1/sync-activities/reprocesses', { selection: { errorCode: 'ACCOUNT_NOT_FOUND' } })
      .expect(202);
    // The service id came before its subscription, so it waits for another turn.
    expect(again.body).toMatchObject({ activities: 2, complete: 1, error: 1 });
    const once = await app
      .post('/v1/sync-activities/reprocesses', {
        selection: { activityIds: [early.messages[0]?.activityId] },
        reason: 'The subscription is there now',
      })
      .expect(202);
    expect(once.body).toMatchObject({ activities: 1, complete: 1, error: 0 });
    const id = early.messages[0]?.activityId ?? '';
    const activity = await app.get(`/v1/sync-activities/${id}`, { minPosition: once.body.position }).expect(200);
    expect(activity.body).toMatchObject({
      status: 'COMPLETE',
      attempts: 3,
      code: null,
      raw: serviceId('late', '4900'),
    });
    await app.post('/v1/sync-activities/reprocesses', { selection: {} }).expect(422);
  });

  it('ignores what came before, and refuses another content under its id', async () => {
    const first = account('twice');
    await feed('accounts', first);
    const { payload, ...envelope } = first;
    const reordered = { payload, ...envelope };
    const again = await feed('accounts', [reordered, { ...first, payload: { ...payload, name: 'Other' } }]);
    expect(again.messages.map(({ status, code }) => [status, code])).toEqual([
      ['IGNORED', null],
      ['ERROR', 'MESSAGE_ID_REUSED'],
    ]);
  });

  it('answers a command again, and does nothing again', async () => {
    const send = () => app.post('/v1/feeds/accounts', [account('key')]).set('idempotency-key', 'feed-key-1');
    const first = await send().expect(202);
    const second = await send().expect(202);
    expect(second.body).toEqual(first.body);
  });

  it('keeps a service id in one subscription at a time', async () => {
    await feed('accounts', [account('a'), account('b'), subscription('a'), subscription('b'), serviceId('a', '777')]);
    const taken = await feed('accounts', serviceId('b', '777', { messageId: 'b-takes-777' }));
    expect(taken.messages[0]).toMatchObject({ status: 'ERROR', code: 'SERVICE_ID_IN_USE' });
    const end = '2026-03-01T00:00:00Z';
    const { payload } = serviceId('a', '777');
    const { service: _, ...which } = payload;
    const moved = await feed('accounts', [
      serviceId('a', '777', { messageId: 'end-777', action: 'END', effectiveFrom: end, payload: which }),
      serviceId('b', '777', { messageId: 'b-takes-777-later', effectiveFrom: end }),
    ]);
    expect(moved.messages.map(({ status, reason }) => [status, reason])).toEqual([
      ['COMPLETE', null],
      ['COMPLETE', null],
    ]);
    const users = await app.get('/v1/accounts', { serviceId: '777', minPosition: moved.position }).expect(200);
    expect(users.body.items.map((item: { account: string }) => item.account)).toEqual(['a', 'b']);
  });

  it('makes an activity of a wrong message with every error, and refuses a body that is no messages', async () => {
    const wrong = { messageId: 'wrong', object: 'ACCOUNT', action: 'CREATE', effectiveFrom: 'today', payload: {} };
    const bad = account('x', { messageId: 'bad', payload: { account: 'x', billingDay: 32, colour: 'red' } });
    const { messages, position } = await feed('accounts', [wrong, bad, { object: 'PLAN' }]);
    expect(messages.map(({ status, code }) => [status, code])).toEqual(Array(3).fill(['ERROR', 'INVALID_MESSAGE']));
    const id = messages[1]?.activityId ?? '';
    const { body } = await app.get(`/v1/sync-activities/${id}`, { minPosition: position }).expect(200);
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      'payload.billingDay',
      'payload.colour',
      'payload.currency',
      'payload.name',
      'payload.timeZone',
    ]);
    const listed = await app
      .get('/v1/sync-activities', { kind: 'account', status: 'ERROR', errorCode: 'INVALID_MESSAGE', limit: 2 })
      .expect(200);
    expect(listed.body.items.map((item: { messageId: string | null }) => item.messageId)).toEqual([null, 'bad']);
    await app.post('/v1/feeds/accounts', []).expect(422);
    await app.post('/v1/feeds/accounts', ['text']).expect(422);
    await app.post('/v1/feeds/accounts', '{').set('content-type', 'application/json').expect(400);
    const many = Array.from({ length: 1001 }, (_, index) => account(`n${index}`));
    await app.post('/v1/feeds/accounts', many).expect(422);
  });

  it('guards prices: wrong ones, stale ones, ones of another currency', async () => {
    const path = '/v1/price-offers/MOBILE_M.STANDARD.MOBILE.EUR/pricing';
    const body = samplePrices()[0]?.body ?? { effectiveFrom: START, pricing: {}, reason: '' };
    const stale = await app.put(path, body).set('if-match', '"0"').expect(412);
    expect(stale.body).toMatchObject({ code: 'catalog/pricing-changed' });
    const second = await app.put(path, body).set('if-match', '"1"').expect(200).expect('etag', '"2"');
    expect(second.body.version).toBe(2);
    const wrong = await app.put(path, { ...body, pricing: { currency: 'EUR', charges: [{ name: 'x' }] } }).expect(422);
    expect(wrong.body.errors.length).toBeGreaterThan(0);
    expect(wrong.body.errors[0].path).toMatch(/^pricing\./);
    const dollars = { ...body, pricing: { ...(body.pricing as object), currency: 'USD' } };
    const currency = await app.put(path, dollars).expect(422);
    expect(currency.body.errors[0].path).toBe('pricing.currency');
    await app.put('/v1/price-offers/NO.SUCH.OFFER.EUR/pricing', body).expect(404);
    await app.put(path, { ...body, effectiveFrom: 'soon' }).expect(422);
    await app.put(path, body).set('if-match', 'W/x').expect(400);
  });
});
