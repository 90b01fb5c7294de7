import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { EvidenceLimits } from '../../evidence-store.port.js';
import { FolderEvidenceStore } from './folder-evidence-store.js';

const LIMITS: EvidenceLimits = { maxBytes: 50_000_000, maxContentBytes: 50_000_000, maxRatio: 200 };

describe('FolderEvidenceStore', () => {
  let folder: string;
  let store: FolderEvidenceStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'evidence-'));
    store = await FolderEvidenceStore.open({ folder, limits: LIMITS });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const text = Array.from({ length: 20_000 }, (_, line) => `${line};caller;${line * 7}`).join('\n');
  const parts = (bytes: Buffer, size: number) =>
    Readable.from(
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      ),
    );
  const partialFiles = () => readdir(join(folder, 'incoming'));
  const sealedFiles = async () => (await readdir(folder)).filter((name) => name !== 'incoming');
  const refusal = (bytes: Buffer, size = 4096) =>
    store.seal(parts(bytes, size)).then(
      () => 'sealed',
      (error: unknown) => (error as { code: string }).code,
    );

  it('seals plain bytes under their SHA-256 and gives them back exactly', async () => {
    const bytes = Buffer.from(text);
    const sealed = await store.seal(parts(bytes, 1000));
    expect(sealed).toEqual({
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
      compression: 'NONE',
      contentBytes: bytes.length,
    });
    expect((await collect(await store.openReceived(sealed.sha256))).equals(bytes)).toBe(true);
    expect((await collect(await store.openContent(sealed.sha256, 12_345))).equals(bytes.subarray(12_345))).toBe(true);
    expect(Buffer.from(await store.readContent(sealed.sha256, 77, 9)).equals(bytes.subarray(77, 86))).toBe(true);
    expect(await partialFiles()).toEqual([]);
  });

  it('seals a gzip as received and reads its content from any offset', async () => {
    const content = Buffer.from(text);
    const sealed = await store.seal(parts(gzipSync(content), 777));
    expect(sealed).toMatchObject({
      compression: 'GZIP',
      contentBytes: content.length,
      bytes: gzipSync(content).length,
    });
    expect((await collect(await store.openReceived(sealed.sha256))).equals(gzipSync(content))).toBe(true);
    for (const offset of [0, 1, 65_535, 65_536, 262_144, content.length - 1, content.length]) {
      expect((await collect(await store.openContent(sealed.sha256, offset))).equals(content.subarray(offset))).toBe(
        true,
      );
    }
    expect(Buffer.from(await store.readContent(sealed.sha256, 200_000, 50))).toEqual(
      content.subarray(200_000, 200_050),
    );
    await expect(store.readContent(sealed.sha256, content.length - 3, 4)).rejects.toThrow(RangeError);
  });

  it('takes concatenated gzip members as one content, and zero padding after them', async () => {
    const both = Buffer.concat([gzipSync('first\n'), gzipSync('second\n'), Buffer.alloc(3000)]);
    for (const size of [1, 7, 4096]) {
      const sealed = await store.seal(parts(both, size));
      expect(sealed.contentBytes).toBe(13);
      expect((await collect(await store.openContent(sealed.sha256))).toString()).toBe('first\nsecond\n');
    }
  });

  it('answers the same bytes with the same evidence, also when they come at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => store.seal(parts(Buffer.from(text), 5000))));
    expect(new Set(all.map((sealed) => sealed.sha256)).size).toBe(1);
    expect(await partialFiles()).toEqual([]);
  });

  describe('refuses, and keeps nothing of', () => {
    afterEach(async () => {
      expect(await partialFiles()).toEqual([]);
      expect(await sealedFiles()).toEqual([]);
    });
    const whole = gzipSync(Buffer.concat([Buffer.from(text), randomBytes(300_000)]));

    it('a gzip cut off anywhere', async () => {
      for (const kept of [0.1, 0.6, 0.99]) {
        expect(await refusal(whole.subarray(0, Math.floor(whole.length * kept)))).toBe('evidence/truncated');
      }
      expect(await refusal(whole.subarray(0, whole.length - 8))).toBe('evidence/truncated');
      expect(await refusal(whole.subarray(0, whole.length - 1))).toBe('evidence/truncated');
      expect(await refusal(whole.subarray(0, 2))).toBe('evidence/truncated');
    });

    it('a gzip with one flipped bit', async () => {
      for (const at of [Math.floor(whole.length / 3), whole.length - 100, whole.length - 6]) {
        const flipped = Buffer.from(whole);
        flipped[at] = flipped[at]! ^ 4;
        expect(await refusal(flipped)).toMatch(/^evidence\/(damaged|truncated)$/);
      }
    });

    it('bytes that are no gzip after the gzip, however they are cut into parts', async () => {
      const garbage = [Buffer.from('garbage'), Buffer.concat([Buffer.alloc(10), Buffer.from('x')])];
      for (const tail of garbage) {
        for (const size of [997, whole.length, whole.length + 5, 1_000_000]) {
          expect(await refusal(Buffer.concat([whole, tail]), size)).toBe('evidence/damaged');
        }
      }
    });

    it('an empty file and a gzip of nothing', async () => {
      expect(await refusal(Buffer.alloc(0))).toBe('evidence/empty');
      expect(await refusal(gzipSync(''))).toBe('evidence/empty');
    });

    it('a gzip bomb, before it is unpacked', async () => {
      const bomb = gzipSync(Buffer.alloc(40_000_000));
      expect(await refusal(bomb)).toBe('evidence/ratio');
    });

    it('more bytes than the limits allow, received or decompressed', async () => {
      store = await FolderEvidenceStore.open({ folder, limits: { ...LIMITS, maxBytes: 9, maxContentBytes: 1000 } });
      expect(await refusal(Buffer.from('ten bytes!'))).toBe('evidence/too-large');
      store = await FolderEvidenceStore.open({ folder, limits: { ...LIMITS, maxContentBytes: 1000 } });
      expect(await refusal(gzipSync('a'.repeat(1001)))).toBe('evidence/too-large');
      expect(await refusal(Buffer.alloc(1001, 'a'))).toBe('evidence/too-large');
    });

    it('a file whose sender goes away', async () => {
      const source = Readable.from(
        (function* () {
          yield Buffer.from('half a ');
          throw new Error('connection reset');
        })(),
      );
      await expect(store.seal(source)).rejects.toMatchObject({ code: 'evidence/truncated' });
    });
  });

  it('removes the partial files of dead processes when it opens, and only those', async () => {
    await writeFile(join(folder, 'incoming', 'dead.part'), 'x');
    await utimes(join(folder, 'incoming', 'dead.part'), 1_000_000, 1_000_000);
    await writeFile(join(folder, 'incoming', 'alive.part'), 'x');
    await FolderEvidenceStore.open({ folder, limits: LIMITS });
    expect(await partialFiles()).toEqual(['alive.part']);
  });

  it('says plainly that there is no such evidence, and takes no paths for names', async () => {
    await expect(store.openContent('0'.repeat(64))).rejects.toThrow('There is no evidence');
    await expect(store.openReceived('../../etc/passwd')).rejects.toThrow('not the hex SHA-256');
  });
});

async function collect(source: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of source as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
