import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';

export interface ReplayRun {
  readonly code: number | null;
  /** The last lines it printed. */
  readonly output: string;
}

/** Settings of the folder or servers to look at; a text is a data folder with everything in it. */
type Place = string | Readonly<Record<string, string>>;

/** Runs the replay tool on stores, as an auditor would; every line of its output goes to `onLine`. */
export async function replayTool(
  place: Place,
  args: readonly string[],
  onLine: (line: string) => void = () => undefined,
): Promise<ReplayRun> {
  const child = spawn(process.execPath, [resolve('dist/tools/replay/main.js'), ...args], {
    env: { PATH: process.env.PATH ?? '', ...(typeof place === 'string' ? { RETALLY_DATA_DIR: place } : place) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const last: string[] = [];
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  for await (const line of createInterface({ input: child.stdout })) {
    onLine(line);
    last.push(line);
    if (last.length > 60) last.shift();
  }
  return { code: await ended, output: [...last, ...errors].join('\n').slice(-8000) };
}

/** Recomputes every hash chain. @throws when one is broken. */
export async function verifyChains(place: Place): Promise<void> {
  const { code, output } = await replayTool(place, ['--verify']);
  if (code !== 0) throw new Error(`The chains of ${named(place)} do not verify:\n${output}`);
}

/** Builds every read model anew and compares. @throws when one differs from the live one. */
export async function compareReadModels(place: Place): Promise<void> {
  const { code, output } = await replayTool(place, []);
  if (code !== 0) throw new Error(`A rebuilt read model of ${named(place)} is not the live one:\n${output}`);
}

function named(place: Place): string {
  return typeof place === 'string' ? place : (place['RETALLY_STREAM_PREFIX'] ?? 'the log');
}

interface RatedEvent {
  readonly type: string;
  readonly data: {
    readonly head: {
      readonly sources: readonly { readonly fileId: string }[];
      readonly offers: readonly { readonly priceOfferId: string; readonly version: number }[];
    };
    readonly columns: Readonly<Record<string, readonly unknown[]>>;
  };
}

/** Every monetized record as its rated event has it: with its impacts and what it found before. One text each, sorted. */
export async function ratedRecords(place: Place): Promise<string[]> {
  const records: string[] = [];
  const { code, output } = await replayTool(place, ['--events'], (line) => {
    if (!line.includes('"type":"UsageBatchRated.v1"')) return;
    const { head, columns } = (JSON.parse(line) as RatedEvent).data;
    const cell = (name: string, row: number): unknown => columns[name]?.[row];
    for (let row = 0; row < (columns.line?.length ?? 0); row += 1) {
      const { fileId = '' } = head.sources[Number(cell('source', row))] ?? {};
      const id = `${fileId}:${String(cell('line', row))}:${String(cell('charge', row))}`;
      const fields = ['account', 'subscription', 'usageType', 'at', 'cycle', 'quantity', 'amount', 'impacts', 'before'];
      const offer = head.offers[Number(cell('offer', row))];
      records.push(JSON.stringify([id, offer, ...fields.map((name) => cell(name, row))]));
    }
  });
  if (code !== 0) throw new Error(`The events of ${named(place)} cannot be read:\n${output}`);
  return records.sort();
}
