import type { EventProof } from '../../../../shared/event-store/log-proof.js';
import type { PartitionWriter } from './partition-writer.js';
import type { RatingSnapshots } from './rating-snapshots.js';
import type { ReferenceLog } from './reference-log.js';

/** At a quiet moment this part of the usual distance between two snapshots is worth one. */
const QUIET = 8;
/** Reference data are worth a snapshot once they have grown by this part: while reading on, and at a quiet moment. */
const REFERENCE_GROWTH = { reading: 1 / 8, quiet: 1 / 32 };

/**
 * Decides when snapshots are taken. A partition is kept where nothing of it is in the making, which happens by itself
 * at the end of an input: no event is ever cut for a snapshot, so snapshots leave no trace in the log.
 */
export class RatingKeeper {
  /** The event handled last: everything up to it is in what is kept. */
  private seen: EventProof | undefined;
  /** Of all events handled, in what they cost to read again. */
  private work = 0;
  private readonly keptAt = new WeakMap<PartitionWriter, number>();
  private tenantsKeptAt = 0;
  private sweptAt = 0;

  constructor(
    private readonly snapshots: RatingSnapshots,
    private readonly reference: ReferenceLog,
    /** Work between two snapshots of a partition, at least. */
    private readonly every: number,
  ) {}

  opened(writers: readonly PartitionWriter[]): void {
    for (const writer of writers) if (!this.keptAt.has(writer)) this.keptAt.set(writer, this.work);
  }

  handled(seen: EventProof, work: number): void {
    this.seen = seen;
    this.work += work;
  }

  /** What was said of the log past `position` does not hold of partitions that have come in since. */
  readAgainFrom(position: number): void {
    if (this.seen !== undefined && this.seen.position > position) this.seen = undefined;
  }

  /** While reading on: those of the writers whose time has come and that have nothing in the making. */
  async keepDue(writers: readonly PartitionWriter[]): Promise<void> {
    for (const writer of writers) {
      if (this.isWorth(writer, this.distance(writer)) && !writer.isFilling) {
        await writer.settled();
        await this.keepPartition(writer);
      }
    }
  }

  /** Whether to look at all partitions: some seldom have an input of their own. */
  get isSweepDue(): boolean {
    return this.work - this.sweptAt >= this.every;
  }

  /** @param names of the tenants that have had usage. */
  async sweep(writers: readonly PartitionWriter[], names: readonly string[] | undefined): Promise<void> {
    this.sweptAt = this.work;
    await this.keepDue(writers);
    if (names !== undefined) await this.keepCommon(names, this.every, REFERENCE_GROWTH.reading);
  }

  /** When everything cut is in the log and nothing more is there to read. */
  async keepQuietly(writers: readonly PartitionWriter[], names: readonly string[] | undefined): Promise<void> {
    await this.keepAll(writers.filter((writer) => this.isWorth(writer, this.distance(writer) / QUIET)));
    if (names !== undefined) await this.keepCommon(names, this.every / QUIET, REFERENCE_GROWTH.quiet);
  }

  /** Those for which anything has come since they were kept last. */
  async keepNow(writers: readonly PartitionWriter[]): Promise<void> {
    await this.keepAll(writers.filter((writer) => this.isWorth(writer, 1)));
  }

  private async keepAll(writers: readonly PartitionWriter[]): Promise<void> {
    await Promise.all(writers.map((writer) => this.keepPartition(writer)));
  }

  /** Many balances take long to write: so they are written after so much more work. */
  private distance(writer: PartitionWriter): number {
    return Math.max(this.every, writer.ledger.size);
  }

  private isWorth(writer: PartitionWriter, work: number): boolean {
    return this.work - (this.keptAt.get(writer) ?? this.work) >= work;
  }

  private async keepPartition(writer: PartitionWriter): Promise<void> {
    const { seen } = this;
    if (seen === undefined || !writer.isClean) return;
    const state = await writer.toState();
    if (state === undefined) return;
    this.keptAt.set(writer, this.work);
    await this.snapshots.keepPartition(writer.stream, seen, state);
  }

  private async keepCommon(names: readonly string[], worth: number, growth: number): Promise<void> {
    await this.reference.keepWhenGrown(this.every / QUIET, growth);
    const { seen } = this;
    if (seen === undefined || this.work - this.tenantsKeptAt < worth) return;
    this.tenantsKeptAt = this.work;
    await this.snapshots.keepTenants(seen, names);
  }
}
