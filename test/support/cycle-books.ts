import type { AccountEvent } from '../../src/modules/accounts/index.js';
import { spendKey, type CatalogEvent } from '../../src/modules/catalog/index.js';
import { ReferenceData } from '../../src/modules/rating/application/rater/reference-data.js';
import type { PartitionAnswer, RunPlace } from '../../src/modules/rating/application/runs/answer-run.js';
import { CycleEndAnswerer } from '../../src/modules/rating/application/runs/cycle-end.answerer.js';
import { BalanceLedger } from '../../src/modules/rating/domain/balance-ledger.js';
import type { NonUsageRatedColumns } from '../../src/modules/rating/domain/runs/non-usage-events.js';
import type { EventStore } from '../../src/shared/event-store/event-store.port.js';
import { sumOfTexts } from '../../src/shared/kernel/decimal-tally.js';
import type { RecordedEvent } from '../../src/shared/kernel/event.js';

type Charge = Record<string, unknown>;
/** Of a day its midnight in UTC. */
export const at = (text: string): number => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text);
/** Since before anything is asked for. */
export const FOREVER = '2020-01-01';

/** What a run made of one charge. */
export interface MadeRow {
  readonly type: string;
  readonly charge: string;
  /** `2026-03-01 10-31/31`: cycle and days. */
  readonly days: string;
  readonly amount: string;
  readonly corrects: boolean;
}

/** One account A with a subscription S of plan P; what is said later is appended to the log before the next run. */
export class CycleBooks {
  readonly reference = new ReferenceData();
  readonly ledger = new BalanceLedger();
  private readonly log: RecordedEvent[] = [];
  private closedTo = 0;
  private closedAt = 0;
  said: Extract<PartitionAnswer, { type: 'RatingRunAnswered.v1' }>['data'] | undefined;

  constructor() {
    this.catalog('RateScheduleDefined.v1', { rateSchedule: 'R', plan: 'P', name: 'R', currency: 'EUR' });
    this.offer('P', 'PHONE');
    this.account();
  }

  catalog(type: string, data: Record<string, unknown>, from = FOREVER): this {
    this.reference.applyCatalog(
      this.append('catalog-main.catalog', type, { effectiveFrom: at(from), ...data }) as never,
    );
    return this;
  }

  offer(plan: string, service: string): this {
    const priceOfferId = `${plan}.R.${service}.EUR`;
    const data = { priceOfferId, plan, rateSchedule: 'R', service, currency: 'EUR' };
    return this.catalog('PriceOfferShellMade.v1' satisfies CatalogEvent['type'], data);
  }

  price(
    charges: readonly Charge[],
    from = FOREVER,
    more: Record<string, unknown> = {},
    plan = 'P',
    service = 'PHONE',
  ): this {
    const priceOfferId = `${plan}.R.${service}.EUR`;
    const version = this.reference.catalog.latestVersion(priceOfferId) + 1;
    const pricing = {
      currency: 'EUR',
      charges: charges.map((charge, index) => ({ name: `c${index}`, ...charge })),
      ...more,
    };
    return this.catalog('PricingPut.v1', { priceOfferId, version, pricing, reason: 'test' }, from);
  }

  account(from = FOREVER, more: Record<string, unknown> = {}): this {
    const terms = {
      account: 'A',
      name: 'A',
      status: 'ACTIVE',
      currency: 'EUR',
      billingDay: 1,
      timeZone: 'UTC',
      ...more,
    };
    return this.accounts('AccountDefined.v1', { ...terms, effectiveFrom: at(from) });
  }

  subscribed(from: string, more: Record<string, unknown> = {}): this {
    const terms = { account: 'A', subscription: 'S', plan: 'P', rateSchedule: 'R', status: 'ACTIVE', ...more };
    return this.accounts('SubscriptionDefined.v1', { ...terms, effectiveFrom: at(from) });
  }

  spent(cycle: string, amount: string): this {
    const impact = ['ACCUMULATOR', spendKey('PHONE').slice('accumulator/'.length), amount, null, null, null] as const;
    this.ledger.foldImpacts('A', 'S', at(cycle), [impact]);
    return this;
  }

  async run(asOf: string): Promise<readonly MadeRow[]> {
    const position = this.append('ratingRun-main.r', 'RatingRunRequested.v1', {}).position;
    const { reference, ledger, closedTo, closedAt } = this;
    const asked = { kind: 'CYCLE_END', asOf: at(asOf) } as const;
    const place = {
      tenant: 'main',
      partition: 0,
      partitions: 1,
      run: { runId: 'r', reason: 'test', asked, partitions: 1 },
      position,
      through: 0,
      reference,
      ledger,
      closedTo,
      closedAt,
      passed: null,
    } as unknown as RunPlace;
    const log = this.log;
    const store = {
      async *readAll({ after }: { after: number }): AsyncIterable<RecordedEvent> {
        for (const event of log) if (event.position > after) yield await Promise.resolve(event);
      },
    } as unknown as EventStore;
    const chunks: NonUsageRatedColumns[] = [];
    for await (const answer of new CycleEndAnswerer(store).answer(place)) {
      if (answer.type === 'NonUsageRated.v1') chunks.push(answer.columns);
      else if (answer.type === 'RatingRunAnswered.v1') this.said = answer.data;
    }
    // As the plumbing does: a run counts when it is answered to its end.
    for (const { account, subscription, cycle, impacts } of chunks) {
      impacts.forEach((each, row) => {
        ledger.foldImpacts(account[row] ?? '', subscription[row] ?? '', cycle[row] ?? 0, each);
      });
    }
    this.closedTo = this.said?.closedTo ?? 0;
    this.closedAt = position;
    return chunks.flatMap(rowsOf);
  }

  private accounts(type: AccountEvent['type'], data: Record<string, unknown>): this {
    this.reference.applyAccount(this.append('account-main.A', type, data) as never);
    return this;
  }

  private append(stream: string, type: string, data: unknown): RecordedEvent {
    const event = { stream, type, data, position: this.log.length + 1 } as unknown as RecordedEvent;
    this.log.push(event);
    return event;
  }
}

function rowsOf(columns: NonUsageRatedColumns): readonly MadeRow[] {
  return columns.type.map((type, row) => ({
    type,
    charge: columns.charge[row] ?? '',
    days: `${day(columns.cycle[row])} ${columns.firstDay[row]}-${columns.lastDay[row]}/${columns.days[row]}`,
    amount: columns.amount[row] ?? '',
    corrects: columns.corrects[row] ?? false,
  }));
}

/** `2026-03-01`, in UTC. */
export const day = (instant = 0): string => new Date(instant).toISOString().slice(0, 10);

/** `F c0 2026-03-01 0-31/31: 31`, with ! when it takes back or corrects. */
export const brief = (rows: readonly MadeRow[]): readonly string[] =>
  rows.map(({ type, charge, days, amount, corrects }) => {
    return `${type[0] ?? ''} ${charge} ${days}: ${amount}${corrects ? '!' : ''}`;
  });

export const sum = (rows: readonly MadeRow[]): string =>
  rows.reduce((total, { amount }) => sumOfTexts(total, amount), '0');

/** A euro for each day of a cycle of 31: ahead, and when it is over. */
export const FORWARD = { on: 'CYCLE_START', fixed: '31' };
export const ARREARS = { on: 'CYCLE_END', fixed: '31' };
