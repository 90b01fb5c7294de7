import { readConfig } from './shared/config/read-config.js';
import type { Config } from './shared/config/config.js';
import { startServer, type Server } from './server.js';

/** Ends by a second signal, or when the grace is over: as the shell counts them, 128 + SIGINT. */
const FORCED = 130;

/** Errors of the start whose message says what to do: a stack would only hide it. */
const SAID_IN_WORDS: ReadonlySet<string> = new Set([
  'ConfigurationRefused',
  'DataDirInUse',
  'EventStoreRefused',
  'MongoDbUnusable',
]);

async function main(): Promise<void> {
  const config = readConfig(process.env);
  let server: Server | undefined;
  let stopping: Promise<void> | undefined;
  const stop = (signal: string) => {
    if (stopping !== undefined) process.exit(FORCED);
    print(`${signal}: finishing what is under way (again to end at once)`);
    setTimeout(() => process.exit(FORCED), config.shutdownMs).unref();
    stopping = starting
      .then(() => server?.stop())
      .then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const starting = startServer({ config }).then(async (started) => {
    server = started;
    if (stopping === undefined) await announce(started, config);
  });
  await starting;
  // Without its log's writer the process can only refuse: whoever watches it shall start it again.
  const error = await server?.died;
  if (stopping === undefined) fail(error);
}

async function announce(server: Server, config: Config): Promise<void> {
  for (const { tenant, key } of server.firstKeys) {
    print(`First API key of tenant ${tenant}, shown this once and stored nowhere: ${key}`);
  }
  if (config.auth === 'none') print('Authentication is switched off: only this machine is served');
  const url = await server.listen();
  print(`Retally listens on ${url}, Swagger UI at ${url}/docs`);
}

/** For the person at the terminal; programs read the JSON lines on standard output. */
function print(line: string): void {
  process.stderr.write(`${line}\n`);
}

function fail(error: unknown): never {
  const known = error instanceof Error && SAID_IN_WORDS.has(error.name);
  print(
    known ? error.message : `Retally ended: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  process.exit(1);
}

main().catch(fail);
