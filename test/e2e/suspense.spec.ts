import { setTimeout as pause } from 'node:timers/promises';
import { eventId } from '../../src/shared/event-store/event-id.js';
import type { ExpectedRevision } from '../../src/shared/event-store/event-store.port.js';
import { ManualClock } from '../../src/shared/kernel/clock.js';
import { startTestApp, type TestApp } from '../support/app.js';

const START = Date.UTC(2026, 2, 1);
const AT = START + 86_400_000;
/** Without `ingest`: what it would append is put into the log by hand. */
const ROLES = ['api', 'rate', 'project', 'sync'] as const;
const FILE = 'f00000000000000000001';

let app: TestApp;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}
const get = async (path: string, query?: object): Promise<Answer> => app.get(path, query);
const post = async (path: string, body: object): Promise<Answer> => app.post(path, body);
const revisions = new Map<string, ExpectedRevision>();

async function append(stream: string, ...events: { type: string; data: unknown }[]): Promise<void> {
  const before = revisions.get(stream) ?? 'no-stream';
  const metadata = { tenant: 'main', actor: 'test', correlationId: 'test', recordedAt: new Date(AT).toISOString() };
  const recorded = events.map((event, index) => ({ id: eventId(`${stream}/${before}/${index}`), ...event, metadata }));
  revisions.set(stream, (await app.store.append(stream, before, recorded)).revision);
}

async function customer(serviceId: string): Promise<void> {
  const account = `A${serviceId}`;
  const subscription = `S${serviceId}`;
  const effectiveFrom = START;
  await append(
    `account-main.${account}`,
    {
      type: 'AccountDefined.v1',
      data: {
        account,
        name: account,
        status: 'ACTIVE',
        currency: 'EUR',
        billingDay: 1,
        timeZone: 'UTC',
        effectiveFrom,
      },
    },
    {
      type: 'SubscriptionDefined.v1',
      data: { account, subscription, plan: 'BASIC', rateSchedule: 'STD', status: 'ACTIVE', effectiveFrom },
    },
    { type: 'ServiceIdAssigned.v1', data: { account, subscription, serviceId, service: 'CALLS', effectiveFrom } },
  );
}

/** Six calls: N1 is known, N2 and N3 are not. */
const SERVICE_IDS = ['N1', 'N2', 'N3', 'N1', 'N2', 'N3'];

async function usage(): Promise<void> {
  const count = SERVICE_IDS.length;
  const key = { sourcePlatform: 'switch', serviceType: 'VOICE', usageRecordType: 'POSTPAID' };
  await append(`usageFile-main.${FILE}`, {
    type: 'UsageFileReceived.v1',
    data: {
      ...key,
      fileId: FILE,
      fileName: 'Voice-March.csv',
      sha256: 'a'.repeat(64),
      bytes: 60,
      contentBytes: 60,
      compression: 'NONE',
      via: 'UPLOAD',
      mapping: { name: 'calls', version: 1 },
    },
  });
  const column = <T>(of: (index: number) => T): T[] => SERVICE_IDS.map((_, index) => of(index));
  await append('usage-main.switch.VOICE.POSTPAID', {
    type: 'UsageBatchMediated.v1',
    data: {
      head: {
        ...key,
        fileId: FILE,
        mapping: { name: 'calls', version: 1 },
        chunk: 0,
        firstLine: 1,
        lastLine: count,
        startOffset: 0,
        endOffset: 60,
        counts: { total: count, mediated: count, ignored: 0, duplicate: 0, error: 0 },
        quantities: { seconds: '360' },
        identity: ['$file', '$line'],
      },
      columns: {
        line: column((index) => index + 1),
        offset: column((index) => index * 10),
        length: column(() => 9),
        serviceId: SERVICE_IDS,
        usageType: column(() => 'CALL'),
        at: column(() => AT),
        'q.seconds': column(() => '60'),
        'x.line': [],
        'x.offset': [],
        'x.length': [],
        'x.outcome': [],
        'x.code': [],
        'x.column': [],
        'x.detail': [],
      },
    },
  });
}

/** The rater waits a moment for more before it closes an event. */
async function rated(): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    await app.settle();
    const { body } = await get('/v1/suspense/files');
    if ((body as { items: unknown[] }).items.length > 0) return;
    await pause(20);
  }
  throw new Error('Nothing was rated');
}

beforeAll(async () => {
  app = await startTestApp({ roles: ROLES, clock: ManualClock.at('2026-03-03T00:00:00Z') });
  await append(
    'catalog-main.catalog',
    {
      type: 'UsageTypeDefined.v1',
      data: { usageType: 'CALL', name: 'Call', unit: 'seconds', serviceType: 'VOICE', effectiveFrom: START },
    },
    {
      type: 'PriceOfferShellMade.v1',
      data: {
        priceOfferId: 'BASIC.STD.CALLS.EUR',
        plan: 'BASIC',
        rateSchedule: 'STD',
        service: 'CALLS',
        currency: 'EUR',
        effectiveFrom: START,
      },
    },
    {
      type: 'PricingPut.v1',
      data: {
        priceOfferId: 'BASIC.STD.CALLS.EUR',
        version: 1,
        effectiveFrom: START,
        reason: 'test',
        pricing: {
          currency: 'EUR',
          charges: [
            { name: 'calls', measure: 'seconds', tiers: { by: 'QUANTITY', steps: [{ price: '0.10', per: '60' }] } },
          ],
        },
      },
    },
  );
  await customer('N1');
  await usage();
  await rated();
});
afterAll(() => app.stop());

