import { Decimal } from '../../../../shared/kernel/decimal.js';
import { rateScheduleOf } from '../../../../shared/kernel/price-offer-id.js';
import { monetizedId, recordId } from '../../../../shared/kernel/record-id.js';
import {
  InvalidQuery,
  type CollectionSpec,
  type Condition,
  type Page,
  type ReadModels,
} from '../../../../shared/read-models/read-models.port.js';
import { ratingStream } from '../../domain/streams.js';
import { monetizedUsage, replacedUsage, type MonetizedRow, type ReplacedRow } from '../../projections/collections.js';
import type { LogEvents } from '../rater/log-events.js';
import type { GroupMember, RecordGroup } from './monetized-usage.port.js';
import { isRerated } from './monetized-record.js';

interface MemberPage {
  readonly items: readonly GroupMember[];
  readonly next?: string;
}
type Found = MonetizedRow | ReplacedRow;

/**
 * The rows that the line of a group is made of. What a record is now and what it was before are rows of two collections;
 * a correction takes back in its own window, so a replaced row counts where it was made and again where it was replaced.
 */
export class GroupRows {
  constructor(
    private readonly readModels: ReadModels,
    private readonly events: LogEvents,
  ) {}

  async members(group: RecordGroup, page: { readonly limit: number; readonly after?: string }): Promise<MemberPage> {
    const { from, after } = begin(page.after);
    const items: GroupMember[] = [];
    let inner = after;
    for (let part = from; part < PARTS.length; part += 1) {
      const limit = page.limit - items.length;
      if (limit === 0) {
        if (await this.isEmpty(group, part)) continue;
        return { items, next: `${part}:` };
      }
      const found = await this.find(group, part, limit, inner);
      inner = undefined;
      for (const row of found.items) items.push(await this.member(group, row, PARTS[part]?.takes === true));
      if (found.next !== undefined) return { items, next: `${part}:${found.next}` };
    }
    return { items };
  }

  async totals(group: RecordGroup): Promise<{ records: number; quantity: string; amount: string }> {
    const { tenant } = group;
    let records = 0;
    const sums = { quantity: Decimal.ZERO, amount: Decimal.ZERO };
    const add = async (spec: CollectionSpec, where: readonly Condition[], sign: 1 | -1): Promise<void> => {
      for (const field of ['quantity', 'amount'] as const) {
        const sum = Decimal.parse(await this.readModels.sum(spec, field, { tenant, where }));
        sums[field] = sign === 1 ? sums[field].plus(sum) : sums[field].minus(sum);
      }
    };
    for (const part of PARTS) {
      records += await this.readModels.count(part.spec, { tenant, where: conditionsOf(group, part) });
      if (part.takes !== true) await add(part.spec, conditionsOf(group, part), 1);
    }
    await add(replacedUsage, conditionsOf(group, TAKEN), -1);
    return { records, quantity: sums.quantity.toString(), amount: sums.amount.toString() };
  }

  private find(group: RecordGroup, part: number, limit: number, after?: string): Promise<Page<Found>> {
    const { spec, ...of } = PARTS[part] ?? CURRENT;
    return this.readModels.find(spec as CollectionSpec<Found>, {
      tenant: group.tenant,
      where: conditionsOf(group, of),
      sort: [{ field: 'at', direction: 'asc' }],
      limit,
      ...(after === undefined ? {} : { after }),
    });
  }

  private async isEmpty(group: RecordGroup, part: number): Promise<boolean> {
    return (await this.find(group, part, 1)).items.length === 0;
  }

