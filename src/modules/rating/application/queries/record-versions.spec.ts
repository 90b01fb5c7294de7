import type { EventStore } from '../../../../shared/event-store/event-store.port.js';
import type { BillingLineage } from '../../../billing-sync/index.js';
import type { MonetizedRecord } from './monetized-usage.port.js';
import { RecordVersions } from './record-versions.js';

const billing: Pick<BillingLineage, 'lineOfRecord'> = {
  lineOfRecord: ({ prepaid }) => Promise.resolve({ state: prepaid ? 'PREPAID' : 'NOT_AGGREGATED' }),
};
const versions = new RecordVersions({} as EventStore, billing as BillingLineage);

/** As its rated event has it; a withdrawn version found nothing before it. */
function version(revision: number, usage: Pick<MonetizedRecord, 'prepaid' | 'before' | 'withdrawn'>): MonetizedRecord {
  return {
    ...usage,
    cause: { kind: 'MEDIATED' },
    address: { partition: 0, revision, actor: 'role:rate' },
  } as unknown as MonetizedRecord;
}

describe('what became of a record', () => {
  it.each([
    [true, 'PREPAID'],
    [false, 'NOT_AGGREGATED'],
  ])('prepaid %s: every version is %s, also the one that withdrew it', async (prepaid, state) => {
    const before = prepaid ? { balances: [], prepaid: {} } : null;
    const rated = version(0, { prepaid, before: before as MonetizedRecord['before'], withdrawn: false });
    const withdrawn = version(1, { prepaid, before: null, withdrawn: true });
    expect(await versions.describe('main', [rated, withdrawn])).toMatchObject([
      { record: withdrawn, current: true, billedIn: { state }, takenBackIn: null },
      { record: rated, current: false, billedIn: { state }, takenBackIn: { state } },
    ]);
  });
});