describe('suspense over HTTP', () => {
  it('lists the files with suspended records, and finds them by part of name and code', async () => {
    const { body, status } = await get('/v1/suspense/files');
    expect(status).toBe(200);
    const expected = {
      fileId: FILE,
      fileName: 'Voice-March.csv',
      open: 4,
      reprocessing: 0,
      resolved: 0,
      errorCodes: ['SERVICE_NOT_FOUND'],
    };
    expect(body).toMatchObject({ items: [expected] });
    const hits = async (query: object) =>
      ((await get('/v1/suspense/files', query)).body as { items: unknown[] }).items.length;
    expect(await hits({ fileName: 'voice-MARCH', errorCode: 'not_found', sourcePlatform: 'switch' })).toBe(1);
    expect(await hits({ startDate: '2026-03-02', endDate: '2026-03-03', sort: '-sourcePlatform' })).toBe(1);
    expect(await hits({ startDate: '2026-03-03' })).toBe(0);
    expect(await hits({ endDate: '2026-03-02' })).toBe(0);
    expect(await hits({ serviceType: 'DATA' })).toBe(0);
  });

  it('says per code what brings the records back', async () => {
    const { body } = await get(`/v1/suspense/files/${FILE}/errors`);
    expect(body).toMatchObject({
      fileName: 'Voice-March.csv',
      items: [
        {
          status: 'OPEN',
          code: 'SERVICE_NOT_FOUND',
          count: 4,
          remedy: expect.stringContaining('SERVICE_ID') as string,
        },
      ],
    });
    const missing = await get('/v1/suspense/files/fnone/errors');
    expect(missing.status).toBe(404);
    expect(missing.body).toMatchObject({ code: 'suspense/file-not-found' });
  });

  it('pages the records', async () => {
    const lines: number[] = [];
    let after: string | undefined;
    do {
      const query = { limit: 3, fileId: FILE, ...(after === undefined ? {} : { after }) };
      const { body } = (await get('/v1/suspense/records', query)) as {
        body: { items: { line: number }[]; next?: string };
      };
      lines.push(...body.items.map(({ line }) => line));
      after = body.next;
    } while (after !== undefined);
    expect(lines).toEqual([2, 3, 5, 6]);
    const { body } = await get('/v1/suspense/records', {
      serviceId: 'N2',
      status: 'OPEN',
      startDate: '2026-03-02',
    });
    expect(body).toMatchObject({
      items: [{ recordId: `${FILE}:2`, account: null, facts: { serviceId: 'N2' } }, { line: 5 }],
    });
  });

  it('tells every wrong field of a request at once', async () => {
    const { status, body } = await post('/v1/suspense/reprocesses', {
      selection: { recordIds: ['x'], fileID: 'f' },
    });
    expect(status).toBe(422);
    const paths = (body as { errors: { path: string }[] }).errors.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['selection.recordIds', 'selection.fileID', 'reason']));
    const empty = await post('/v1/suspense/reprocesses', { selection: {}, reason: 'x' });
    expect(empty.status).toBe(422);
    const nothing = await post('/v1/suspense/reprocesses', { selection: { fileId: 'fnone' }, reason: 'x' });
    expect(nothing.status).toBe(422);
    expect(nothing.body).toMatchObject({ code: 'suspense/nothing-selected' });
    expect((await get('/v1/suspense/records', { status: 'LOST' })).status).toBe(422);
    expect((await get('/v1/suspense/files', { startDate: '2026-02-31' })).status).toBe(422);
  });

  it('rates again what was selected: what is fixed becomes money, the rest is open again', async () => {
    await customer('N2');
    const body = { selection: { errorCode: 'SERVICE_NOT_FOUND' }, reason: 'N2 was fed' };
    const first = await app.post('/v1/suspense/reprocesses', body).set('Idempotency-Key', 'fix-n2');
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({ records: 4, files: 1 });
    const again = await app.post('/v1/suspense/reprocesses', body).set('Idempotency-Key', 'fix-n2');
    expect(again.body).toEqual(first.body);
    await app.settle();

    const { reprocessId, position } = first.body as { reprocessId: string; position: number };
    const followed = await get(`/v1/suspense/reprocesses/${reprocessId}`, { minPosition: position });
    expect(followed.body).toMatchObject({
      status: 'COMPLETED',
      reason: 'N2 was fed',
      commandId: 'fix-n2',
      records: 4,
      resolved: 2,
      suspended: 2,
      resolvedByCode: { SERVICE_NOT_FOUND: 2 },
      suspendedByCode: { SERVICE_NOT_FOUND: 2 },
      selection: { errorCode: 'SERVICE_NOT_FOUND' },
    });
    expect((await get('/v1/suspense/reprocesses', { status: 'COMPLETED' })).body).toMatchObject({
      items: [{ reprocessId }],
    });
    expect((await get('/v1/suspense/files')).body).toMatchObject({ items: [{ open: 2, resolved: 2 }] });
    expect((await get('/v1/suspense/records', { status: 'RESOLVED' })).body).toMatchObject({
      items: [
        { line: 2, account: 'AN2', reprocessId },
        { line: 5, account: 'AN2' },
      ],
    });
    const { body: monetized } = await get('/v1/monetized-usage', { account: 'AN2' });
    expect((monetized as { items: { amount: string }[] }).items.map(({ amount }) => amount)).toEqual(['0.1', '0.1']);
  });

  it('lets a file leave the list with its last record', async () => {
    await customer('N3');
    const { body } = await post('/v1/suspense/reprocesses', {
      selection: { recordIds: [`${FILE}:3`, `${FILE}:6`, `${FILE}:1`] },
      reason: 'N3 was fed',
    });
    expect(body).toMatchObject({ records: 2 });
    await app.settle();
    expect((await get('/v1/suspense/files')).body).toEqual({ items: [] });
    expect((await get(`/v1/suspense/files/${FILE}/errors`)).body).toMatchObject({
      items: [{ status: 'RESOLVED', count: 4 }],
    });
  });
});
