import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WatchFoldersTask } from '../../src/modules/ingestion/adapters/watched-folders/watch-folders.task.js';
import { sampleText, SampleWorld } from '../support/sample-world.js';

let world: SampleWorld;
let watch: WatchFoldersTask;
let folder: string;

beforeAll(async () => {
  world = await SampleWorld.start();
  watch = world.app.app.get(WatchFoldersTask);
  folder = join(world.app.config.homeDir, 'main', 'mediation', 'switch', 'VOICE', 'POSTPAID');
  await scan();
});
afterAll(() => world.stop());

const scan = (): Promise<void> => watch.scan(new AbortController().signal);
const inside = (name: string): string[] => readdirSync(join(folder, name)).sort();
async function scanUntil(done: () => boolean): Promise<void> {
  for (let round = 0; round < 200 && !done(); round += 1) {
    await scan();
    await world.app.settle();
  }
}

it('a file that is still being written is left alone; once it rests it is taken whole', async () => {
  const lines = sampleText({ service: 'voice', records: 400, accounts: 10 }).split('\n');
  const path = join(folder, 'input', 'slow.csv');
  // The role scans on its own as well; a growing file has another stamp for each of them.
  for (let from = 0; from < lines.length; from += 50) {
    appendFileSync(path, `${lines.slice(from, from + 50).join('\n')}${from + 50 < lines.length ? '\n' : ''}`);
    utimesSync(path, from, from);
    await scan();
    expect(inside('input')).toEqual(['slow.csv']);
    expect(inside('processing')).toEqual([]);
  }
  await scanUntil(() => existsSync(join(folder, 'processed', 'slow.csv')));
  expect([inside('input'), inside('processing')]).toEqual([[], []]);
  expect(readFileSync(join(folder, 'processed', 'slow.csv'), 'utf8')).toBe(lines.join('\n'));
  await world.app.settle();
  const [file] = await world.list<{ fileId: string; via: string }>('/v1/usage-files', { fileName: 'slow.csv' });
  expect(file).toMatchObject({ via: 'FOLDER', balance: { linesRead: 400, balanced: true } });
}, 60_000);

it('a bad one goes to rejected, with what is wrong beside it; the good one after it is not held up', async () => {
  writeFileSync(join(folder, 'input', 'a-bad.csv'), 'cdr;started;caller;callee;flag\n1;2;3;4;\n');
  writeFileSync(
    join(folder, 'input', 'b-good.csv'),
    sampleText({ service: 'voice', records: 20, accounts: 10, batch: 'g' }),
  );
  mkdirSync(join(folder, 'input', 'c-folder'));
  await scanUntil(
    () =>
      existsSync(join(folder, 'processed', 'b-good.csv')) &&
      existsSync(join(folder, 'rejected', 'a-bad.csv.problem.json')),
  );
  expect(inside('rejected')).toEqual(['a-bad.csv', 'a-bad.csv.problem.json']);
  expect(JSON.parse(readFileSync(join(folder, 'rejected', 'a-bad.csv.problem.json'), 'utf8'))).toMatchObject({
    code: 'MISSING_COLUMN',
    line: 1,
    column: 'seconds',
  });
  expect(inside('input')).toEqual(['c-folder']);
}, 60_000);
