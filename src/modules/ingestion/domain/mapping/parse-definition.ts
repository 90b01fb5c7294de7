import { Decimal } from '../../../../shared/kernel/decimal.js';
import type { FieldError } from '../../../../shared/kernel/refusal.js';
import { isTimeZone } from '../../../../shared/kernel/zone.js';
import { USAGE_RECORD_TYPES, type UsageRecordType } from '../events.js';
import { COORDINATE_RULE, isCoordinate, isUsageRecordType } from '../streams.js';
import {
  RECORD_ID_ATTRIBUTE,
  type ColumnSource,
  type ConstantSource,
  type DelimitedFormat,
  type IdentityDefinition,
  type IgnoreRule,
  type MappedFields,
  type MappingDefinition,
  type QuantityColumnSource,
} from './definition.js';
import { DefinitionReader, isObject, type Members } from './definition-reader.js';
import { timeFormatFault } from './time-reader.js';

export type ParsedDefinition = { readonly definition: MappingDefinition } | { readonly errors: readonly FieldError[] };

/** A column that holds record ids is `a.recordId` of the canonical record. */
const PSEUDO_FIELDS = ['$file', '$line'];

/** Checks a mapping definition of unknown content: the definition, or everything wrong with it, each by its path. */
export function parseMappingDefinition(value: unknown): ParsedDefinition {
  const reader = new DefinitionReader();
  const members = reader.object(value, '', [
    'sourcePlatform',
    'serviceType',
    'usageRecordType',
    'format',
    'fields',
    'ignore',
    'identity',
  ]);
  if (members === undefined) return { errors: reader.errors };
  const format = readFormat(reader, members['format']);
  const fields = readFields(reader, members['fields']);
  const ignore = members['ignore'] === undefined ? undefined : readIgnoreRules(reader, members['ignore']);
  const definition: MappingDefinition = {
    sourcePlatform: readCoordinate(reader, members, 'sourcePlatform'),
    serviceType: readCoordinate(reader, members, 'serviceType'),
    usageRecordType: readRecordType(reader, members['usageRecordType']),
    format,
    fields,
    ...(ignore === undefined ? {} : { ignore }),
    identity: readIdentity(reader, members['identity'], fields),
  };
  checkColumns(reader, definition);
  checkPrice(reader, definition);
  return reader.errors.length > 0 ? { errors: reader.errors } : { definition };
}

/** The names of all columns a definition reads. */
export function mappedColumns(definition: MappingDefinition): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  const note = (source: object, path: string) => {
    if ('column' in source && typeof source.column === 'string' && !paths.has(source.column)) {
      paths.set(source.column, path);
    }
  };
  const { fields } = definition;
  note(fields.serviceId, 'fields.serviceId.column');
  note(fields.usageType, 'fields.usageType.column');
  note(fields.at, 'fields.at.column');
  for (const [name, source] of Object.entries(fields.quantities)) note(source, `fields.quantities.${name}.column`);
  for (const [name, source] of Object.entries(fields.attributes ?? {}))
    note(source, `fields.attributes.${name}.column`);
  definition.ignore?.forEach((rule, index) => note(rule, `ignore[${index}].column`));
  note(definition.identity, 'identity.column');
  return paths;
}

function readCoordinate(reader: DefinitionReader, members: Members, name: string): string {
  const value = members[name];
  if (typeof value === 'string' && isCoordinate(value)) return value;
  reader.fail(name, `must be ${COORDINATE_RULE}`);
  return '';
}

function readRecordType(reader: DefinitionReader, value: unknown): UsageRecordType {
  if (isUsageRecordType(value)) return value;
  reader.fail('usageRecordType', `must be one of ${USAGE_RECORD_TYPES.join(', ')}`);
  return 'POSTPAID';
}

/** What keeps the price it came with must come with one. */
function checkPrice(reader: DefinitionReader, { usageRecordType, fields }: MappingDefinition): void {
  if (usageRecordType !== 'PRERATED' || 'amount' in fields.quantities) return;
  reader.fail(
    'fields.quantities.amount',
    'is missing: a PRERATED record keeps the price it comes with, which is its quantity "amount" (its currency, where it ' +
      'is not that of the account, the attribute "currency"; how many units it is the price of, the quantity "units")',
  );
}

