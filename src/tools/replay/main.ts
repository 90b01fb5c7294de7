import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRoleApplication } from '../../role-application.js';
import { eventCatalogue } from '../../event-catalogue.js';
import { readConfig } from '../../shared/config/read-config.js';
import type { Config } from '../../shared/config/config.js';
import { EventRegistry } from '../../shared/event-store/event-registry.js';
import type { EventStore } from '../../shared/event-store/event-store.port.js';
import { systemClock } from '../../shared/kernel/clock.js';
import { dataFiles } from '../../shared/platform/data-files.js';
import { checkAddresses, openLog, type OpenLog } from '../../shared/platform/storage.module.js';
import { Projections } from '../../shared/read-models/projections.js';
import { READ_MODELS, type ReadModels } from '../../shared/read-models/read-models.port.js';
import { noOtherThreads } from '../../shared/runtime/other-threads.js';
import { silentLogger } from '../../shared/telemetry/logger.js';
import { compareReadModel, type Comparison } from './compare-read-model.js';
import { printEvents } from './print-events.js';
import { verifyChains } from './verify-chains.js';

const USAGE = `Reads the log of RETALLY_DATA_DIR (default ./data) or RETALLY_EVENT_STORE, also while servers work on it.

  npm run replay -- --events [--stream NAME] [--from N] [--limit N]
      every event as a line of JSON; --from is a position, or a revision of --stream
  npm run replay -- --verify [--stream NAME]
      recomputes the chains of hashes and names the first event that is not as it was written
  npm run replay -- [--projection NAME]
      builds the read models (or one) anew from the log and compares them with the live ones
`;

const OPTIONS = {
  events: { type: 'boolean' },
  stream: { type: 'string' },
  from: { type: 'string' },
  limit: { type: 'string' },
  verify: { type: 'boolean' },
  projection: { type: 'string' },
  help: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  const config = readConfig({ ...process.env, RETALLY_WORKERS: 'inline' });
  await checkAddresses(config);
  if (config.eventStore.kind === 'embedded' && !existsSync(dataFiles(config).log)) {
    console.error(`There is no log in ${config.dataDir}: set RETALLY_DATA_DIR to the folder of the server`);
    return 2;
  }
  const store = await openLog(config, new EventRegistry(eventCatalogue), { logger: silentLogger });
  try {
    if (values.events === true || values.from !== undefined) {
      await printEvents(store, selectionOf(values), (line) => process.stdout.write(`${line}\n`));
      return 0;
    }
    if (values.verify === true) return await verify(store, values.stream);
    return await compare(store, config, values.projection);
  } finally {
    await store.close();
  }
}

function selectionOf({ stream, from, limit }: Values) {
  return {
    ...(stream === undefined ? {} : { stream }),
    ...(from === undefined ? {} : { from: numberOf('--from', from) }),
    ...(limit === undefined ? {} : { limit: numberOf('--limit', limit) }),
  };
}

function numberOf(option: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Error(`${option} takes a whole number, not "${text}"`);
  return Number(text);
}

async function verify(store: OpenLog, stream: string | undefined): Promise<number> {
  const { streams, events, broken } = await verifyChains(store, stream);
  for (const line of broken) console.error(`BROKEN ${line}`);
  console.log(`${streams} streams, ${events} events good, ${broken.length} chains broken`);
  return broken.length === 0 ? 0 : 1;
}

async function compare(store: EventStore, config: Config, name?: string): Promise<number> {
  const app = await createRoleApplication({
    config,
    definitions: eventCatalogue,
    roles: [],
    clock: systemClock,
    logger: silentLogger,
    otherThreads: noOtherThreads,
  });
  const folder = mkdtempSync(join(tmpdir(), 'retally-replay-'));
  try {
    const live = app.get<ReadModels>(READ_MODELS);
    const all = app.get(Projections).all();
    const projections = all.filter((projection) => name === undefined || projection.name === name);
    if (projections.length === 0) {
      console.error(`There is no projection ${name ?? ''}: there are ${all.map((each) => each.name).join(', ')}`);
      return 2;
    }
    let different = 0;
    for (const projection of projections) {
      different += report(await compareReadModel(projection, { store, live, folder }));
    }
    return different === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await app.close();
  }
}

/** @returns how many collections differ. */
function report({ position, collections }: Comparison): number {
  for (const { name, live, rebuilt, equal } of collections) {
    console.log(
      equal ? `equal     ${name} at ${position} ${live}` : `DIFFERENT ${name} at ${position} ${live} / ${rebuilt}`,
    );
  }
  return collections.filter(({ equal }) => !equal).length;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
