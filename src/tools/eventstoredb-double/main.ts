import { parseArgs } from 'node:util';
import type { Secure } from './access.js';
import { EventStoreDbDouble } from './eventstoredb-double.js';

const USAGE =
  'node dist/tools/eventstoredb-double/main.js [--port 2113] [--file PATH] ' +
  '[--tls-key PATH --tls-certificate PATH --user NAME --password TEXT]';

const OPTIONS = {
  port: { type: 'string', default: '2113' },
  file: { type: 'string' },
  'tls-key': { type: 'string' },
  'tls-certificate': { type: 'string' },
  user: { type: 'string' },
  password: { type: 'string' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

function fail(message: string): never {
  console.error(`${message}\nUsage: ${USAGE}`);
  process.exit(2);
}

function readValues(): Values {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    return fail((error as Error).message);
  }
}

/** The client sends credentials over TLS alone, so they come together or not at all. */
function secureOf(values: Values): { secure?: Secure } {
  const { user, password } = values;
  const [keyFile, certificateFile] = [values['tls-key'], values['tls-certificate']];
  if ([keyFile, certificateFile, user, password].every((value) => value === undefined)) return {};
  if (keyFile === undefined || certificateFile === undefined || user === undefined || password === undefined) {
    return fail('--tls-key, --tls-certificate, --user and --password belong together: name all four, or none');
  }
  return { secure: { keyFile, certificateFile, user, password } };
}

async function start(values: Values): Promise<EventStoreDbDouble> {
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) fail(`--port ${values.port} is not a port: 0 to 65535`);
  const options = { port, ...(values.file === undefined ? {} : { file: values.file }), ...secureOf(values) };
  try {
    return await EventStoreDbDouble.start(options);
  } catch (error) {
    return fail(`It does not start: ${(error as Error).message}`);
  }
}

const values = readValues();
const double = await start(values);
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(1);
    stopping = true;
    void double.stop().then(() => process.exit(0));
  });
}

const kept = values.file === undefined ? 'in memory' : `in ${values.file}`;
const address = double.connectionString.replace(/:[^:@/]+@/, ':***@');
console.log(`EventStoreDB double at ${address} with its log ${kept}`);
