import { Schema, type Connection, type Model, type SchemaDefinition, type SchemaDefinitionProperty } from 'mongoose';
import type { CollectionSpec, FieldKind } from '../../read-models.port.js';
import { LOWER, RowDocument, type StoredRow } from './row-document.js';

export type RowModel = Model<StoredRow>;

/**
 * What casts the values of a filter. Decimals are numbers of the server's or texts (beyond 34 digits), so they are
 * taken as `row-document` made them.
 */
const TYPES: Readonly<Record<FieldKind, SchemaDefinitionProperty>> = {
  text: String,
  json: String,
  integer: Number,
  instant: Date,
  boolean: Boolean,
  decimal: Schema.Types.Mixed,
};

/** The mongoose models of a connection: one per declared collection and generation of its rows. */
export class CollectionModels {
  private readonly documents = new WeakMap<CollectionSpec, RowDocument>();
  private readonly models = new WeakMap<CollectionSpec, { readonly generation: number; readonly model: RowModel }[]>();
  private made = 0;

  constructor(private readonly connection: Connection) {}

  document(spec: CollectionSpec): RowDocument {
    const known = this.documents.get(spec);
    if (known !== undefined) return known;
    const document = new RowDocument(spec);
    this.documents.set(spec, document);
    return document;
  }

  model(spec: CollectionSpec, generation: number): RowModel {
    const models = this.models.get(spec) ?? [];
    const known = models.find((made) => made.generation === generation);
    if (known !== undefined) return known.model;
    // Rows that serve and rows that are being built: whatever is older is gone.
    for (const old of models.splice(0, models.length - 1)) this.connection.deleteModel(old.model.modelName);
    const model = this.makeModel(this.document(spec), generation);
    models.push({ generation, model });
    this.models.set(spec, models);
    return model;
  }

  private makeModel({ spec, fields }: RowDocument, generation: number): RowModel {
    const definition: SchemaDefinition = { _id: Schema.Types.Mixed, [LOWER]: Schema.Types.Mixed };
    for (const { name, kind, inKey } of fields) if (!inKey) definition[name] = TYPES[kind];
    const schema = new Schema(definition, {
      versionKey: false,
      strict: 'throw',
      // A field that is not declared is a defect, never a filter that is left out.
      strictQuery: 'throw',
      minimize: false,
      // Rows are read as plain objects: a field may be called as a method of documents is.
      suppressReservedKeysWarning: true,
      autoIndex: false,
      autoCreate: false,
    });
    this.made += 1;
    const collection = collectionName(spec.name, generation);
    return this.connection.model<StoredRow>(
      `${collection}#${this.made}`,
      schema as unknown as Schema<StoredRow>,
      collection,
    );
  }
}

/** A rebuild fills a collection of its own: `monetized-usage.3` is the third that was made. */
export function collectionName(name: string, generation: number): string {
  return `${name}.${generation}`;
}

/** The declared collection a name stands for; undefined for collections that are not ours. */
export function baseOfCollection(name: string): string | undefined {
  return /^([a-z][a-z0-9-]*)\.[1-9]\d*$/.exec(name)?.[1];
}
