import type { MediatedSource } from '../../domain/events.js';
import type { RowEvent, StandingRow } from './answer-run.js';

/** The monetized rows an event says, each as its charge stands from there on. */
export function* standingRows(event: RowEvent, accounts: ReadonlySet<string> | undefined): Iterable<StandingRow> {
  const { data, revision } = event;
  const { columns, head } = data;
  const sources: readonly MediatedSource[] = head.sources.map(sourceOf);
  const again = event.type === 'UsageRerated.v1' ? event.data.columns : undefined;
  for (let row = 0; row < columns.account.length; row += 1) {
    const account = columns.account[row] ?? '';
    if (accounts?.has(account) === false) continue;
    const source = sources[columns.source[row] ?? -1];
    const offer = head.offers[columns.offer[row] ?? -1];
    if (source === undefined || offer === undefined)
      throw new Error(`Row ${row} of ${event.stream}/${revision} is broken`);
    yield {
      address: { revision, row },
      version: again?.version[row] ?? 1,
      withdrawn: again?.withdrawn[row] ?? false,
      source,
      line: columns.line[row] ?? 0,
      ordinal: columns.ordinal[row] ?? 0,
      charge: columns.charge[row] ?? 0,
      account,
      subscription: columns.subscription[row] ?? '',
      serviceId: columns.serviceId[row] ?? '',
      usageType: columns.usageType[row] ?? '',
      at: columns.at[row] ?? 0,
      cycle: columns.cycle[row] ?? 0,
      offer,
      currency: columns.currency[row] ?? '',
      quantity: columns.quantity[row] ?? '0',
      amount: columns.amount[row] ?? '0',
      impacts: columns.impacts[row] ?? [],
      before: columns.before[row] ?? null,
    };
  }
}

function sourceOf({ position, fileId, sourcePlatform, serviceType, usageRecordType }: MediatedSource): MediatedSource {
  return { position, fileId, sourcePlatform, serviceType, usageRecordType };
}
