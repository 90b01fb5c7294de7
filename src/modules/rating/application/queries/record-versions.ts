import { Inject, Injectable } from '@nestjs/common';
import { EVENT_STORE, type EventStore } from '../../../../shared/event-store/event-store.port.js';
import { BILLING_LINEAGE, type BillingLineage, type LineOfRecord } from '../../../billing-sync/index.js';
import { LogEvents } from '../rater/log-events.js';
import type { MonetizedRecord } from './monetized-usage.port.js';

/** A version of a monetized record, who made it and why, and where it was billed. */
export interface RecordVersion {
  readonly record: MonetizedRecord;
  /** It counts now: no other took its place. */
  readonly current: boolean;
  /** Who asked for it to be rated again, by a run or a reprocess; the role that rated it where nobody had to. */
  readonly actor: string;
  readonly reason: string | null;
  /** The line that it was added in. */
  readonly billedIn: LineOfRecord;
  /** The line that it was taken back in, when another version took its place. */
  readonly takenBackIn: LineOfRecord | null;
}

/** The events that asked for ratings; versions of one record share few of them. */
const REQUESTS_KEPT = 8;

/** What became of a record, version by version. */
@Injectable()
export class RecordVersions {
  private readonly requests: LogEvents;

  constructor(
    @Inject(EVENT_STORE) store: EventStore,
    @Inject(BILLING_LINEAGE) private readonly billing: BillingLineage,
  ) {
    this.requests = new LogEvents(store, REQUESTS_KEPT);
  }

  /** @param records every version of one charge, oldest first. @returns the newest first. */
  async describe(tenant: string, records: readonly MonetizedRecord[]): Promise<readonly RecordVersion[]> {
    const versions: RecordVersion[] = [];
    for (const [index, record] of records.entries()) {
      const next = records[index + 1];
      versions.unshift({
        record,
        current: next === undefined,
        ...(await this.askedBy(record)),
        billedIn: await this.lineAt(tenant, record, record.address.revision),
        takenBackIn: next === undefined ? null : await this.lineAt(tenant, record, next.address.revision),
      });
    }
    return versions;
  }

  private async askedBy({ cause, address }: MonetizedRecord): Promise<{ actor: string; reason: string | null }> {
    if (cause.kind === 'MEDIATED') return { actor: address.actor, reason: null };
    const { data, metadata } = await this.requests.at(cause.position);
    const said = (cause.kind === 'RUN' ? data : (data as { readonly head: unknown }).head) as {
      readonly reason?: unknown;
    };
    return { actor: metadata.actor, reason: typeof said.reason === 'string' ? said.reason : null };
  }

  /** The line of the record's group that the event at this revision is summed into. */
  private lineAt(tenant: string, record: MonetizedRecord, revision: number): Promise<LineOfRecord> {
    const { account, subscription, usageType, currency, rateSchedule, prepaid } = record;
    const { partition } = record.address;
    return this.billing.lineOfRecord({
      tenant,
      partition,
      revision,
      account,
      subscription,
      usageType,
      currency,
      rateSchedule,
      prepaid,
    });
  }
}

/** The version that stood in the log at an instant (epoch ms); undefined when none did yet. */
export function versionAt(records: readonly MonetizedRecord[], asOf: number): MonetizedRecord | undefined {
  return records.findLast((record) => Date.parse(record.address.recordedAt) <= asOf);
}
