import { listsOf, type TupleLists } from '../../../shared/kernel/tuple-lists.js';
import type { RatedBefore, RatedImpact, UsageBatchRatedColumns } from '../domain/events.js';
import type { UsageReratedColumns } from '../domain/runs/rerated-events.js';

/** What is summed up of the rows of an event: as they are now, or as they were before they were rated again. */
export interface SummedColumns {
  readonly cycle: readonly number[];
  readonly usageType: readonly string[];
  readonly currency: readonly string[];
  readonly quantity: readonly string[];
  readonly amount: readonly string[];
  readonly subscription: readonly string[];
  readonly impacts: TupleLists<RatedImpact>;
  /** Fields of the impacts. */
  readonly kinds: readonly RatedImpact[0][];
  readonly resources: readonly RatedImpact[1][];
  readonly quantities: readonly RatedImpact[2][];
  readonly amounts: readonly RatedImpact[4][];
  /** Where any row says where its balances are; it need not be read otherwise. */
  readonly before: readonly (RatedBefore | null)[] | undefined;
}

/** @param says whether any row says where its balances are. */
export function rowsNow(columns: UsageBatchRatedColumns | UsageReratedColumns, says: boolean): SummedColumns {
  const { cycle, usageType, currency, quantity, amount, subscription } = columns;
  const said = { cycle, usageType, currency, quantity, amount, subscription };
  return {
    ...said,
    ...impactsOf(listsOf<'impacts', RatedImpact>(columns, 'impacts')),
    before: says ? columns.before : undefined,
  };
}

/** What the rows of this event take the place of. */
export function rowsBefore(columns: UsageReratedColumns): SummedColumns {
  return {
    cycle: columns['old.cycle'],
    usageType: columns['old.usageType'],
    currency: columns['old.currency'],
    quantity: columns['old.quantity'],
    amount: columns['old.amount'],
    subscription: columns['old.subscription'],
    ...impactsOf(listsOf(columns, 'old.impacts')),
    before: columns['old.before'],
  };
}

function impactsOf(
  impacts: TupleLists<RatedImpact>,
): Pick<SummedColumns, 'impacts' | 'kinds' | 'resources' | 'quantities' | 'amounts'> {
  const [kinds, resources] = [impacts.field(0), impacts.field(1)];
  return { impacts, kinds, resources, quantities: impacts.field(2), amounts: impacts.field(4) };
}
