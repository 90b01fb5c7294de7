import Big from 'big.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox-server.js';
import { startTestApp, type TestApp } from './app.js';

/** From when everything holds that does not say otherwise. */
export const FROM = '2026-01-01T00:00:00Z';
const HEADER = 'id;type;caller;seconds;amount;started\n';
const RECORD_TYPES = ['POSTPAID', 'PREPAID', 'PRERATED'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** Who, how many seconds (of PRERATED usage: the price it comes with), when (of 2026: `02-01T10:00`), and of which type. */
export type Call = readonly [serviceId: string, quantity: string, at: string, usageType?: string];

export interface Charge {
  readonly id: string;
  readonly account: string;
  readonly subscription: string;
  readonly usageType: string;
  readonly at: string;
  readonly quantity: string;
  readonly amount: string;
  readonly prepaid: boolean;
  readonly version: number;
}
export interface Details extends Charge {
  readonly impacts: readonly object[];
  readonly explanation: readonly string[];
  readonly recomputed?: { readonly equal: boolean };
}
export interface Run {
  readonly runId: string;
  readonly status: string;
  readonly hash: string | null;
  readonly counts: { accounts: number; records: number; changed: number; problems: number; stale: number };
  readonly money: readonly { currency: string; before: string; after: string }[];
  readonly problems: readonly { account: string; fileId?: string; line?: number; code: string; message: string }[];
}
export interface Line {
  readonly lineId: string;
  readonly account: string;
  readonly subscription: string;
  readonly usageType: string;
  readonly exact: string;
  readonly amount: string;
  readonly quantity: string;
  readonly status: string;
}
interface Change {
  readonly id: string;
  readonly old: { readonly amount: string } | null;
  readonly new: { readonly amount: string };
}
interface Balance {
  readonly scope: string;
  readonly subscription?: string;
  readonly resource: string;
  readonly validFrom: string | null;
  readonly granted: string;
  readonly carried: string;
  readonly used: string;
  readonly balance: string;
}

/**
 * The whole application with a billing system, for prices that are corrected afterwards: plans of one service each, calls
 * by the second, and a rerate that holds everything against everything else.
 */
export class CorrectedWorld {
  private messages = 0;
  private files = 0;

  private constructor(
    readonly app: TestApp,
    private readonly sandbox: Sandbox,
    private readonly dir: string,
  ) {}

  static async start(): Promise<CorrectedWorld> {
    const dir = mkdtempSync(join(tmpdir(), 'retally-corrected-'));
    const sandbox = await startSandbox({ ledgerFile: join(dir, 'ledger.ndjson') });
    const app = await startTestApp({
      env: {
        RETALLY_BILLING_URL: sandbox.url,
        RETALLY_BILLING_CLIENT_NO: '1001',
        RETALLY_BILLING_AUTH_KEY: 'sandbox',
        RETALLY_PARTITIONS: '2',
      },
    });
    const world = new CorrectedWorld(app, sandbox, dir);
    const usageTypes = ['CALL', 'PREMIUM'];
    for (const usageType of usageTypes) {
      await world.catalog('USAGE_TYPE', { usageType, name: usageType, unit: 'second', serviceType: 'VOICE' });
    }
    await world.catalog('SERVICE', { service: 'LINE', name: 'Line', serviceType: 'VOICE', usageTypes });
    await app.post('/v1/source-platforms', { sourcePlatform: 'switch', name: 'Switch' }).expect(201);
    for (const type of RECORD_TYPES) {
      const body = { mapping: type.toLowerCase(), reason: 'test', definition: definitionOf(type) };
      await app.post('/v1/mappings', body).expect(201);
    }
    return world;
  }

  async stop(): Promise<void> {
    await this.app.stop();
    await this.sandbox.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** A plan with one offer. @returns its id. */
  async plan(plan: string, pricing: object): Promise<string> {
    await this.catalog('PLAN', { plan, name: plan });
    await this.catalog('RATE_SCHEDULE', { plan, rateSchedule: 'STD', name: 'Standard', currency: 'EUR' });
    await this.catalog('PLAN_SERVICE', { plan, service: 'LINE' });
    await this.price(plan, pricing);
    return offerOf(plan);
  }

  async price(plan: string, pricing: object, effectiveFrom = FROM): Promise<void> {
    const body = { effectiveFrom, pricing: { currency: 'EUR', ...pricing }, reason: 'test' };
    await this.app.put(`/v1/price-offers/${offerOf(plan)}/pricing`, body).expect(200);
  }

  async block(path: string, body: object): Promise<void> {
    await this.app.post(`/v1/${path}`, { effectiveFrom: FROM, reason: 'test', ...body }).expect(201);
  }

  /** An account with subscriptions, each with the plan and the one service id (its name and `-N`) that it has. */
  async account(account: string, subscriptions: Readonly<Record<string, string>>): Promise<void> {
    await this.said('ACCOUNT', { account, name: account, currency: 'EUR', billingDay: 1, timeZone: 'UTC' });
    for (const [subscription, plan] of Object.entries(subscriptions)) {
      await this.said('SUBSCRIPTION', { account, subscription, plan, rateSchedule: 'STD' });
      await this.said('SERVICE_ID', { account, subscription, serviceId: `${subscription}-N`, service: 'LINE' });
    }
  }

  /** One message of the account feed. */
  said(object: string, payload: object, more: { action?: string; effectiveFrom?: string } = {}): Promise<void> {
    return this.fed('accounts', object, payload, more);
  }

  /** A file of calls; it is rated when this resolves. */
  async usage(calls: readonly Call[], type: RecordType = 'POSTPAID'): Promise<string> {
    this.files += 1;
    const lines = calls.map(([serviceId, quantity, at, usageType = 'CALL'], index) => {
      const values = type === 'PRERATED' ? `;${quantity}` : `${quantity};`;
      return `${this.files}.${index};${usageType};${serviceId};${values};2026-${at}:00Z\n`;
    });
    const test = this.app.post('/v1/usage-files');
    void test
      .field('sourcePlatform', 'switch')
      .field('serviceType', 'VOICE')
      .field('usageRecordType', type)
      .attach('file', Buffer.from(HEADER + lines.join('')), `${this.files}.csv`);
    const { body } = await test.expect(202);
    await this.app.settle();
    return (body as { fileId: string }).fileId;
  }

  async list<Item>(path: string, query: object = {}): Promise<Item[]> {
    const { body } = await this.app.get(path, { limit: 1000, ...query }).expect(200);
    expect((body as { next?: string }).next).toBeUndefined();
    return (body as { items: Item[] }).items;
  }

  /** Of an account, in the order of their use, then of their charges. */
  async charges(account: string): Promise<Charge[]> {
    const found = await this.list<Charge>('/v1/monetized-usage', { account });
    return found.sort((a, b) => (a.at + a.id < b.at + b.id ? -1 : 1));
  }

  async amounts(account: string): Promise<string[]> {
    return (await this.charges(account)).map(({ amount }) => amount);
  }

  async details(id: string): Promise<Details> {
    return (await this.app.get(`/v1/monetized-usage/${id}`).expect(200)).body as Details;
  }

  /** `<whose> <resource> <month>: granted + carried - used = balance`; the newest period first. */
  async balances(account: string): Promise<string[]> {
    const found = await this.list<Balance>(`/v1/accounts/${account}/balances`);
    return found.map(({ scope, subscription = scope, resource, validFrom, granted, carried, used, balance }) => {
      return `${subscription} ${resource} ${validFrom?.slice(0, 7) ?? '-'}: ${granted} + ${carried} - ${used} = ${balance}`;
    });
  }

  async topUps(account: string): Promise<string[]> {
    const found = await this.list<{ reference: string; used: string; left: string }>(`/v1/accounts/${account}/top-ups`);
    return found.map(({ reference, used, left }) => `${reference}: ${used} used, ${left} left`);
  }

  /**
   * Shows what would change, does it, and looks again: the commit is its preview, a second preview finds nothing, every
   * charge of the accounts is computed again to what it is.
   */
  async rerate(selection: object, accounts: readonly string[]): Promise<Run> {
    const before = await Promise.all(accounts.map((account) => this.charges(account)));
    const asked = { selection, reason: 'test' };
    const preview = await this.ran({ ...asked, mode: 'PREVIEW' });
    expect(await Promise.all(accounts.map((account) => this.charges(account)))).toEqual(before);
    const proposed = await this.changes(preview);
    const { runId: previewId, hash: previewHash } = preview;
    const run = await this.ran({ ...asked, mode: 'COMMIT', previewId, previewHash });
    expect([run.counts, run.money, run.problems]).toEqual([preview.counts, preview.money, preview.problems]);
    const changed = await this.changes(run);
    expect(changed).toEqual(proposed);
    expect(run.money).toEqual(moneyOf(changed));
    const after = (await Promise.all(accounts.map((account) => this.charges(account)))).flat();
    for (const change of changed) {
      expect([change.id, after.find(({ id }) => id === change.id)?.amount]).toEqual([change.id, change.new.amount]);
    }
    for (const { id } of after) expect([id, (await this.details(id)).recomputed?.equal]).toEqual([id, true]);
    const again = await this.ran({ ...asked, mode: 'PREVIEW' });
    expect([again.counts.changed, again.money, again.problems]).toEqual([0, [], run.problems]);
    return run;
  }

  /** Bills what is new, for whoever; the lines of an account, by subscription and usage type, once billing stands right. */
  async billed(account: string): Promise<string[]> {
    const known = new Set((await this.lines()).map(({ lineId }) => lineId));
    await this.app.post('/v1/aggregations', { reason: 'test' }).expect(202);
    await this.app.settle();
    const runs = await this.list<{ status: string; message: string | null }>('/v1/aggregations');
    expect(runs.filter(({ status }) => status !== 'COMPLETED')).toEqual([]);
    await this.app.post('/v1/billing-batches/sends', { reason: 'test' }).expect(202);
    await this.app.settle();
    const lines = await this.lines();
    expect(lines.filter(({ status }) => status !== 'COMPLETE')).toEqual([]);
    const mine = lines.filter((line) => line.account === account);
    const due = (await this.charges(account)).filter(({ prepaid }) => !prepaid);
    for (const subscription of new Set([...mine, ...due].map((one) => one.subscription))) {
      const of = <Item extends { subscription: string }>(items: Item[]) =>
        items.filter((item) => item.subscription === subscription);
      expect([
        subscription,
        sum(of(mine).map(({ exact }) => exact)),
        sum(of(mine).map(({ quantity }) => quantity)),
      ]).toEqual([subscription, sum(of(due).map(({ amount }) => amount)), sum(of(due).map((each) => each.quantity))]);
    }
    return mine
      .filter(({ lineId }) => !known.has(lineId))
      .map(({ subscription, usageType, exact }) => `${subscription} ${usageType} ${exact}`)
      .sort();
  }

  private lines(): Promise<Line[]> {
    return this.list<Line>('/v1/aggregated-usage');
  }

  private async ran(body: object): Promise<Run> {
    const asked = (await this.app.post('/v1/rerates', body).expect(202)).body as { runId: string };
    await this.app.settle();
    const run = (await this.app.get(`/v1/rerates/${asked.runId}`).expect(200)).body as Run;
    expect(run).toMatchObject({ status: 'COMPLETED', counts: { stale: 0 } });
    return run;
  }

  private async changes({ runId }: Run): Promise<Change[]> {
    return this.list<Change>(`/v1/rerates/${runId}/changes`);
  }

  private catalog(object: string, payload: object): Promise<void> {
    return this.fed('catalog', object, payload, {});
  }

  private async fed(
    feed: string,
    object: string,
    payload: object,
    { action = 'CREATE', effectiveFrom = FROM },
  ): Promise<void> {
    this.messages += 1;
    const message = { messageId: `m${this.messages}`, object, action, effectiveFrom, payload };
    const { body } = await this.app.post(`/v1/feeds/${feed}`, [message]).expect(202);
    const [activity] = (body as { messages: { status: string; reason: string | null }[] }).messages;
    expect(activity).toMatchObject({ status: 'COMPLETE', reason: null });
  }
}

export function offerOf(plan: string): string {
  return `${plan}.STD.LINE.EUR`;
}

function definitionOf(usageRecordType: RecordType): object {
  const quantity = usageRecordType === 'PRERATED' ? 'amount' : 'seconds';
  return {
    sourcePlatform: 'switch',
    serviceType: 'VOICE',
    usageRecordType,
    format: { type: 'DELIMITED', delimiter: ';', quote: '"', header: true },
    fields: {
      serviceId: { column: 'caller' },
      usageType: { column: 'type' },
      at: { column: 'started', format: 'ISO-8601' },
      quantities: { [quantity]: { column: quantity } },
    },
    identity: { column: 'id' },
  };
}

function moneyOf(changes: readonly Change[]): Run['money'] {
  if (changes.length === 0) return [];
  const before = sum(changes.map(({ old }) => old?.amount ?? '0'));
  return [{ currency: 'EUR', before, after: sum(changes.map((change) => change.new.amount)) }];
}

function sum(amounts: readonly string[]): string {
  return amounts.reduce((total, one) => total.plus(one), Big(0)).toFixed();
}
