import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { UsageGroups, type UsageGroup } from '../../src/modules/billing-sync/domain/usage-groups.js';
import { GroupRows } from '../../src/modules/rating/application/queries/group-rows.js';
import { LogEvents } from '../../src/modules/rating/application/rater/log-events.js';
import type { GroupMember, RecordGroup } from '../../src/modules/rating/application/queries/monetized-usage.port.js';
import type { UsageBatchRated, UsageRerated } from '../../src/modules/rating/index.js';
import { monetizedUsageProjection } from '../../src/modules/rating/projections/monetized-usage.projection.js';
import type { EventStore } from '../../src/shared/event-store/event-store.port.js';
import { Decimal } from '../../src/shared/kernel/decimal.js';
import type { RecordedEvent } from '../../src/shared/kernel/event.js';
import { EmbeddedReadModels } from '../../src/shared/read-models/adapters/embedded/embedded-read-models.js';
import { projectRows, recordedEvent, rowsOf } from '../support/project-rows.js';

interface Said {
  readonly subscription: string;
  readonly usageType: string;
  readonly offer: number;
  readonly quantity: string;
  readonly amount: string;
}
interface Standing extends Said {
  readonly version: number;
  readonly revision: number;
  readonly row: number;
}
interface Changed {
  readonly record: number;
  readonly now: Said;
  readonly old: Standing | undefined;
  readonly withdrawn: boolean;
}
type Step =
  'RUN' | { readonly first: boolean; readonly rows: readonly (readonly [record: number, said: Said | null])[] };

const OFFERS = ['P.STD.S.EUR', 'P.GOLD.S.EUR'].map((priceOfferId) => ({ priceOfferId, version: 1 }));
const SOURCE = { position: 1, fileId: 'f1', sourcePlatform: 's', serviceType: 'VOICE', usageRecordType: 'POSTPAID' };
const STREAM = 'rating-main.0';

const decimal = (min: bigint, max: bigint) =>
  fc.bigInt({ min, max }).map((units) => Decimal.fromUnits(units, 10).toString());
const said: fc.Arbitrary<Said> = fc.record({
  subscription: fc.constantFrom('s1', 's2'),
  usageType: fc.constantFrom('VOICE', 'SMS'),
  offer: fc.constantFrom(0, 1),
  quantity: fc.constantFrom('0', '1', '2.5'),
  amount: fc.oneof(fc.constant('0'), fc.constant('0.5'), decimal(-1_000_000_000n, 30_000_000_000n)),
});
const row = fc.tuple(fc.nat({ max: 9 }), fc.option(said, { freq: 6 }));
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ first: fc.boolean(), rows: fc.array(row, { minLength: 1, maxLength: 5 }) }) },
    { weight: 2, arbitrary: fc.constant('RUN' as const) },
  ),
  { maxLength: 25 },
);

/** Rates records (n of account a or b, used at n/2) for the first time or again, as the rater's events say it. */
class Rating {
  readonly events: RecordedEvent[] = [];
  private readonly standing = new Map<number, Standing>();

  take({ first, rows }: Exclude<Step, 'RUN'>): void {
    const chosen = new Map(rows.filter(([record, now]) => (first ? now !== null && !this.standing.has(record) : true)));
    const changes = [...chosen].flatMap(([record, now]): Changed[] => {
      const old = this.standing.get(record);
      if (old === undefined) return now === null ? [] : [{ record, now, old, withdrawn: false }];
      const { version: _version, revision: _revision, row: _row, ...before } = old;
      return [{ record, now: now ?? { ...before, quantity: '0', amount: '0' }, old, withdrawn: now === null }];
    });
    if (changes.length === 0) return;
    const revision = this.events.length;
    const old = changes.map((change) => change.old ?? change.now);
    const columns = {
      source: changes.map(() => 0),
      line: changes.map(({ record }) => record + 1),
      ordinal: changes.map(({ record }) => record),
      charge: changes.map(() => 0),
      account: changes.map(({ record }) => (record % 2 === 0 ? 'a' : 'b')),
      serviceId: changes.map(() => 'n'),
      at: changes.map(({ record }) => Math.floor(record / 2)),
      cycle: changes.map(() => 0),
      currency: changes.map(() => 'EUR'),
      impacts: changes.map(() => []),
      before: changes.map(() => null),
      ...columnsOf(
        '',
        changes.map(({ now }) => now),
      ),
      version: changes.map((change) => (change.old?.version ?? 0) + 1),
      withdrawn: changes.map(({ withdrawn }) => withdrawn),
      'old.revision': changes.map((change) => change.old?.revision ?? null),
      'old.row': changes.map((change) => change.old?.row ?? null),
      'old.currency': changes.map(() => 'EUR'),
      ...columnsOf('old.', old),
    };
    const money = changes.reduce((sum, change) => {
      const was = Decimal.parse(change.old?.amount ?? '0');
      return sum.plus(Decimal.parse(change.now.amount)).minus(was);
    }, Decimal.ZERO);
    const sources = [{ ...SOURCE, monetizedLines: changes.length }];
    const head = { partition: 0, sources, offers: OFFERS, money: { EUR: money.toString() } };
    const type = first ? 'UsageBatchRated.v1' : 'UsageRerated.v1';
    this.events.push({ ...recordedEvent(100 + revision, type, { head, columns }, STREAM), revision });
    for (const [index, change] of changes.entries()) {
      const version = (change.old?.version ?? 0) + 1;
      this.standing.set(change.record, { ...change.now, version, revision, row: index });
    }
  }
}

