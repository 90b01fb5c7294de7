import type { ByteReader, ByteWriter } from '../../../shared/kernel/byte-stream.js';
import { withRoom } from '../../../shared/kernel/growing.js';

/** No period of a service id is, or is before, another. */
export const NO_PERIOD = -1;

/**
 * When service ids were or will be in use, and in which subscription, in columns: every period [from, to) with the
 * numbers of its subscription and service, the ones of a service id linked from its newest start to its oldest. At most
 * one begins at an instant.
 *
 *     latest   by service id:   the period with the latest start, +1; 0 for none
 *     periods  by period:       from, to (epoch ms; Infinity without an end), subscription, service, the one before +1
 */
export class PeriodsOfUse {
  private latest = new Uint32Array(16);
  private from = new Float64Array(16);
  private to = new Float64Array(16);
  private subscription = new Uint32Array(16);
  private service = new Uint32Array(16);
  private earlier = new Uint32Array(16);
  private count = 0;

  /** The period with the latest start, or NO_PERIOD. */
  latestOf(serviceId: number): number {
    return (this.latest[serviceId] ?? 0) - 1;
  }

  /** The period that starts before this one, or NO_PERIOD. */
  before(period: number): number {
    return (this.earlier[period] ?? 0) - 1;
  }

  fromOf(period: number): number {
    return this.from[period] ?? 0;
  }

  toOf(period: number): number {
    return this.to[period] ?? 0;
  }

  subscriptionOf(period: number): number {
    return this.subscription[period] ?? 0;
  }

  serviceOf(period: number): number {
    return this.service[period] ?? 0;
  }

  /** A period with the same start is replaced. */
  assign(serviceId: number, from: number, to: number, use: { subscription: number; service: number }): void {
    this.latest = withRoom(this.latest, serviceId + 1);
    let later = NO_PERIOD;
    let next = this.latestOf(serviceId);
    while (next !== NO_PERIOD && this.fromOf(next) > from) [later, next] = [next, this.before(next)];
    let period = next;
    if (period === NO_PERIOD || this.fromOf(period) !== from) {
      period = this.newPeriod(from, next);
      if (later === NO_PERIOD) this.latest[serviceId] = period + 1;
      else this.earlier[later] = period + 1;
    }
    this.to[period] = to;
    this.subscription[period] = use.subscription;
    this.service[period] = use.service;
  }

  /** @returns whether there is a period of that subscription with that start. */
  end(serviceId: number, from: number, to: number, subscription: number): boolean {
    for (let period = this.latestOf(serviceId); period !== NO_PERIOD; period = this.before(period)) {
      if (this.fromOf(period) !== from) continue;
      if (this.subscriptionOf(period) !== subscription) return false;
      this.to[period] = to;
      return true;
    }
    return false;
  }

  /** @param serviceIds how many there are. */
  write(writer: ByteWriter, serviceIds: number): void {
    let [beforeFrom, beforeSubscription] = [0, 0];
    for (let serviceId = 0; serviceId < serviceIds; serviceId += 1) {
      let periods = 0;
      const latest = this.latestOf(serviceId);
      for (let period = latest; period !== NO_PERIOD; period = this.before(period)) periods += 1;
      writer.varint(periods);
      for (let period = latest; period !== NO_PERIOD; period = this.before(period)) {
        const [from, subscription] = [this.fromOf(period), this.subscriptionOf(period)];
        writer.instant(from, beforeFrom);
        writer.instant(this.toOf(period), from);
        writer.signed(subscription - beforeSubscription);
        writer.varint(this.serviceOf(period));
        [beforeFrom, beforeSubscription] = [from, subscription];
      }
    }
  }

  read(reader: ByteReader, serviceIds: number): void {
    let [from, subscription] = [0, 0];
    for (let serviceId = 0; serviceId < serviceIds; serviceId += 1) {
      for (let periods = reader.varint(); periods > 0; periods -= 1) {
        from = reader.instant(from);
        const to = reader.instant(from);
        subscription += reader.signed();
        this.assign(serviceId, from, to, { subscription, service: reader.varint() });
      }
    }
  }

  private newPeriod(from: number, before: number): number {
    const period = this.count;
    this.count += 1;
    this.from = withRoom(this.from, this.count);
    this.to = withRoom(this.to, this.count);
    this.subscription = withRoom(this.subscription, this.count);
    this.service = withRoom(this.service, this.count);
    this.earlier = withRoom(this.earlier, this.count);
    this.from[period] = from;
    this.earlier[period] = before + 1;
    return period;
  }
}
