import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { INestApplicationContext } from '@nestjs/common';
import { createRoleApplication } from '../../role-application.js';
import { eventCatalogue } from '../../event-catalogue.js';
import { readConfig } from '../../shared/config/read-config.js';
import type { EmbeddedEventStore } from '../../shared/event-store/adapters/embedded/embedded-event-store.js';
import { EVENT_STORE } from '../../shared/event-store/event-store.port.js';
import { systemClock } from '../../shared/kernel/clock.js';
import { dataFiles } from '../../shared/platform/data-files.js';
import { Projections } from '../../shared/read-models/projections.js';
import { READ_MODELS, type ReadModels } from '../../shared/read-models/read-models.port.js';
import { noOtherThreads } from '../../shared/runtime/other-threads.js';
import { silentLogger } from '../../shared/telemetry/logger.js';
import { compareReadModel } from './compare-read-model.js';
import { printEvents } from './print-events.js';
import { verifyChains } from './verify-chains.js';

const USAGE = `Reads the log of RETALLY_DATA_DIR (default ./data), also while a server works on it.

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
  if (!existsSync(dataFiles(config).log)) {
    console.error(`There is no log in ${config.dataDir}: set RETALLY_DATA_DIR to the folder of the server`);
    return 2;
  }
  const app = await createRoleApplication({
    config,
    definitions: eventCatalogue,
    roles: [],
    logWriter: 'inline',
    clock: systemClock,
    logger: silentLogger,
    otherThreads: noOtherThreads,
  });
  try {
    return await carryOut(app, values);
  } finally {
    await app.close();
  }
}

async function carryOut(app: INestApplicationContext, values: Values): Promise<number> {
  const store = app.get<EmbeddedEventStore>(EVENT_STORE);
  if (values.events === true || values.from !== undefined) {
    await printEvents(store, selectionOf(values), (line) => process.stdout.write(`${line}\n`));
    return 0;
  }
  if (values.verify === true) return verify(store, values.stream);
  return compare(app, store, values.projection);
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

async function verify(store: EmbeddedEventStore, stream: string | undefined): Promise<number> {
  const { streams, events, broken } = await verifyChains(store, stream);
  for (const line of broken) console.error(`BROKEN ${line}`);
  console.log(`${streams} streams, ${events} events good, ${broken.length} chains broken`);
  return broken.length === 0 ? 0 : 1;
}

async function compare(app: INestApplicationContext, store: EmbeddedEventStore, name?: string): Promise<number> {
  const live = app.get<ReadModels>(READ_MODELS);
  const all = app.get(Projections).all();
  const projections = all.filter((projection) => name === undefined || projection.name === name);
  if (projections.length === 0) {
    console.error(`There is no projection ${name ?? ''}: there are ${all.map((each) => each.name).join(', ')}`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'retally-replay-'));
  let different = 0;
  try {
    for (const projection of projections) {
      const { position, collections } = await compareReadModel(projection, { store, live, folder });
      for (const { name: collection, live: served, rebuilt, equal } of collections) {
        if (!equal) different += 1;
        console.log(
          `${equal ? 'equal    ' : 'DIFFERENT'} ${collection} at ${position} ${served}${equal ? '' : ` / ${rebuilt}`}`,
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return different === 0 ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
