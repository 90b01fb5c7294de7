import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';

export interface ReplayRun {
  readonly code: number | null;
  /** The last lines it printed. */
  readonly output: string;
}

/** Settings of the folder or servers to look at; a text is a data folder with everything in it. */
export type Place = string | Readonly<Record<string, string>>;

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

/** Its name, for messages. */
export function named(place: Place): string {
  return typeof place === 'string' ? place : (place['RETALLY_STREAM_PREFIX'] ?? 'the log');
}
