import { access } from 'node:fs/promises';
import { parseArgs } from 'node:util';

export interface OwnFile {
  readonly path: string;
  /** Name of a sample mapping, or a JSON file with `{ mapping, definition }`. */
  readonly mapping: string;
}

export interface DemoOptions {
  /** Usage records in all, over four files. */
  readonly records: number;
  readonly exit: boolean;
  /** Absent: 3000, or any free one when that is taken. */
  readonly port?: number;
  readonly own?: OwnFile;
}

export const USAGE = `npm run demo -- [options]

  --records N      usage records in all, over four services (default 20000, from 4000 on)
  --exit           end when the job is done instead of staying up
  --port N         port of Retally (default 3000, or a free one)
  --file PATH --mapping NAME
                   rate a file of your own instead of the sample. NAME is a mapping of the sample (switch-calls,
                   smsc-messages, gateway-sessions, inference-requests) or a JSON file { "mapping": name, "definition": … }
                   in the form of POST /v1/mappings. The sample's customers have service ids such as
                   491510000003 (calls, messages, data) and sk-00000002 (tokens), from 2020 on; usage of others
                   waits in suspense

RETALLY_EVENT_STORE and RETALLY_READ_MODELS put the run on servers: with a stream prefix and a database of its own.`;

export class WrongUsage extends Error {}

/** Undefined when only help was asked for. @throws WrongUsage */
export async function readOptions(args: string[]): Promise<DemoOptions | undefined> {
  const values = parse(args);
  if (values.help === true) return undefined;
  const records = Number(values.records);
  if (!Number.isInteger(records) || records < 4000) throw new WrongUsage('--records takes a whole number from 4000 on');
  const own = await readOwnFile(values.file, values.mapping);
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65_536))
    throw new WrongUsage('--port takes a port number');
  return {
    records,
    exit: values.exit === true,
    ...(port === undefined ? {} : { port }),
    ...(own === undefined ? {} : { own }),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        records: { type: 'string', default: '20000' },
        exit: { type: 'boolean' },
        port: { type: 'string' },
        file: { type: 'string' },
        mapping: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error));
  }
}

async function readOwnFile(path: string | undefined, mapping: string | undefined): Promise<OwnFile | undefined> {
  if (path === undefined && mapping === undefined) return undefined;
  if (path === undefined || mapping === undefined) throw new WrongUsage('--file and --mapping go together');
  for (const file of [path, ...(mapping.endsWith('.json') ? [mapping] : [])]) {
    await access(file).catch(() => {
      throw new WrongUsage(`${file} cannot be read`);
    });
  }
  return { path, mapping };
}