function readFormat(reader: DefinitionReader, value: unknown): DelimitedFormat {
  const members = reader.object(value, 'format', ['type', 'delimiter', 'quote', 'header', 'columns']) ?? {};
  if (members['type'] !== 'DELIMITED') {
    reader.fail('format.type', 'must be DELIMITED: other formats are not read by this version');
  }
  const delimiter = readSign(reader, members['delimiter'], 'format.delimiter');
  const quoteGiven = members['quote'] !== undefined && members['quote'] !== null;
  const quote = quoteGiven ? readSign(reader, members['quote'], 'format.quote') : null;
  if (quote !== null && quote !== '' && quote === delimiter) {
    reader.fail('format.quote', 'must differ from the delimiter');
  }
  const header = members['header'];
  if (typeof header !== 'boolean') reader.fail('format.header', 'must be true or false');
  const named = members['columns'] !== undefined;
  if (header === true && named) reader.fail('format.columns', 'must be absent: the header line names the columns');
  if (header === false && !named) reader.fail('format.columns', 'must name the columns in order: there is no header');
  const columns = named ? reader.texts(members['columns'], 'format.columns') : undefined;
  if (columns !== undefined && new Set(columns).size !== columns.length) {
    reader.fail('format.columns', 'must not name a column twice');
  }
  return {
    type: 'DELIMITED',
    delimiter,
    quote,
    header: header === true,
    ...(columns === undefined ? {} : { columns }),
  };
}

function readSign(reader: DefinitionReader, value: unknown, path: string): string {
  if (typeof value === 'string' && value.length === 1 && /[\x01-\x09\x0b\x0c\x0e-\x7f]/.test(value)) {
    if (!/[A-Za-z0-9 ]/.test(value)) return value;
    reader.fail(path, 'must not be a letter, a digit or a space');
    return '';
  }
  reader.fail(path, 'must be one ASCII sign such as , ; | or a tab');
  return '';
}

function readFields(reader: DefinitionReader, value: unknown): MappedFields {
  const members = reader.object(value, 'fields', ['serviceId', 'usageType', 'at', 'quantities', 'attributes']) ?? {};
  const attributes =
    members['attributes'] === undefined
      ? undefined
      : reader.named(members['attributes'], 'fields.attributes', { min: 0, max: 50 }, (item, path) =>
          readSource(reader, item, path),
        );
  return {
    serviceId: readSource(reader, members['serviceId'], 'fields.serviceId'),
    usageType: readUsageType(reader, members['usageType']),
    at: readTime(reader, members['at']),
    quantities: reader.named(members['quantities'], 'fields.quantities', { min: 1, max: 20 }, (item, path) =>
      readQuantity(reader, item, path),
    ),
    ...(attributes === undefined ? {} : { attributes }),
  };
}

function readSource(reader: DefinitionReader, value: unknown, path: string): ColumnSource | ConstantSource {
  const members = oneOf(reader, value, path, ['column'], ['constant']);
  if (members === undefined) return { constant: '' };
  return 'column' in members
    ? { column: reader.text(members['column'], `${path}.column`) }
    : { constant: reader.text(members['constant'], `${path}.constant`, 1000) };
}

function readUsageType(reader: DefinitionReader, value: unknown): MappedFields['usageType'] {
  const path = 'fields.usageType';
  if (!isObject(value) || !('translate' in value)) return readSource(reader, value, path);
  const members = reader.object(value, path, ['column', 'translate', 'otherwise']) ?? {};
  const table = members['translate'];
  const entries = isObject(table) ? Object.entries(table) : [];
  if (entries.length === 0 || entries.length > 1000) {
    reader.fail(`${path}.translate`, 'must be an object of 1 to 1000 values and their usage types');
  }
  return {
    column: reader.text(members['column'], `${path}.column`),
    translate: Object.fromEntries(
      entries.map(([from, to]) => [from, reader.text(to, `${path}.translate.${from}`)] as const),
    ),
    ...(members['otherwise'] === undefined
      ? {}
      : { otherwise: reader.text(members['otherwise'], `${path}.otherwise`) }),
  };
}

function readTime(reader: DefinitionReader, value: unknown): MappedFields['at'] {
  const path = 'fields.at';
  const members = oneOf(reader, value, path, ['column', 'format', 'timeZone'], ['constant', 'stepMs']);
  if (members === undefined) return { constant: '' };
  if ('constant' in members) return readConstantTime(reader, members, path);
  const format = reader.text(members['format'], `${path}.format`);
  const fault = format === '' ? undefined : timeFormatFault(format);
  if (fault !== undefined) reader.fail(`${path}.format`, fault);
  const zone = members['timeZone'];
  if (zone !== undefined && (typeof zone !== 'string' || !isTimeZone(zone))) {
    reader.fail(`${path}.timeZone`, 'must be an IANA time zone such as Europe/Berlin or UTC');
  }
  const isPattern = !['ISO-8601', 'EPOCH_SECONDS', 'EPOCH_MILLIS'].includes(format);
  if (isPattern && format !== '' && zone === undefined) {
    reader.fail(`${path}.timeZone`, 'must say which zone the local times of the pattern are in, such as UTC');
  }
  return {
    column: reader.text(members['column'], `${path}.column`),
    format,
    ...(typeof zone === 'string' ? { timeZone: zone } : {}),
  };
}

