import { link, lstat, mkdir, readdir, rename, unlink, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { UsageStreamKey } from '../../domain/events.js';
import type { WatchedFolders } from '../../application/watched-folders.port.js';

/** Where a file stands, by folder. */
export const FOLDERS = ['input', 'processing', 'processed', 'rejected'] as const;
export type FolderName = (typeof FOLDERS)[number];

/** A file as a scan found it; `stamp` changes whenever the file does, and is the same on every machine that sees it. */
export interface FoundFile {
  readonly name: string;
  readonly path: string;
  readonly stamp: string;
}

/** The tree `<home>/<tenant>/mediation/<source platform>/<service type>/<usage record type>/{input,…}`. */
export class FolderTree implements WatchedFolders {
  constructor(private readonly home: string) {}

  async makePlatform(tenant: string, sourcePlatform: string): Promise<void> {
    await mkdir(join(this.home, tenant, 'mediation', sourcePlatform), { recursive: true });
  }

  async makeUsageStream(tenant: string, key: UsageStreamKey): Promise<void> {
    for (const folder of FOLDERS) await mkdir(join(this.of(tenant, key), folder), { recursive: true });
  }

  of(tenant: string, { sourcePlatform, serviceType, usageRecordType }: UsageStreamKey): string {
    return join(this.home, tenant, 'mediation', sourcePlatform, serviceType, usageRecordType);
  }

  /** Regular files only, by name; a symlink, a pipe, a folder or a name with a leading dot (still arriving) is left alone. */
  async files(folder: string): Promise<readonly FoundFile[]> {
    const found: FoundFile[] = [];
    for (const name of (await readdir(folder)).sort()) {
      if (name.startsWith('.')) continue;
      const path = join(folder, name);
      const stat = await lstat(path).catch(() => undefined);
      if (stat?.isFile() !== true) continue;
      const stamp = [stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join('/');
      found.push({ name, path, stamp });
    }
    return found;
  }

  /** Moves a file to a sibling folder; when its name is taken there it gets a number. Answers its new path. */
  async move(stream: string, file: { readonly name: string; readonly path: string }, to: FolderName): Promise<string> {
    const { name, ext } = parse(file.name);
    for (let number = 1; ; number += 1) {
      const target = join(stream, to, number === 1 ? file.name : `${name}.${number}${ext}`);
      try {
        // A link fails where a rename would overwrite.
        await link(file.path, target);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
        if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
        // A file system without hard links: nothing but this role writes to the target folder.
        if ((await lstat(target).catch(() => undefined)) !== undefined) continue;
        await rename(file.path, target);
        return target;
      }
      await unlink(file.path);
      return target;
    }
  }

  /** Puts an explanation beside a moved file. */
  async explain(path: string, suffix: string, facts: object): Promise<void> {
    await writeFile(`${path}.${suffix}`, `${JSON.stringify(facts, undefined, 2)}\n`);
  }
}
