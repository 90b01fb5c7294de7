import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { eventCatalogue } from '../../src/event-catalogue.js';
import { decodeEventData, encodeEventData } from '../../src/shared/event-store/event-codec.js';
import { EventRegistry } from '../../src/shared/event-store/event-registry.js';
import { aggregationSamples, billingBatchSamples, billingWorkSamples, schedulingSamples } from './samples/billing.js';
import { accessSamples, accountSamples, catalogSamples, feedSamples } from './samples/catalog-and-accounts.js';
import { ratingRunSamples } from './samples/rating-runs.js';
import { sharedSamples } from './samples/shared.js';
import { ingestionSamples, ratingSamples, suspenseSamples } from './samples/usage.js';

/**
 * One file per event type and version, as it stands in a log that somebody has: it must load for ever.
 *
 * A new type: put an example beside the others in samples/ and run with RETALLY_WRITE_GOLDEN=1. A changed type: give it
 * a new version and an upcaster; its old file stays and shows that the upcaster works. A file is never changed.
 */
interface GoldenEvent {
  readonly type: string;
  readonly data: unknown;
  /** The stored bytes, base64, for chunk events: so that the codec can never forget a format. */
  readonly bytes?: string;
  /** What an old version is read as today; absent while it is the newest. */
  readonly readAs?: { readonly type: string; readonly data: unknown };
}

const FOLDER = resolve('test/golden');
const SAMPLES: Readonly<Record<string, unknown>> = {
  ...accessSamples,
  ...accountSamples,
  ...aggregationSamples,
  ...billingBatchSamples,
  ...billingWorkSamples,
  ...catalogSamples,
  ...feedSamples,
  ...ingestionSamples,
  ...ratingRunSamples,
  ...ratingSamples,
  ...schedulingSamples,
  ...sharedSamples,
  ...suspenseSamples,
};

const registry = new EventRegistry(eventCatalogue);
const fileOf = (type: string): string => resolve(FOLDER, `${type}.json`);

function writeMissing(): void {
  for (const type of registry.types()) {
    if (existsSync(fileOf(type)) || SAMPLES[type] === undefined) continue;
    const data = SAMPLES[type];
    const bytes =
      registry.get(type).encoding === 'chunk'
        ? { bytes: Buffer.from(encodeEventData(registry, type, data)).toString('base64') }
        : {};
    const golden: GoldenEvent = { type, data, ...bytes };
    writeFileSync(fileOf(type), `${JSON.stringify(golden, null, 2)}\n`);
  }
}

if (process.env['RETALLY_WRITE_GOLDEN'] === '1') writeMissing();

describe('golden events', () => {
  it.each(registry.types())('%s loads as it was written', (type) => {
    if (!existsSync(fileOf(type))) {
      throw new Error(
        `${type} has no golden file: add an example in test/golden/samples and run RETALLY_WRITE_GOLDEN=1`,
      );
    }
    const golden = JSON.parse(readFileSync(fileOf(type), 'utf8')) as GoldenEvent;
    const stored =
      golden.bytes === undefined ? Buffer.from(JSON.stringify(golden.data)) : Buffer.from(golden.bytes, 'base64');
    expect((golden.bytes === undefined) === (registry.get(type).encoding === 'json')).toBe(true);
    expect(decodeEventData(registry, type, stored)).toEqual(golden.readAs ?? { type, data: golden.data });
  });

  it.each(Object.keys(SAMPLES))('%s is still what its golden file says', (type) => {
    expect(registry.types()).toContain(type);
    const golden = JSON.parse(readFileSync(fileOf(type), 'utf8')) as GoldenEvent;
    expect(golden.data).toEqual(SAMPLES[type]);
  });

  it('has no file of a type that is not registered: a log may still hold it', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
    expect(files.map((name) => name.replace(/\.json$/, '')).sort()).toEqual(registry.types());
  });
});
