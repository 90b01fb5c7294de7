import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** What the folder of an index holds and how far it knows its stream. */
export interface Manifest {
  readonly stream: string;
  readonly seed: number;
  readonly revision: number;
  /** Hash of the stream's event at that revision. */
  readonly hash: string;
  /** File ids by ordinal. */
  readonly files: readonly string[];
  /** Segment file names, oldest first, with their entries. */
  readonly segments: readonly { readonly name: string; readonly entries: number }[];
  /** Number of the next segment file. */
  readonly next: number;
}

export const MANIFEST = 'manifest';

/** Undefined when there is none, or none that can be trusted. */
export function readManifest(folder: string, stream: string): Manifest | undefined {
  try {
    const text = readFileSync(join(folder, MANIFEST), 'utf8');
    const newline = text.indexOf('\n');
    const body = text.slice(newline + 1);
    if (text.slice(0, newline) !== String(crc32(body))) return undefined;
    const manifest = JSON.parse(body) as Manifest;
    return manifest.stream === stream && typeof manifest.hash === 'string' ? manifest : undefined;
  } catch {
    return undefined;
  }
}

export function writeManifest(folder: string, manifest: Manifest): void {
  const body = JSON.stringify(manifest);
  const path = join(folder, MANIFEST);
  const file = openSync(`${path}.part`, 'w');
  writeSync(file, `${crc32(body)}\n${body}`);
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.part`, path);
  const directory = openSync(folder, 'r');
  fsyncSync(directory);
  closeSync(directory);
}
