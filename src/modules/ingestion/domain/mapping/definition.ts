import type { UsageStreamKey } from '../events.js';

/**
 * How the lines of a source become canonical usage. A definition is plain JSON; `parseMappingDefinition` checks one and
 * names everything wrong with it. A saved version never changes: a file names the version it was read with.
 *
 *     {
 *       "sourcePlatform": "switch_1", "serviceType": "VOICE", "usageRecordType": "POSTPAID",
 *       "format": { "type": "DELIMITED", "delimiter": ";", "quote": "\"", "header": true },
 *       "fields": {
 *         "serviceId": { "column": "caller" },
 *         "usageType": { "column": "direction", "translate": { "MO": "VOICE_OUT" } },
 *         "at": { "column": "started", "format": "yyyy-MM-dd HH:mm:ss", "timeZone": "Europe/Berlin" },
 *         "quantities": { "seconds": { "column": "duration" } },
 *         "attributes": { "callee": { "column": "callee" } }
 *       },
 *       "ignore": [{ "column": "test", "in": ["1", "Y"] }],
 *       "identity": { "column": "cdr_id" }
 *     }
 */
export interface MappingDefinition extends UsageStreamKey {
  readonly format: DelimitedFormat;
  readonly fields: MappedFields;
  /** A record is `IGNORED` when the column of any rule holds one of its values, before anything else is read. */
  readonly ignore?: readonly IgnoreRule[];
  readonly identity: IdentityDefinition;
}

export interface DelimitedFormat {
  readonly type: 'DELIMITED';
  /** One ASCII character: `,` `;` `|` or a tab… */
  readonly delimiter: string;
  /** One ASCII character that may enclose a field and is doubled inside it; absent or null = no quoting at all. */
  readonly quote?: string | null;
  /** Whether the first line names the columns. Their order may differ from file to file. */
  readonly header: boolean;
  /** Without a header: the names of the columns, in order; every line has exactly these. */
  readonly columns?: readonly string[];
}

export interface ColumnSource {
  readonly column: string;
}
export interface ConstantSource {
  readonly constant: string;
}
/** Values found in the table become its usage type; others `otherwise`, or an error of the line when there is none. */
export interface TranslatedSource extends ColumnSource {
  readonly translate: Readonly<Record<string, string>>;
  readonly otherwise?: string;
}
/**
 * `ISO-8601` (an offset or `Z` wins over `timeZone`), `EPOCH_SECONDS` (fractions allowed), `EPOCH_MILLIS`, or a pattern of
 * `yyyy MM dd HH mm ss` and `S…` (as many digits of a second's fraction) with any other signs between them.
 */
export interface TimeColumnSource extends ColumnSource {
  readonly format: string;
  /** IANA name of the zone the local times are in. Needed by patterns; default UTC. */
  readonly timeZone?: string;
}
/** For a source that says no time: the first record is at `constant`, each later line `stepMs` after the line before. */
export interface ConstantTimeSource {
  /** RFC 3339 instant. */
  readonly constant: string;
  readonly stepMs?: number;
}
export interface QuantityColumnSource extends ColumnSource {
  /** Default `.`; the other sign is then an error, never a thousands separator. */
  readonly decimalSeparator?: '.' | ',';
}

export interface MappedFields {
  readonly serviceId: ColumnSource | ConstantSource;
  readonly usageType: ColumnSource | ConstantSource | TranslatedSource;
  readonly at: TimeColumnSource | ConstantTimeSource;
  /** At least one, by name: `seconds`, `bytes`, `inputTokens`. Never negative. */
  readonly quantities: Readonly<Record<string, QuantityColumnSource | ConstantSource>>;
  readonly attributes?: Readonly<Record<string, ColumnSource | ConstantSource>>;
}

export interface IgnoreRule {
  readonly column: string;
  readonly in: readonly string[];
}

/**
 * What makes a record this record and no other within source platform + service type + record type, for ever: the
 * source's record id (kept as the attribute `recordId`), or two or more canonical fields: `serviceId`, `usageType`,
 * `at`, `q.<quantity>`, `a.<attribute>`. A source without any identity may use the pseudo fields `$file` and `$line`: then
 * the same record in two different files is not recognised.
 */
export type IdentityDefinition = ColumnSource | { readonly fields: readonly string[] };

/** The attribute that keeps the source's record id. */
export const RECORD_ID_ATTRIBUTE = 'recordId';

/** The canonical fields of the identity, as `UsageBatchMediated` heads name them. */
export function identityFields(identity: IdentityDefinition): readonly string[] {
  return 'column' in identity ? [`a.${RECORD_ID_ATTRIBUTE}`] : identity.fields;
}
