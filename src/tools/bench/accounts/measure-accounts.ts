import { join } from 'node:path';
import type { AccountEvent } from '../../../modules/accounts/index.js';
import type { CatalogEvent } from '../../../modules/catalog/index.js';
import type { PartitionAnswer, RunPlace } from '../../../modules/rating/application/runs/answer-run.js';
import { CycleEndAnswerer } from '../../../modules/rating/application/runs/cycle-end.answerer.js';
import { RunFold } from '../../../modules/rating/application/runs/run-fold.js';
import { ReferenceData } from '../../../modules/rating/application/rater/reference-data.js';
import { BalanceLedger } from '../../../modules/rating/domain/balance-ledger.js';
import { partitionOfAccount } from '../../../modules/rating/domain/partition-of.js';
import { EmbeddedEventStore } from '../../../shared/event-store/adapters/embedded/embedded-event-store.js';
import { EventRegistry } from '../../../shared/event-store/event-registry.js';
import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import type { RecordedEvent } from '../../../shared/kernel/event.js';

/** As many as a server makes by itself. */
const PARTITIONS = 8;
const SINCE = Date.parse('2020-01-01T00:00:00Z');
const MARCH = Date.parse('2026-03-01T00:00:00Z');
const APRIL = Date.parse('2026-04-01T00:00:00Z');
const MAY = Date.parse('2026-05-01T00:00:00Z');

/** One thing done to every account, and what it left in memory. */
export interface AccountStep {
  readonly step: string;
  /** Of one thread, seconds of processor time. */
  readonly seconds: number;
  /** What stays in memory, bytes per account. */
  readonly bytesPerAccount: number;
  /** Made in this step; undefined where it makes none. */
  readonly records?: number;
}

/**
 * What a tenant's accounts cost the thread that rates: each with a subscription and a service id; then a call of each in
 * a cycle with a granted allowance and a counter; then the end of that cycle, with a fee for it and one for the next, and
 * the same end again, when nothing is due. In memory alone: no log is read, none is written.
 * @param directory for an empty log.
 * @throws when a cycle's end does not make what it should.
 */
export async function* measureAccounts(accounts: number, directory: string): AsyncIterable<AccountStep> {
  const store = await EmbeddedEventStore.open({
    path: join(directory, 'log.db'),
    registry: new EventRegistry([]),
    writer: 'inline',
  });
  try {
    const steps = new Steps(accounts);
    const reference = new ReferenceData();
    for (const event of catalog()) reference.applyCatalog(event);
    yield await steps.take('accounts, subscriptions and service ids', () => {
      for (let index = 0; index < accounts; index += 1) {
        for (const event of accountEvents(index)) reference.applyAccount(event);
      }
    });
    const ledgers = Array.from({ length: PARTITIONS }, () => new BalanceLedger());
    yield await steps.take('an allowance granted and used, a counter', () => {
      for (let index = 0; index < accounts; index += 1) rateOne(index, ledgers);
    });
    const end = (asOf: number, closedTo: number) => () => endCycle({ store, reference, ledgers, asOf, closedTo });
    yield await steps.run('a cycle ends: two fees for it, one for the next', 3, end(APRIL, 0));
    yield await steps.run('the same end again: nothing is due', 0, end(APRIL, APRIL));
    yield await steps.run('the next cycle ends: two fees', 2, end(MAY, APRIL));
  } finally {
    await store.close();
  }
}

class Steps {
  private bytes = usedBytes();

  constructor(private readonly accounts: number) {}

  async take(step: string, work: () => void | Promise<void>): Promise<AccountStep> {
    const started = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(started);
    const before = this.bytes;
    this.bytes = usedBytes();
    return { step, seconds: (user + system) / 1e6, bytesPerAccount: (this.bytes - before) / this.accounts };
  }

  async run(step: string, perAccount: number, work: () => Promise<number>): Promise<AccountStep> {
    let records = 0;
    const taken = await this.take(step, async () => {
      records = await work();
    });
    const due = perAccount * this.accounts;
    if (records !== due) throw new Error(`${step}: ${records} records were made where ${due} are due`);
    return { ...taken, records };
  }
}

