import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { FloorResult } from './floor.js';

export interface Floor {
  readonly recordsPerSecond: number;
  readonly seconds: number;
}

/** Runs the floor in a process of its own. */
export async function measureFloor(file: string, directory: string): Promise<Floor> {
  await mkdir(directory, { recursive: true });
  const script = fileURLToPath(new URL('./floor-main.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, file, directory]);
  const { records, seconds } = JSON.parse(stdout) as FloorResult;
  return { recordsPerSecond: Math.round(records / seconds), seconds: Number(seconds.toFixed(3)) };
}