  private async member(group: RecordGroup, found: Found, takes: boolean): Promise<GroupMember> {
    const { fileId, line, charge, at } = found;
    const named = { id: monetizedId(fileId, line, charge), recordId: recordId(fileId, line), at };
    if (takes && 'byRevision' in found) {
      const { byRevision: revision, byRow: row, version } = found;
      const [quantity, amount] = [negated(found.quantity), negated(found.amount)];
      return { ...named, version: version + 1, quantity, amount, revision, row };
    }
    const { version, revision, row } = found;
    const was = version === 1 ? NOTHING : await this.was(group, revision, row);
    return {
      ...named,
      version,
      quantity: minus(found.quantity, was.quantity),
      amount: minus(found.amount, was.amount),
      revision,
      row,
    };
  }

  /** What a correction took back from the group: nothing, when what it corrects was of another one. */
  private async was(group: RecordGroup, revision: number, row: number): Promise<{ quantity: string; amount: string }> {
    const event = await this.events.ratedIn(ratingStream(group.tenant, group.partition), revision);
    if (!isRerated(event)) throw new Error(`${event.stream}@${revision} is no correction, but row ${row} of it is one`);
    const { head, columns } = event.data;
    const schedule = rateScheduleOf(head.offers[columns['old.offer'][row] ?? -1]?.priceOfferId ?? '');
    const here =
      (columns['old.revision'][row] ?? null) !== null &&
      columns['old.subscription'][row] === group.subscription &&
      columns['old.usageType'][row] === group.usageType &&
      columns['old.currency'][row] === group.currency &&
      schedule === group.rateSchedule;
    if (!here) return NOTHING;
    return { quantity: columns['old.quantity'][row] ?? '0', amount: columns['old.amount'][row] ?? '0' };
  }
}

interface Part {
  readonly spec: CollectionSpec;
  /** The field with the revision by which a row is in the group's window. */
  readonly revision: 'revision' | 'byRevision';
  /** The row only takes away: what took its place is of another group. */
  readonly takes?: true;
}

const CURRENT: Part = { spec: monetizedUsage, revision: 'revision' };
const REPLACED: Part = { spec: replacedUsage, revision: 'revision' };
const TAKEN: Part = { spec: replacedUsage, revision: 'byRevision' };
const PARTS: readonly Part[] = [CURRENT, REPLACED, { ...TAKEN, takes: true }];
const NOTHING = { quantity: '0', amount: '0' };

/** An account is of one partition, so a range of that stream's revisions is a range of its rows' revisions. */
function conditionsOf(group: RecordGroup, { revision, takes }: Omit<Part, 'spec'>): readonly Condition[] {
  const conditions: Condition[] = [
    { field: 'account', op: 'eq', value: group.account },
    { field: revision, op: 'gte', value: group.fromRevision },
    { field: revision, op: 'lte', value: group.toRevision },
    { field: 'subscription', op: 'eq', value: group.subscription },
    { field: 'usageType', op: 'eq', value: group.usageType },
    { field: 'currency', op: 'eq', value: group.currency },
    { field: 'rateSchedule', op: 'eq', value: group.rateSchedule },
    { field: 'prepaid', op: 'eq', value: false },
  ];
  if (takes === true) conditions.push({ field: 'moved', op: 'eq', value: true });
  if (group.firstAt !== undefined) conditions.push({ field: 'at', op: 'gte', value: group.firstAt });
  if (group.lastAt !== undefined) conditions.push({ field: 'at', op: 'lte', value: group.lastAt });
  return conditions;
}

/** A cursor is the number of the part it is in, and that part's own cursor. */
function begin(cursor: string | undefined): { from: number; after?: string } {
  if (cursor === undefined) return { from: 0 };
  const match = /^([0-2]):(.*)$/.exec(cursor);
  if (match?.[1] === undefined) throw new InvalidQuery('after', 'This cursor is not the `next` of a page of records');
  return match[2] === undefined || match[2] === ''
    ? { from: Number(match[1]) }
    : { from: Number(match[1]), after: match[2] };
}

function negated(text: string): string {
  return Decimal.parse(text).negated().toString();
}

function minus(a: string, b: string): string {
  return Decimal.parse(a).minus(Decimal.parse(b)).toString();
}
