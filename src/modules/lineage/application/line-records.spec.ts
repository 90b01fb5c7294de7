import type { AggregatedLineRow } from '../../billing-sync/index.js';
import type { GroupMember, MonetizedUsageReader, RecordGroup } from '../../rating/index.js';
import { MalformedCursor, recordsOfLines } from './line-records.js';

const COUNTS: Readonly<Record<string, number>> = { a: 3, b: 0, c: 5, d: 1 };

/** Members `<account>1`…; the cursor is the number of the last one. */
const monetized: Pick<MonetizedUsageReader, 'members'> = {
  members: ({ account }, { limit, after }) => {
    const from = Number(after ?? 0);
    const count = COUNTS[account] ?? 0;
    const ids = Array.from({ length: Math.min(limit, count - from) }, (_, index) => `${account}${from + index + 1}`);
    const end = from + ids.length;
    return Promise.resolve({
      items: ids.map((id) => ({ id }) as GroupMember),
      ...(end < count ? { next: String(end) } : {}),
    });
  },
};

async function* lines(...ids: string[]) {
  await Promise.resolve();
  for (const lineId of ids) {
    yield { line: { lineId } as AggregatedLineRow, group: { account: lineId } as RecordGroup };
  }
}

const read = (limit: number, after?: string, ids = ['a', 'b', 'c', 'd']) =>
  recordsOfLines(monetized as MonetizedUsageReader, lines(...ids), { limit, after });

describe('the records of lines', () => {
  it.each([1, 2, 3, 4, 9, 50])('come whole and in order in pages of %d', async (limit) => {
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = await read(limit, after);
      expect(page.items.length).toBeLessThanOrEqual(limit);
      ids.push(...page.items.map(({ member }) => member.id));
      after = page.next;
    } while (after !== undefined);
    expect(ids).toEqual(['a1', 'a2', 'a3', 'c1', 'c2', 'c3', 'c4', 'c5', 'd1']);
  });

  it('name the line each is summed into', async () => {
    const { items } = await read(4);
    expect(items.map(({ line }) => line.lineId)).toEqual(['a', 'a', 'a', 'c']);
  });

  it('refuse a cursor of other lines, and one that is none', async () => {
    const { next } = await read(2);
    await expect(read(2, next, ['c', 'd'])).rejects.toThrow(MalformedCursor);
    await expect(read(2, 'bm9uZQ')).rejects.toThrow(MalformedCursor);
  });
});
