import { mongo, Mongoose, type Connection, type Model } from 'mongoose';
import type { LeaseSeen, LeaseStore, Member, MemberSeen } from '../../lease-store.port.js';
import { leaseCollections, type LeaseDocument, type MemberDocument } from './lease-collections.js';

const DUPLICATE_KEY = 11_000;
/** Leases are small and few: more connections would only wait for each other. */
const MAX_CONNECTIONS = 4;

export interface MongoDbLeaseStoreOptions {
  /** A connection string, credentials included. */
  readonly uri: string;
  readonly database: string;
  /** Longest silence within one call, in milliseconds: a lease must not wait for longer than it lasts. */
  readonly timeoutMs: number;
}

/**
 * Members and leases in two collections of the read models' database. Each write is one document compared and set, with
 * majority; reads are of the majority too, at the primary. All of it can be thrown away: members join again, and no
 * effect depends on a lease.
 */
export class MongoDbLeaseStore implements LeaseStore {
  private readonly memberModel: Model<MemberDocument>;
  private readonly leaseModel: Model<LeaseDocument>;

  private constructor(private readonly connection: Connection) {
    const { members, leases } = leaseCollections(connection);
    this.memberModel = members;
    this.leaseModel = leases;
  }

  /** Rejects when no server answers within the time of a call. */
  static async open({ uri, database, timeoutMs }: MongoDbLeaseStoreOptions): Promise<MongoDbLeaseStore> {
    const connection = new Mongoose().createConnection();
    // Every call tells its own failure; without a listener an error of the connection would end the process.
    connection.on('error', () => undefined);
    await connection.openUri(uri, {
      dbName: database,
      maxPoolSize: MAX_CONNECTIONS,
      serverSelectionTimeoutMS: timeoutMs,
      connectTimeoutMS: timeoutMs,
      socketTimeoutMS: timeoutMs,
      waitQueueTimeoutMS: timeoutMs,
      retryWrites: true,
      writeConcern: { w: 'majority' },
      readPreference: 'primary',
      readConcernLevel: 'majority',
      bufferCommands: false,
      autoIndex: false,
      autoCreate: false,
    });
    return new MongoDbLeaseStore(connection);
  }

  async join({ id, host }: Member): Promise<void> {
    await this.memberModel.insertOne({ _id: id, host, beat: 0, groups: [], joinedAt: new Date() });
  }

  async beat(id: string, groups: readonly string[]): Promise<boolean> {
    const update = { $inc: { beat: 1 }, $set: { groups: [...groups] } };
    return (await this.memberModel.updateOne({ _id: id }, update)).matchedCount === 1;
  }

  async bury(id: string, beat: number): Promise<boolean> {
    return (await this.memberModel.deleteOne({ _id: id, beat })).deletedCount === 1;
  }

  async leave(id: string): Promise<void> {
    await this.memberModel.deleteOne({ _id: id });
  }

  async members(): Promise<readonly MemberSeen[]> {
    const found = await this.memberModel.find().lean<MemberDocument[]>();
    return found.map(({ _id, host, beat, groups }) => ({ id: _id, host, beat, groups }));
  }

  async leases(names: readonly string[]): Promise<readonly LeaseSeen[]> {
    if (names.length === 0) return [];
    const found = await this.leaseModel.find({ _id: { $in: [...names] } }).lean<LeaseDocument[]>();
    return found.map(({ _id, holder, epoch, askedBy }) => ({
      name: _id,
      epoch,
      ...(holder === null ? {} : { holder }),
      ...(askedBy === null ? {} : { askedBy }),
    }));
  }

  async claim(name: string, seen: LeaseSeen | undefined, member: string): Promise<number | undefined> {
    if (seen === undefined) return this.claimFirst(name, member);
    const epoch = seen.epoch + 1;
    const { matchedCount } = await this.leaseModel.updateOne(asSeen(seen), {
      $set: { holder: member, epoch, askedBy: null },
    });
    return matchedCount === 1 ? epoch : undefined;
  }

  async ask(seen: LeaseSeen, member: string): Promise<void> {
    await this.leaseModel.updateOne(asSeen(seen), { $set: { askedBy: member } });
  }

  async release(name: string, member: string, epoch: number): Promise<void> {
    const update = { $set: { holder: null, askedBy: null } };
    await this.leaseModel.updateOne({ _id: name, holder: member, epoch }, update);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  private async claimFirst(name: string, member: string): Promise<number | undefined> {
    try {
      await this.leaseModel.insertOne({ _id: name, holder: member, epoch: 1, askedBy: null });
      return 1;
    } catch (error) {
      if (error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY) return undefined;
      throw error;
    }
  }
}

function asSeen({ name, holder, epoch }: LeaseSeen): { _id: string; holder: string | null; epoch: number } {
  return { _id: name, holder: holder ?? null, epoch };
}
