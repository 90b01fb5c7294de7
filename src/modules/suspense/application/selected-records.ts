import { parseRecordId } from '../../../shared/kernel/record-id.js';
import type { Condition, ReadModels } from '../../../shared/read-models/read-models.port.js';
import type { SuspenseSelection } from '../domain/events.js';
import { MAX_RECORDS_PER_REQUEST, type SelectedRecord } from '../domain/suspense.decider.js';
import { suspendedRecords, type SuspendedRecord } from '../projections/suspense.collections.js';

/** Records of one file, no more than one request event takes. */
export interface SelectedPart {
  readonly fileId: string;
  readonly records: readonly SelectedRecord[];
}

const PAGE = 1000;

/**
 * The open records of a selection, file by file and line by line, read a page at a time: a selection of millions needs
 * no more memory than one part.
 */
export async function* selectedParts(
  readModels: ReadModels,
  tenant: string,
  selection: SuspenseSelection,
): AsyncIterable<SelectedPart> {
  let fileId = '';
  let records: SelectedRecord[] = [];
  for await (const row of openRecords(readModels, tenant, selection)) {
    if ((row.fileId !== fileId && records.length > 0) || records.length >= MAX_RECORDS_PER_REQUEST) {
      yield { fileId, records };
      records = [];
    }
    fileId = row.fileId;
    records.push({ line: row.line, position: row.mediatedPosition, ordinal: row.ordinal, code: row.code });
  }
  if (records.length > 0) yield { fileId, records };
}

async function* openRecords(
  readModels: ReadModels,
  tenant: string,
  selection: SuspenseSelection,
): AsyncIterable<SuspendedRecord> {
  if (selection.recordIds !== undefined) {
    yield* namedRecords(readModels, tenant, selection, selection.recordIds);
    return;
  }
  const where = [...conditionsOf(selection), { field: 'status', op: 'eq', value: 'OPEN' } as const];
  let after: string | undefined;
  do {
    const page = await readModels.find(suspendedRecords, {
      tenant,
      where,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}

async function* namedRecords(
  readModels: ReadModels,
  tenant: string,
  selection: SuspenseSelection,
  recordIds: readonly string[],
): AsyncIterable<SuspendedRecord> {
  const addresses = [...new Set(recordIds)].flatMap((id) => parseRecordId(id) ?? []);
  addresses.sort((a, b) => (a.fileId < b.fileId ? -1 : a.fileId > b.fileId ? 1 : a.line - b.line));
  for (const address of addresses) {
    const row = await readModels.get(suspendedRecords, { tenant, fileId: address.fileId, line: address.line });
    if (row?.status === 'OPEN' && isSelected(row, selection)) yield row;
  }
}

function isSelected(row: SuspendedRecord, selection: SuspenseSelection): boolean {
  return (
    (selection.fileId === undefined || row.fileId === selection.fileId) &&
    (selection.errorCode === undefined || row.code === selection.errorCode) &&
    (selection.accountId === undefined || row.account === selection.accountId)
  );
}

/** The members of a selection that are fields of the rows; `inSuspense` lets the partial indexes answer. */
export function conditionsOf(selection: SuspenseSelection): Condition[] {
  const where: Condition[] = [{ field: 'inSuspense', op: 'eq', value: true }];
  if (selection.fileId !== undefined) where.push({ field: 'fileId', op: 'eq', value: selection.fileId });
  if (selection.errorCode !== undefined) where.push({ field: 'code', op: 'eq', value: selection.errorCode });
  if (selection.accountId !== undefined) where.push({ field: 'account', op: 'eq', value: selection.accountId });
  return where;
}
