import type { PricedUsage } from '../../../modules/catalog/index.js';
import { Random } from '../../demo/data/random.js';

/** So many records a subscription has of them, in the middle: tiers are crossed and allowances used up. */
const RECORDS_PER_SUBSCRIPTION = 20;
const START = Date.UTC(2026, 2, 1);
const MONTH_SECONDS = 31 * 86_400;
const NETWORKS = ['OWN', 'PARTNER', 'OTHER'];
const QUALITIES = ['HD', 'SD', ''];

/** Usage of one month, in columns, the same for every run: calls with everything that some price looks at. */
export interface SampleColumns {
  /** How many subscriptions there are. */
  readonly subscriptions: number;
  /** By its number. */
  readonly subscription: readonly number[];
  /** Epoch ms. */
  readonly at: readonly number[];
  readonly quantities: Readonly<Record<'seconds' | 'bytes' | 'up' | 'down' | 'amount', readonly string[]>>;
  readonly attributes: Readonly<Record<'calledNumber' | 'network' | 'quality', readonly string[]>>;
}

export function sampleColumns(records: number): SampleColumns {
  const random = new Random(20_260_301);
  const column = <Value>(make: () => Value): Value[] => Array.from({ length: records }, make);
  const oneOf = (values: readonly string[]): string => values[random.between(0, values.length - 1)] ?? '';
  const subscriptions = Math.ceil(records / RECORDS_PER_SUBSCRIPTION);
  return {
    subscriptions,
    subscription: column(() => random.between(0, subscriptions - 1)),
    at: column(() => START + random.between(0, MONTH_SECONDS - 1) * 1000),
    quantities: {
      seconds: column(() => String(random.skewed(0, 7200))),
      bytes: column(() => String(random.skewed(0, 40_000_000))),
      up: column(() => String(random.between(0, 9000))),
      down: column(() => String(random.between(0, 90_000))),
      amount: column(() => `${random.skewed(0, 900)}.${String(random.between(1, 99)).padStart(2, '0')}`),
    },
    attributes: {
      calledNumber: column(() => `${random.between(100, 999)}${random.between(1_000_000, 9_999_999)}`),
      network: column(() => oneOf(NETWORKS)),
      quality: column(() => oneOf(QUALITIES)),
    },
  };
}

/** Looks at one row of the columns after the other: no object per record, as in the rater. */
export class SampleUsage implements PricedUsage {
  readonly usageType = 'CALL';
  readonly serviceId = 'S';
  at = 0;
  private row = 0;
  private readonly quantities: ReadonlyMap<string, readonly string[]>;
  private readonly attributes: ReadonlyMap<string, readonly string[]>;

  constructor(private readonly columns: SampleColumns) {
    this.quantities = new Map(Object.entries(columns.quantities));
    this.attributes = new Map(Object.entries(columns.attributes));
  }

  lookAt(row: number): void {
    this.row = row;
    this.at = this.columns.at[row] ?? 0;
  }

  quantity(name: string): string | undefined {
    return this.quantities.get(name)?.[this.row];
  }

  attribute(name: string): string | undefined {
    return this.attributes.get(name)?.[this.row];
  }
}