function readConstantTime(reader: DefinitionReader, members: Members, path: string): MappedFields['at'] {
  const constant = reader.text(members['constant'], `${path}.constant`);
  if (
    !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(constant) ||
    Number.isNaN(Date.parse(constant))
  ) {
    reader.fail(`${path}.constant`, 'must be an instant such as 2024-01-01T00:00:00Z');
  }
  const step = members['stepMs'];
  if (step === undefined) return { constant };
  if (typeof step !== 'number' || !Number.isSafeInteger(step) || step < 0 || step > 86_400_000) {
    reader.fail(`${path}.stepMs`, 'must be a whole number of milliseconds from 0 to 86400000');
    return { constant };
  }
  return { constant, stepMs: step };
}

function readQuantity(reader: DefinitionReader, value: unknown, path: string): QuantityColumnSource | ConstantSource {
  const members = oneOf(reader, value, path, ['column', 'decimalSeparator'], ['constant']);
  if (members === undefined) return { constant: '0' };
  if ('constant' in members) {
    const constant = members['constant'];
    const decimal = typeof constant === 'string' ? Decimal.tryParse(constant) : undefined;
    if (decimal === undefined || decimal.isNegative()) {
      reader.fail(`${path}.constant`, 'must be a decimal text such as "1", not negative');
    }
    return { constant: decimal?.toString() ?? '0' };
  }
  const separator = members['decimalSeparator'];
  if (separator !== undefined && separator !== '.' && separator !== ',') {
    reader.fail(`${path}.decimalSeparator`, 'must be "." or ","');
  }
  return {
    column: reader.text(members['column'], `${path}.column`),
    ...(separator === ',' || separator === '.' ? { decimalSeparator: separator } : {}),
  };
}

function readIgnoreRules(reader: DefinitionReader, value: unknown): readonly IgnoreRule[] {
  if (!Array.isArray(value) || value.length > 50) {
    reader.fail('ignore', 'must be a list of up to 50 rules { column, in }');
    return [];
  }
  return value.map((item: unknown, index) => {
    const path = `ignore[${index}]`;
    const members = reader.object(item, path, ['column', 'in']) ?? {};
    return {
      column: reader.text(members['column'], `${path}.column`),
      in: readIgnored(reader, members['in'], `${path}.in`),
    };
  });
}

/** The empty text may be a value to ignore, unlike in other lists. */
function readIgnored(reader: DefinitionReader, value: unknown, path: string): readonly string[] {
  if (
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= 1000 &&
    value.every((item) => typeof item === 'string')
  ) {
    return value;
  }
  reader.fail(path, 'must be a list of 1 to 1000 texts');
  return [];
}

function readIdentity(reader: DefinitionReader, value: unknown, fields: MappedFields): IdentityDefinition {
  const members = oneOf(reader, value, 'identity', ['column'], ['fields']);
  if (members === undefined) return { fields: [] };
  if ('column' in members) {
    if (fields.attributes !== undefined && RECORD_ID_ATTRIBUTE in fields.attributes) {
      reader.fail(`fields.attributes.${RECORD_ID_ATTRIBUTE}`, 'is made by identity.column: name this one differently');
    }
    return { column: reader.text(members['column'], 'identity.column') };
  }
  const names = reader.texts(members['fields'], 'identity.fields', 20);
  const possible = [
    'serviceId',
    'usageType',
    'at',
    ...Object.keys(fields.quantities).map((name) => `q.${name}`),
    ...Object.keys(fields.attributes ?? {}).map((name) => `a.${name}`),
    ...PSEUDO_FIELDS,
  ];
  names.forEach((name, index) => {
    if (name !== '' && !possible.includes(name)) {
      reader.fail(`identity.fields[${index}]`, `is no field of this mapping: ${possible.join(', ')} are`);
    }
  });
  if (new Set(names).size !== names.length) reader.fail('identity.fields', 'must not name a field twice');
  if (names.length === 1) {
    reader.fail('identity.fields', 'must name two or more fields: one alone is a record id, say { "column": … }');
  }
  return { fields: names };
}

/** An object with the members of exactly one of two shapes, told apart by the first member of each. */
function oneOf(
  reader: DefinitionReader,
  value: unknown,
  path: string,
  first: readonly string[],
  second: readonly string[],
): Members | undefined {
  const [a, b] = [first[0] ?? '', second[0] ?? ''];
  if (!isObject(value) || a in value === b in value) {
    reader.fail(path, `must be { ${first.join(', ')} } or { ${second.join(', ')} }`);
    return undefined;
  }
  return reader.object(value, path, a in value ? first : second);
}

function checkColumns(reader: DefinitionReader, definition: MappingDefinition): void {
  const { columns } = definition.format;
  if (columns === undefined) return;
  for (const [column, path] of mappedColumns(definition)) {
    if (column !== '' && !columns.includes(column)) {
      reader.fail(path, `"${column}" is not among format.columns: ${columns.join(', ')}`);
    }
  }
}
