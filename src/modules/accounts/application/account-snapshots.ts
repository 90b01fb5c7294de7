import type { EventStore } from '../../../shared/event-store/event-store.port.js';
import { standsInLog, type EventProof } from '../../../shared/event-store/log-proof.js';
import type { SnapshotStore } from '../../../shared/event-store/snapshot-store.port.js';
import { ByteReader, ByteWriter } from '../../../shared/kernel/byte-stream.js';
import type { Logger } from '../../../shared/telemetry/logger.js';
import { FeedDirectory } from '../domain/feed-directory.js';

const NAME = 'accounts.directories';
/** Raised when the bytes change: older ones are then left aside. */
const FORMAT = 2;
/** One is worth it once so many facts are not in it, and the directories have grown by this part. */
const WORTH_FACTS = 20_000;
const WORTH_OF_ALL = 4;

/** The directories of all tenants as the log tells them up to an event. */
export interface KeptDirectories {
  readonly seen: EventProof;
  /** Facts that are in them. */
  readonly facts: number;
  readonly tenants: Map<string, FeedDirectory>;
}

/**
 * What the feed keeps so that its first message after a start need not wait until all accounts are read. It follows from
 * the log alone, so it is right whoever wrote it; what the log would contradict, or cannot be read, is left aside.
 */
export class AccountSnapshots {
  constructor(
    private readonly store: EventStore,
    private readonly snapshots: SnapshotStore,
    private readonly logger: Logger,
    private readonly least = WORTH_FACTS,
  ) {}

  /** @param facts in the directories. @param kept of them in the last snapshot. */
  isWorth(facts: number, kept: number): boolean {
    return facts - kept >= Math.max(this.least, kept / WORTH_OF_ALL);
  }

  async load(): Promise<KeptDirectories | undefined> {
    try {
      const snapshot = await this.snapshots.load(NAME);
      const kept = snapshot === undefined ? undefined : read(snapshot.bytes);
      if (kept === undefined || (await standsInLog(this.store, kept.seen))) return kept;
      this.logger.warn({ snapshot: NAME, seen: kept.seen }, 'A snapshot does not fit the log: it is left aside');
    } catch (error) {
      this.logger.warn({ err: error, snapshot: NAME }, 'A snapshot could not be read: all accounts are read instead');
    }
    return undefined;
  }

  /** One that cannot be written costs a longer wait some day, and no message now. */
  async save(kept: KeptDirectories): Promise<void> {
    try {
      await this.snapshots.save(NAME, { position: kept.seen.position, bytes: bytesOf(kept) });
    } catch (error) {
      this.logger.warn({ err: error, snapshot: NAME }, 'A snapshot could not be kept: the feed goes on without it');
    }
  }
}

function bytesOf({ seen, facts, tenants }: KeptDirectories): Uint8Array {
  const writer = new ByteWriter();
  writer.varint(FORMAT);
  writer.text(JSON.stringify(seen));
  writer.varint(facts);
  writer.varint(tenants.size);
  for (const [tenant, directory] of tenants) {
    writer.text(tenant);
    directory.write(writer);
  }
  return writer.written();
}

function read(bytes: Uint8Array): KeptDirectories | undefined {
  const reader = new ByteReader(bytes);
  if (reader.varint() !== FORMAT) return undefined;
  const seen = JSON.parse(reader.text()) as EventProof;
  const facts = reader.varint();
  const tenants = new Map<string, FeedDirectory>();
  for (let left = reader.varint(); left > 0; left -= 1) {
    const tenant = reader.text();
    const directory = FeedDirectory.read(reader);
    tenants.set(tenant, directory);
  }
  if (!reader.ended) throw new RangeError('Bytes are left over after the directories of accounts');
  return { seen, facts, tenants };
}
