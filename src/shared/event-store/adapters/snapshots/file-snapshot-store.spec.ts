import { mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSnapshotStore } from './file-snapshot-store.js';

describe('FileSnapshotStore', () => {
  let folder: string;
  let store: FileSnapshotStore;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retally-snapshots-'));
    store = await FileSnapshotStore.open(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const bytes = (text: string) => Buffer.from(text, 'utf8');
  const loaded = async (name: string) => {
    const snapshot = await store.load(name);
    return snapshot === undefined ? undefined : [snapshot.position, Buffer.from(snapshot.bytes).toString('utf8')];
  };
  const onlyFile = async () => join(folder, (await readdir(folder))[0]!);

  it('gives back what was saved, also after a restart', async () => {
    await store.save('rating-main.0', { position: 2 ** 53 - 1, bytes: bytes('balances') });
    store = await FileSnapshotStore.open(folder);
    expect(await loaded('rating-main.0')).toEqual([2 ** 53 - 1, 'balances']);
    expect(await loaded('rating-main.1')).toBeUndefined();
  });

  it('keeps names apart, whatever is in them, and stays in its folder', async () => {
    const names = ['a/b', 'a%2fb', 'A/b', '../a', '..', 'é', 'x'.repeat(300), `${'x'.repeat(300)}y`, ''];
    for (const [index, name] of names.entries()) await store.save(name, { position: index, bytes: bytes(name) });
    for (const [index, name] of names.entries()) expect(await loaded(name)).toEqual([index, name]);
    expect(await readdir(folder)).toHaveLength(names.length);
  });

  it('replaces the old one; the last save asked for is the one that stays', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => store.save('a', { position: n, bytes: bytes(`v${n}`) })));
    expect(await loaded('a')).toEqual([19, 'v19']);
    expect(await readdir(folder)).toHaveLength(1);
    await store.remove('a');
    expect(await loaded('a')).toBeUndefined();
    await store.remove('a');
  });

  it('answers undefined for any damage', async () => {
    await store.save('a', { position: 7, bytes: bytes('some bytes of a cache') });
    const path = await onlyFile();
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at += 1) {
      const damaged = Buffer.from(whole);
      damaged[at] = damaged[at]! ^ 1;
      await writeFile(path, damaged);
      expect(await loaded('a')).toBeUndefined();
    }
    await writeFile(path, whole);
    expect(await loaded('a')).toEqual([7, 'some bytes of a cache']);
    for (const length of [whole.length - 1, 47, 8, 0]) {
      await truncate(path, length);
      expect(await loaded('a')).toBeUndefined();
    }
  });

  it('removes what a crash left half written, but not a save that is under way', async () => {
    const old = join(folder, 'a.snapshot.1.part');
    const young = join(folder, 'a.snapshot.2.part');
    await writeFile(old, 'half');
    await writeFile(young, 'half');
    await utimes(old, 1, 1);
    await FileSnapshotStore.open(folder);
    expect(await readdir(folder)).toEqual(['a.snapshot.2.part']);
  });
});
