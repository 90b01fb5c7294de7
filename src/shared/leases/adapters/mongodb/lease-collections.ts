import { Schema, type Connection, type Model } from 'mongoose';

export interface MemberDocument {
  readonly _id: string;
  readonly host: string;
  readonly beat: number;
  readonly groups: readonly string[];
  /** For people who look into the collection; nothing is decided by it. */
  readonly joinedAt: Date;
}

export interface LeaseDocument {
  readonly _id: string;
  /** null: released. */
  readonly holder: string | null;
  readonly epoch: number;
  readonly askedBy: string | null;
}

const SETTINGS = {
  versionKey: false,
  strict: 'throw',
  strictQuery: 'throw',
  autoIndex: false,
  autoCreate: false,
  writeConcern: { w: 'majority' },
} as const;

const memberSchema = new Schema<MemberDocument>(
  {
    _id: { type: String, required: true },
    host: { type: String, required: true },
    beat: { type: Number, required: true },
    groups: { type: [String], required: true },
    joinedAt: { type: Date, required: true },
  },
  { ...SETTINGS, collection: 'lease-members' },
);

const leaseSchema = new Schema<LeaseDocument>(
  {
    _id: { type: String, required: true },
    holder: { type: String, default: null },
    epoch: { type: Number, required: true },
    askedBy: { type: String, default: null },
  },
  { ...SETTINGS, collection: 'leases' },
);

export function leaseCollections(connection: Connection): {
  readonly members: Model<MemberDocument>;
  readonly leases: Model<LeaseDocument>;
} {
  return {
    members: connection.model<MemberDocument>('LeaseMember', memberSchema),
    leases: connection.model<LeaseDocument>('Lease', leaseSchema),
  };
}
