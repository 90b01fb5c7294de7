import { randomUUID } from 'node:crypto';
import { copyFileSync, linkSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { IdentityIndexMoved } from '../../application/identity-index.port.js';
import { MANIFEST, readManifest, type Manifest } from './manifest.js';

/** A folder of a holder with a higher epoch is younger, unless epochs have begun anew: then it is left behind some day. */
const LEFT_BEHIND_MS = 86_400_000;

export interface KeptIndex {
  readonly folder: string;
  readonly manifest: Manifest;
}

/**
 * One stream's folder, with a folder of its own for every holder that has written: `<epoch>-<random>`.
 *
 *     <stream>/7-3f…/manifest, 0.segment, 1.segment         kept by an earlier holder
 *     <stream>/8-a1…/manifest, 0.segment, 1.segment, 2.…    links to its segments, and what came after
 *
 * Nobody writes in another's folder, and only a holder with a later epoch (or the same holder) removes one. What a
 * paused holder writes after all is as true as anything the stream says, and goes with its folder.
 */
export class HolderFolders {
  constructor(
    private readonly folder: string,
    private readonly epoch: number,
  ) {}

  /** What was kept, that which knows most of the stream first. */
  kept(stream: string): readonly KeptIndex[] {
    const found: KeptIndex[] = [];
    for (const name of entries(this.folder)) {
      const folder = join(this.folder, name);
      const manifest = readManifest(folder, stream);
      if (manifest !== undefined) found.push({ folder, manifest });
    }
    return found.sort((a, b) => b.manifest.revision - a.manifest.revision);
  }

  /**
   * A new folder with the segments another one holds: links, which last when the other folder is removed.
   * @throws IdentityIndexMoved when they are not there any more.
   */
  take(from: string | undefined, segments: readonly string[]): string {
    const folder = join(this.folder, `${this.epoch}-${randomUUID()}`);
    mkdirSync(folder, { recursive: true });
    if (from === undefined) return folder;
    try {
      for (const name of segments) linkOrCopy(join(from, name), join(folder, name));
      return folder;
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new IdentityIndexMoved(`The identity index in ${from} has gone to a later holder`);
    }
  }

  /** Removes what earlier holders left, once `own` is whole. */
  removeOthers(own: string): void {
    const now = modifiedAt(own);
    for (const name of entries(this.folder)) {
      const folder = join(this.folder, name);
      if (folder === own) continue;
      const epoch = Number(/^(\d+)-/.exec(name)?.[1] ?? -1);
      if (epoch <= this.epoch || now - modifiedAt(folder) > LEFT_BEHIND_MS) {
        rmSync(folder, { recursive: true, force: true });
      }
    }
  }
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Some shared file systems have no hard links. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    copyFileSync(from, to);
  }
}

/** By the clock of the volume, which is the same for all folders; now, for one that has gone in the meantime. */
function modifiedAt(folder: string): number {
  for (const path of [join(folder, MANIFEST), folder]) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined) return stat.mtimeMs;
  }
  return Infinity;
}