function columnsOf(prefix: '' | 'old.', list: readonly Said[]): Record<string, unknown[]> {
  const names = ['subscription', 'usageType', 'offer', 'quantity', 'amount'] as const;
  return Object.fromEntries(names.map((name) => [`${prefix}${name}`, list.map((one) => one[name])]));
}

/** What an aggregation over these revisions makes lines of. */
function linesOf(events: readonly RecordedEvent[]): UsageGroup[] {
  const groups = new UsageGroups();
  for (const event of events) {
    if (event.type === 'UsageRerated.v1') groups.correct(event.data as UsageRerated['data']);
    else groups.add(event.data as UsageBatchRated['data']);
  }
  for (const { heads, rows } of groups.money()) expect(heads.toString()).toBe(rows.toString());
  return groups.sorted();
}

const sum = (texts: readonly string[]): string => Decimal.sum(texts.map((text) => Decimal.parse(text))).toString();

describe('the rows that a line tells of', () => {
  let folder: string;
  let runs = 0;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'retally-lines-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Read models over these events, as the projection makes them. */
  async function readModelsOf(events: readonly RecordedEvent[]): Promise<EmbeddedReadModels> {
    const path = join(folder, `${(runs += 1)}.db`);
    const models = await EmbeddedReadModels.open({ path, mode: 'writer' });
    await models.writer.prepare([monetizedUsageProjection], 1);
    const rows = projectRows(monetizedUsageProjection, events);
    const { name: projection, collections } = monetizedUsageProjection;
    const writes = collections.map((spec) => ({ spec, puts: rowsOf(spec, rows), deletes: [] }));
    const write = { projection, generation: 'live', from: 0, to: 1, rows: writes } as const;
    await models.writer.commit({ writes: [write], requests: [], head: 1, now: 1 });
    return models;
  }

  it('are the rows it was made of, and add up to it, whatever was rated again before, between and after', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 4 }), async (list, limit) => {
        const rating = new Rating();
        const windows: (readonly [from: number, to: number])[] = [];
        for (const step of [...list, 'RUN' as const]) {
          if (step !== 'RUN') rating.take(step);
          else windows.push([windows.at(-1)?.[1] ?? 0, rating.events.length]);
        }
        const { events } = rating;
        const models = await readModelsOf(events);
        const store = {
          // eslint-disable-next-line @typescript-eslint/require-await -- a list, in the shape of a stream
          async *readStream(_: string, { from = 0, limit: most = 1 }) {
            yield* events.slice(from, from + most);
          },
        } as unknown as EventStore;
        const groups = new GroupRows(models, new LogEvents(store, 3));
        try {
          for (const [from, to] of windows) {
            for (const line of linesOf(events.slice(from, to))) {
              const { account, subscription, usageType, currency, rateSchedule, firstAt, lastAt } = line;
              const key = { account, subscription, usageType, currency, rateSchedule };
              const window = { tenant: 'main', partition: 0, fromRevision: from, toRevision: to - 1 };
              const group: RecordGroup = { ...window, ...key, firstAt, lastAt };
              const wanted = {
                records: line.records,
                quantity: line.quantity.toString(),
                amount: line.amount.toString(),
              };
              expect(await groups.totals(group)).toEqual(wanted);
              const members: GroupMember[] = [];
              let after: string | undefined;
              do {
                const page = await groups.members(group, { limit, ...(after === undefined ? {} : { after }) });
                expect(page.items.length).toBeLessThanOrEqual(limit);
                members.push(...page.items);
                after = page.next;
              } while (after !== undefined);
              expect({
                records: new Set(members.map(({ revision, row: at }) => `${revision}/${at}`)).size,
                quantity: sum(members.map(({ quantity }) => quantity)),
                amount: sum(members.map(({ amount }) => amount)),
              }).toEqual(wanted);
              expect(members).toHaveLength(line.records);
            }
          }
        } finally {
          await models.close();
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
