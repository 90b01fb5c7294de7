import { sampleText, SampleWorld, type UsageFileView } from '../support/sample-world.js';

const ACCOUNTS = 20;
const SAMPLE = sampleText({ service: 'voice', records: 900, accounts: ACCOUNTS, seed: 5 }).trimEnd().split('\n');
const [HEADER = '', ...ALL_LINES] = SAMPLE;
/** Without the sample's own flaws: every line is a record of its own that becomes money. */
const LINES = ALL_LINES.filter(
  (line, index) => !/n\/a|TEST|4915999/.test(line) && ![133, 251, 621].includes(index % 1000),
);
const text = (lines: readonly string[]): string => `${[HEADER, ...lines].join('\n')}\n`;

interface Monetized {
  readonly id: string;
  readonly recordId: string;
}

let world: SampleWorld;
beforeAll(async () => {
  world = await SampleWorld.start({ accounts: ACCOUNTS });
}, 60_000);
afterAll(() => world.stop());

const charges = (): Promise<Monetized[]> => world.list<Monetized>('/v1/monetized-usage');

describe('the same again', () => {
  let first: UsageFileView;

  it('twenty uploads of the same bytes at the same moment: one is received, the others answer with it', async () => {
    const content = text(LINES.slice(0, 400));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => world.upload('voice', content, `copy-${index}.csv`)),
    );
    const ids = new Set(answers.map(({ fileId }) => fileId));
    expect(ids.size).toBe(1);
    expect(answers.filter(({ duplicateOf }) => duplicateOf === undefined)).toHaveLength(1);
    expect(answers.filter(({ duplicateOf }) => duplicateOf === answers[0]?.fileId)).toHaveLength(19);
    first = await world.ended(answers[0]!.fileId);
    expect(await world.list('/v1/usage-files')).toHaveLength(1);
    expect(first.phases.rating).toMatchObject({ processed: 400, suspended: 0 });
    expect(await charges()).toHaveLength(400);
  }, 60_000);

  it('the same bytes later, under another name: nothing is received', async () => {
    const again = await world.upload('voice', text(LINES.slice(0, 400)), 'another-name.csv');
    expect(again).toMatchObject({ fileId: first.fileId, duplicateOf: first.fileId });
    await world.app.settle();
    expect(await charges()).toHaveLength(400);
  });

  it('a file that shares half its records with an earlier one: those are duplicates, linked to the first', async () => {
    const file = await world.take('voice', text(LINES.slice(200, 600)), 'overlap.csv');
    expect(file.phases).toMatchObject({
      parseAndLoad: { total: 400, processed: 200, duplicate: 200, error: 0 },
      rating: { processed: 200, suspended: 0 },
    });
    const errors = await world.errors(file.fileId);
    expect(errors.map(({ outcome, code, detail }) => [outcome, code, detail])).toEqual(
      Array.from({ length: 200 }, (_, index) => ['DUPLICATE', 'DUPLICATE_RECORD', `${first.fileId}:${202 + index}`]),
    );
    const all = await charges();
    expect(all).toHaveLength(600);
    expect(new Set(all.map(({ recordId }) => recordId)).size).toBe(600);
  }, 60_000);

  it('two overlapping files at the same moment: each record is billed once, whoever comes first', async () => {
    const before = (await charges()).length;
    const uploads = await Promise.all([
      world.upload('voice', text(LINES.slice(600, 750)), 'left.csv'),
      world.upload('voice', text(LINES.slice(650, 800)), 'right.csv'),
    ]);
    const ended = [];
    for (const { fileId } of uploads) ended.push(await world.ended(fileId));
    expect(ended.reduce((sum, file) => sum + file.phases.parseAndLoad.duplicate, 0)).toBe(100);
    expect((await charges()).length - before).toBe(200);
  }, 60_000);

  it('a known record in a file that says something else: a conflict, reported, and not billed', async () => {
    const before = (await charges()).length;
    const [known = '', other = ''] = LINES.slice(10, 12);
    const changed = known.replace(/;\d+;$/, ';9999;');
    expect(changed).not.toBe(known);
    const file = await world.take('voice', text([changed, other]), 'changed.csv');
    expect(file.phases.parseAndLoad).toEqual({ total: 2, processed: 0, error: 1, duplicate: 1 });
    const [conflict, duplicate] = await world.errors(file.fileId);
    expect(conflict).toMatchObject({ line: 2, outcome: 'ERROR', code: 'IDENTITY_CONFLICT' });
    expect(conflict?.detail).toContain(`${first.fileId}:12`);
    expect(duplicate).toMatchObject({ line: 3, outcome: 'DUPLICATE', detail: `${first.fileId}:13` });
    expect(await charges()).toHaveLength(before);
  }, 60_000);

  it('a record twice in one file, once as it is and once changed: billed once', async () => {
    const before = (await charges()).length;
    const [fresh = ''] = LINES.slice(800, 801);
    const file = await world.take('voice', text([fresh, fresh, fresh.replace(/;\d+;$/, ';1;'), fresh]), 'inside.csv');
    expect(file.phases.parseAndLoad).toEqual({ total: 4, processed: 1, error: 1, duplicate: 2 });
    expect((await charges()).length - before).toBe(1);
  }, 60_000);

  it('knows them all, in any order', async () => {
    const before = (await charges()).length;
    expect(before).toBe(801);
    const file = await world.take('voice', text([...LINES.slice(0, 801)].reverse()), 'everything-again.csv');
    expect(file.phases.parseAndLoad).toMatchObject({ total: 801, processed: 0, error: 0, duplicate: 801 });
    expect(await charges()).toHaveLength(before);
  }, 60_000);
});