function usedBytes(): number {
  if (globalThis.gc === undefined) throw new Error('Memory is measured with node --expose-gc');
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The balances that a call within the allowance moves. */
function rateOne(index: number, ledgers: readonly BalanceLedger[]): void {
  const account = accountOf(index);
  ledgers[partitionOfAccount(account, PARTITIONS)]?.foldImpacts(account, subscriptionOf(index), MARCH, [
    ['ALLOWANCE', 'MINUTES', '3000', null, null, null],
    ['ALLOWANCE', 'MINUTES', String(-(index % 600)), null, null, null],
    ['ACCUMULATOR', 'SECONDS', String(index % 600), null, null, null],
  ]);
}

interface CycleEnd {
  readonly store: EventStore;
  readonly reference: ReferenceData;
  readonly ledgers: readonly BalanceLedger[];
  /** Epoch ms. */
  readonly asOf: number;
  readonly closedTo: number;
}

/** Every partition answers, one after the other, and its answer counts. @returns records made. */
async function endCycle({ store, reference, ledgers, asOf, closedTo }: CycleEnd): Promise<number> {
  const answerer = new CycleEndAnswerer(store);
  let records = 0;
  for (const [partition, ledger] of ledgers.entries()) {
    const fold = new RunFold(ledger);
    for await (const answer of answerer.answer(placeOf({ reference, ledger, partition, closedTo }, asOf))) {
      if (answer.type === 'NonUsageRated.v1') records += answer.columns.account.length;
      fold.add(asRecorded(answer));
    }
    fold.finish();
  }
  return records;
}

function placeOf(of: Pick<RunPlace, 'reference' | 'ledger' | 'partition' | 'closedTo'>, asOf: number): RunPlace {
  return {
    ...of,
    tenant: 'main',
    partitions: PARTITIONS,
    run: { runId: 'bench', reason: 'bench', asked: { kind: 'CYCLE_END', asOf }, partitions: PARTITIONS },
    position: 1,
    through: 0,
    closedAt: of.closedTo === 0 ? 0 : 1,
    passed: null,
    history: { groups: nothing, events: nothing },
  };
}

async function* nothing(): AsyncIterable<never> {
  // The end of a cycle looks at balances, not at records.
}

/** A fold looks at what an event is and says, and not at where it stands. */
function asRecorded(answer: PartitionAnswer): RecordedEvent {
  const data = 'columns' in answer ? { head: answer.head, columns: answer.columns } : answer.data;
  return { type: answer.type, data } as unknown as RecordedEvent;
}

function accountOf(index: number): string {
  return `A${String(index).padStart(7, '0')}`;
}

function subscriptionOf(index: number): string {
  return `S${String(index).padStart(7, '0')}`;
}

function* accountEvents(index: number): Iterable<AccountEvent> {
  const account = accountOf(index);
  const subscription = subscriptionOf(index);
  const effectiveFrom = MARCH;
  const terms = { status: 'ACTIVE', effectiveFrom } as const;
  yield {
    type: 'AccountDefined.v1',
    data: { account, name: `Customer ${index}`, currency: 'EUR', billingDay: 1, timeZone: 'UTC', ...terms },
  };
  yield { type: 'SubscriptionDefined.v1', data: { account, subscription, plan: 'P', rateSchedule: 'R', ...terms } };
  const serviceId = `+49151${String(index).padStart(8, '0')}`;
  yield { type: 'ServiceIdAssigned.v1', data: { account, subscription, serviceId, service: 'PHONE', effectiveFrom } };
}

/** One price: a call out of an allowance, and what is due without usage. */
function* catalog(): Iterable<CatalogEvent> {
  const effectiveFrom = SINCE;
  const offer = { priceOfferId: 'P.R.PHONE.EUR', plan: 'P', rateSchedule: 'R', service: 'PHONE', currency: 'EUR' };
  const pricing = {
    currency: 'EUR',
    charges: [
      { name: 'calls', measure: 'seconds', tiers: { by: 'QUANTITY', steps: [{ price: '0.002' }] } },
      { name: 'ahead', on: 'CYCLE_START', fixed: '9.99' },
      { name: 'after', on: 'CYCLE_END', fixed: '1.5' },
    ],
  };
  yield {
    type: 'RateScheduleDefined.v1',
    data: { rateSchedule: 'R', plan: 'P', name: 'R', currency: 'EUR', effectiveFrom },
  };
  yield { type: 'PriceOfferShellMade.v1', data: { ...offer, effectiveFrom } };
  yield {
    type: 'PricingPut.v1',
    data: { priceOfferId: offer.priceOfferId, version: 1, pricing, reason: 'bench', effectiveFrom },
  };
}
