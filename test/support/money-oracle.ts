import Big from 'big.js';
import { DateTime } from 'luxon';
import { sampleKind, sampleAccountId, sampleServiceId } from '../../src/tools/demo/data/sample-accounts.js';
import type { SampleService } from '../../src/tools/demo/data/sample-usage.js';

/** One charge as the price list on paper says it, by `<line>:<usage type>`. */
export interface ExpectedCharge {
  readonly line: number;
  readonly account: string;
  readonly usageType: string;
  readonly amount: Big;
  readonly currency: string;
}

interface Customer {
  readonly account: string;
  readonly billingDay: number;
  readonly kind: string;
}

const ZONE = 'Europe/Berlin';

/**
 * The sample's price list done by hand: read from the raw text with no code of Retally, in decimal arithmetic of another
 * library, calendar arithmetic of a third. Lines that must not become money (test traffic, spoilt, seen before, of nobody,
 * of a customer without a price or no longer active) yield nothing. One oracle per account base; files in their order.
 */
export class MoneyOracle {
  private readonly customers = new Map<string, Customer>();
  private readonly seen = new Set<string>();
  private readonly freeSeconds = new Map<string, number>();
  private readonly bytesSoFar = new Map<string, bigint>();

  constructor(accounts: number) {
    for (let number = 0; number < accounts; number += 1) {
      this.customers.set(sampleServiceId(number), {
        account: sampleAccountId(number),
        billingDay: 1 + (number % 31),
        kind: sampleKind(number),
      });
    }
  }

  chargesOf(service: SampleService, text: string): ExpectedCharge[] {
    const delimiter = { voice: ';', messages: ',', data: '\t', tokens: ',' }[service];
    const charges: ExpectedCharge[] = [];
    text
      .split('\n')
      .slice(1)
      .forEach((content, index) => {
        if (content === '') return;
        const fields = content.split(delimiter).map((field) => field.replace(/^"(.*)"$/, '$1'));
        for (const charge of this.charge(service, fields)) charges.push({ line: index + 2, ...charge });
      });
    return charges;
  }

  private charge(service: SampleService, fields: readonly string[]): Omit<ExpectedCharge, 'line'>[] {
    const [id = '', time = '', who = ''] = fields;
    if (fields.at(-1) === 'TEST') return [];
    const measures = service === 'tokens' ? fields.slice(4, 6) : [fields[4] ?? ''];
    if (!measures.every((measure) => /^\d+$/.test(measure))) return [];
    if (this.seen.has(`${service} ${id}`)) return [];
    this.seen.add(`${service} ${id}`);
    const customer = this.customers.get(who);
    if (customer === undefined || (customer.kind !== 'MOBILE' && customer.kind !== 'AI')) return [];
    const { account } = customer;
    const [amount = 0, output = 0] = measures.map(Number);
    switch (service) {
      case 'voice': {
        const cycle = cycleOf(customer, DateTime.fromSQL(time, { zone: ZONE }));
        return [{ account, usageType: 'CALL', amount: this.call(cycle, amount), currency: 'EUR' }];
      }
      case 'messages':
        return [{ account, usageType: 'MESSAGE', amount: Big('0.07').times(amount), currency: 'EUR' }];
      case 'data': {
        const cycle = cycleOf(customer, DateTime.fromSeconds(Number(time), { zone: ZONE }));
        return [{ account, usageType: 'DATA_VOLUME', amount: this.data(cycle, BigInt(amount)), currency: 'EUR' }];
      }
      case 'tokens': {
        const large = fields[3] === 'large';
        const input = Big(large ? '0.0025' : '0.00015')
          .times(amount)
          .div(1000);
        const made = Big(large ? '0.01' : '0.0006')
          .times(output)
          .div(1000);
        return [
          { account, usageType: 'TOKENS_INPUT', amount: input, currency: 'USD' },
          { account, usageType: 'TOKENS_OUTPUT', amount: made, currency: 'USD' },
        ];
      }
    }
  }

  /** At least a minute, then every six seconds begun, at 9 cents a minute; the first 6,000 seconds of a cycle are free. */
  private call(cycle: string, seconds: number): Big {
    const billed = seconds <= 60 ? 60 : 60 + Math.ceil((seconds - 60) / 6) * 6;
    const free = this.freeSeconds.get(cycle) ?? 6000;
    const covered = Math.min(free, billed);
    this.freeSeconds.set(cycle, free - covered);
    return Big('0.09')
      .times(billed - covered)
      .div(60);
  }

  /** The first gigabyte of a cycle at 1 cent a megabyte, the next nine at 0.4, all above at 0.2. */
  private data(cycle: string, bytes: bigint): Big {
    const before = this.bytesSoFar.get(cycle) ?? 0n;
    const after = before + bytes;
    this.bytesSoFar.set(cycle, after);
    const within = (from: bigint, to: bigint): Big => {
      const upper = after < to ? after : to;
      const lower = before > from ? before : from;
      return Big(upper > lower ? (upper - lower).toString() : '0');
    };
    const [giga, ten, ever] = [10n ** 9n, 10n ** 10n, 10n ** 30n];
    return within(0n, giga)
      .times('0.01')
      .plus(within(giga, ten).times('0.004'))
      .plus(within(ten, ever).times('0.002'))
      .div(1_000_000);
  }
}

/** The billing cycle a wall-clock day falls in: from the billing day (or the month's last, where it has none) on. */
function cycleOf({ account, billingDay }: Customer, at: DateTime): string {
  const startDay = Math.min(billingDay, at.daysInMonth ?? 31);
  const start = at.day >= startDay ? at : at.minus({ months: 1 });
  return `${account} ${start.toFormat('yyyy-MM')}`;
}
