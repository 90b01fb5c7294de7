import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RetallyServer, SandboxServer, type RetallyOptions } from '../local/local-system.js';
import { projected } from '../local/read-model-progress.js';
import { runStores } from '../local/run-stores.js';
import { setUpSample } from '../local/sample-setup.js';
import { billIt } from './bill-it.js';
import { readOptions, USAGE, WrongUsage, type DemoOptions } from './demo-options.js';
import { healSuspense, showSuspense } from './heal-suspense.js';
import { checkLaws } from './laws.js';
import { ownFile, sampleFiles, takeIn } from './take-in.js';
import { Screen } from './screen.js';
import { traceBothWays } from './trace-both-ways.js';

/** Customers of the sample. */
const ACCOUNTS = 1000;

async function main(): Promise<void> {
  const options = await readOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(USAGE);
    return;
  }
  const screen = new Screen();
  const directory = await mkdtemp(join(tmpdir(), 'retally-demo-'));
  const sandbox = await SandboxServer.start(join(directory, 'billing'));
  const stores = runStores({
    eventStore: process.env['RETALLY_EVENT_STORE'],
    readModels: process.env['RETALLY_READ_MODELS'],
  });
  const retally = await startRetally(options.port, {
    dataDir: join(directory, 'data'),
    billingUrl: sandbox.url,
    stores,
  }).catch(async (error: unknown) => {
    await sandbox.program.stop();
    throw error;
  });
  try {
    screen.title(`Retally, on ${stores.profile}, beside a sandbox billing system`);
    screen.line(`Data of this run: ${directory}`);
    await theMainJob(retally, sandbox, options, screen);
    await farewell(retally, sandbox, options, screen);
  } finally {
    await retally.program.stop();
    await sandbox.program.stop();
    await stores.dispose();
    await rm(directory, { recursive: true, force: true });
  }
}

async function startRetally(port: number | undefined, options: Omit<RetallyOptions, 'port'>): Promise<RetallyServer> {
  if (port !== undefined) return RetallyServer.start({ ...options, port });
  return RetallyServer.start({ ...options, port: 3000 }).catch(() => RetallyServer.start({ ...options, port: 0 }));
}

async function theMainJob(
  retally: RetallyServer,
  sandbox: SandboxServer,
  options: DemoOptions,
  screen: Screen,
): Promise<void> {
  const { api } = retally;
  screen.title('1. What is sold, and to whom');
  await screen.during(`catalog, prices, mappings and ${ACCOUNTS} accounts through the feeds`, async () => {
    await setUpSample(api, ACCOUNTS);
    // On a new database the collections are made meanwhile.
    await projected(api, 120_000);
  });

  screen.title('2. Usage files become money');
  const files = options.own === undefined ? sampleFiles(options.records, ACCOUNTS) : [await ownFile(api, options.own)];
  const taken = await takeIn(api, files, screen);

  screen.title('3. What could not be rated waits in suspense');
  await showSuspense(api, screen);
  if (options.own === undefined) await healSuspense(api, screen);

  screen.title('4. Sums go to the billing system, and come back on invoices');
  await billIt(api, sandbox.api, screen);

  screen.title('5. One line, both ways');
  await traceBothWays(api, screen);

  screen.title('6. What must hold');
  await checkLaws({ api, sandbox: sandbox.api, taken, screen });
}

async function farewell(
  retally: RetallyServer,
  sandbox: SandboxServer,
  options: DemoOptions,
  screen: Screen,
): Promise<void> {
  screen.title('Now by hand');
  screen.line(`Swagger UI       ${retally.docsUrl}   (Authorize with the key below)`);
  screen.line(`API key          ${retally.key}`);
  screen.line(`Billing system   ${sandbox.url}/sandbox/ledger`);
  if (options.exit) return;
  screen.line('Ctrl-C ends both and removes the data of this run.');
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

try {
  await main();
} catch (error) {
  console.error(error instanceof WrongUsage ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = 1;
}
