import type { AggregatedLineRow } from '../../billing-sync/index.js';
import type { GroupMember, MonetizedUsageReader, RecordGroup } from '../../rating/index.js';

/** A row and the line it is summed into, with the group of that line. */
export interface LineRecord {
  readonly member: GroupMember;
  readonly line: AggregatedLineRow;
  readonly group: RecordGroup;
}

export interface LineRecordPage {
  readonly items: readonly LineRecord[];
  readonly next?: string;
}

/** The cursor is not one that this list made. */
export class MalformedCursor extends Error {
  override readonly name = 'MalformedCursor';
}

interface Cursor {
  readonly lineId: string;
  readonly after?: string;
}

/**
 * A page of monetized rows over lines in order: the rest of the line the cursor names, then the lines after it.
 * @throws MalformedCursor
 */
export async function recordsOfLines(
  monetized: MonetizedUsageReader,
  lines: AsyncIterable<{ readonly line: AggregatedLineRow; readonly group: RecordGroup | undefined }>,
  page: { readonly limit: number; readonly after?: string | undefined },
): Promise<LineRecordPage> {
  const from = page.after === undefined ? undefined : parseCursor(page.after);
  const items: LineRecord[] = [];
  let skipping = from !== undefined;
  for await (const { line, group } of lines) {
    if (skipping && line.lineId !== from?.lineId) continue;
    const after = skipping ? from?.after : undefined;
    skipping = false;
    if (items.length >= page.limit) return { items, next: cursorText({ lineId: line.lineId }) };
    if (group === undefined) continue;
    const members = await monetized.members(group, {
      limit: page.limit - items.length,
      ...(after === undefined ? {} : { after }),
    });
    items.push(...members.items.map((member) => ({ member, line, group })));
    if (members.next !== undefined) return { items, next: cursorText({ lineId: line.lineId, after: members.next }) };
  }
  if (skipping) throw new MalformedCursor('The cursor belongs to another line: start without `after`');
  return { items };
}

function cursorText(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function parseCursor(text: string): Cursor {
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Cursor> | null;
    const { lineId, after } = value ?? {};
    if (typeof lineId === 'string' && (after === undefined || typeof after === 'string')) {
      return after === undefined ? { lineId } : { lineId, after };
    }
  } catch {
    // Not ours: told below like any other text that is not ours.
  }
  throw new MalformedCursor('The cursor is not one that this list gave: start without `after`');
}
