import type { ByteReader, ByteWriter } from '../../../shared/kernel/byte-stream.js';
import { never } from '../../../shared/kernel/decider.js';
import { withRoom } from '../../../shared/kernel/growing.js';
import { IdTable } from '../../../shared/kernel/id-table.js';
import type { AccountEvent } from './events.js';
import { Interned } from './interned.js';
import { NO_PERIOD, PeriodsOfUse } from './periods-of-use.js';

/** [from, to); `to` is Infinity for one without an end. */
export interface ServiceIdPeriod {
  readonly from: number;
  readonly to: number;
  readonly service: string;
  readonly subscription: string;
  readonly account: string;
}

/**
 * Who is there: the accounts of one tenant, their subscriptions, and which service id is in which of them when; not on
 * which terms. A fold of the account events, in numbers: ids are numbered as they come, a subscription within its account.
 */
export class AccountDirectory {
  private events = new Uint32Array(16);

  constructor(
    readonly accounts = new IdTable(),
    /** Each within the number of its account. */
    readonly subscriptions = new IdTable(),
    readonly serviceIds = new IdTable(),
    readonly services = new Interned<string>((name) => name),
    readonly periods = new PeriodsOfUse(),
  ) {}

  /** @returns the number of what it is about: the account, the subscription, or the service id. */
  apply(event: AccountEvent): number {
    const account = this.accounts.add(event.data.account);
    this.events = withRoom(this.events, account + 1);
    this.events[account] = this.eventsOf(account) + 1;
    switch (event.type) {
      case 'AccountDefined.v1':
        return account;
      case 'SubscriptionDefined.v1':
        return this.subscriptions.add(event.data.subscription, account);
      case 'ServiceIdAssigned.v1': {
        const { effectiveFrom, effectiveTo = Infinity } = event.data;
        const serviceId = this.serviceIds.add(event.data.serviceId);
        const subscription = this.subscriptions.add(event.data.subscription, account);
        const service = this.services.numberOf(event.data.service);
        this.periods.assign(serviceId, effectiveFrom, effectiveTo, { subscription, service });
        return serviceId;
      }
      case 'ServiceIdEnded.v1': {
        const { effectiveFrom, effectiveTo } = event.data;
        const serviceId = this.serviceIds.find(event.data.serviceId);
        const subscription = this.subscriptions.find(event.data.subscription, account);
        if (this.periods.end(serviceId, effectiveFrom, effectiveTo, subscription)) return serviceId;
        throw new Error(
          `Account ${event.data.account} ends service id ${event.data.serviceId} from ${effectiveFrom}, which no ` +
            'event assigned',
        );
      }
      case 'TopUpMade.v1':
      case 'CustomRatesDefined.v1':
      case 'CustomRatesEnded.v1':
      case 'CommitmentDefined.v1':
      case 'CommitmentEnded.v1':
        return account;
      default:
        return never(event);
    }
  }

  /** The revision of an account's stream: all of its events, from the first on, are applied here. */
  revisionOf(account: string): number | 'no-stream' {
    const number = this.accounts.find(account);
    return number < 0 ? 'no-stream' : this.eventsOf(number) - 1;
  }

  /** Events of an account applied so far. @param account its number. */
  eventsOf(account: number): number {
    return this.events[account] ?? 0;
  }

  hasAccount(account: string): boolean {
    return this.accounts.find(account) >= 0;
  }

  hasSubscription(account: string, subscription: string): boolean {
    const number = this.accounts.find(account);
    return number >= 0 && this.subscriptions.find(subscription, number) >= 0;
  }

  /** Every period a service id was or will be in use, newest start first. */
  assignmentsOf(serviceId: string): readonly ServiceIdPeriod[] {
    const found: ServiceIdPeriod[] = [];
    const { periods } = this;
    for (let at = periods.latestOf(this.serviceIds.find(serviceId)); at !== NO_PERIOD; at = periods.before(at)) {
      const subscription = periods.subscriptionOf(at);
      found.push({
        from: periods.fromOf(at),
        to: periods.toOf(at),
        service: this.services.at(periods.serviceOf(at)),
        subscription: this.subscriptions.idOf(subscription),
        account: this.accounts.idOf(this.subscriptions.withinOf(subscription)),
      });
    }
    return found;
  }

  write(writer: ByteWriter): void {
    this.accounts.write(writer);
    this.subscriptions.write(writer);
    this.serviceIds.write(writer);
    for (let account = 0; account < this.accounts.size; account += 1) writer.varint(this.eventsOf(account));
    writer.text(JSON.stringify(this.services.all()));
    this.periods.write(writer, this.serviceIds.size);
  }

  static read<Directory extends AccountDirectory>(
    this: new (...parts: ConstructorParameters<typeof AccountDirectory>) => Directory,
    reader: ByteReader,
  ): Directory {
    const directory = new this(IdTable.read(reader), IdTable.read(reader), IdTable.read(reader));
    directory.readOn(reader);
    return directory;
  }

  /** What `write` wrote after the ids. */
  protected readOn(reader: ByteReader): void {
    const { accounts, services, serviceIds, periods } = this;
    this.events = new Uint32Array(accounts.size);
    for (let account = 0; account < accounts.size; account += 1) this.events[account] = reader.varint();
    for (const service of JSON.parse(reader.text()) as string[]) services.numberOf(service);
    periods.read(reader, serviceIds.size);
  }
}
