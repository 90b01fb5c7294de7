import { Counter, Gauge, Histogram, Registry, type MetricObjectWithValues, type MetricValue } from 'prom-client';

/** A number somebody can read now: gathered when `/metrics` is asked for, never kept up to date. */
export interface MetricSource {
  /** With the prefix `retally_` and its unit last. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  collect(): Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]>;
}

/**
 * The metrics of one thread. Stages count what they did with `count`; what can be read from elsewhere is a source,
 * registered by the wiring of the part that knows it.
 */
export class Metrics {
  readonly registry = new Registry();

  /** @param gathers whether this thread answers `/metrics`: sources are asked there alone, so that nothing counts twice. */
  constructor(private readonly gathers: boolean) {}

  private readonly counters = new Map<string, Counter>();
  private readonly histograms = new Map<string, Histogram>();

  /** Adds to a counter, made on first use. */
  count(name: string, help: string, labels: Readonly<Record<string, string>>, value = 1): void {
    let counter = this.counters.get(name);
    if (counter === undefined) {
      counter = new Counter({ name, help, labelNames: Object.keys(labels), registers: [this.registry] });
      this.counters.set(name, counter);
    }
    counter.inc({ ...labels }, value);
  }

  /** Observes seconds in a histogram, made on first use. */
  observeSeconds(name: string, help: string, labels: Readonly<Record<string, string>>, seconds: number): void {
    let histogram = this.histograms.get(name);
    if (histogram === undefined) {
      const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
      histogram = new Histogram({ name, help, labelNames: Object.keys(labels), buckets, registers: [this.registry] });
      this.histograms.set(name, histogram);
    }
    histogram.observe({ ...labels }, seconds);
  }

  register(source: MetricSource): void {
    if (!this.gathers) return;
    new Gauge({
      name: source.name,
      help: source.help,
      labelNames: [...source.labels],
      registers: [this.registry],
      async collect() {
        const values = await source.collect();
        this.reset();
        for (const { labels, value } of values) this.set({ ...labels }, value);
      },
    });
  }

  async asJson(): Promise<MetricObjectWithValues<MetricValue<string>>[]> {
    return this.registry.getMetricsAsJSON();
  }
}
