import {
  identityFields,
  RECORD_ID_ATTRIBUTE,
  type ColumnSource,
  type ConstantSource,
  type MappingDefinition,
} from '../mapping/definition.js';
import { timeReader, type TimeReader } from '../mapping/time-reader.js';
import type { FileColumns } from './header.js';

/** Where a text comes from: a column of the file, or a constant when `index` is -1. */
export interface CompiledSource {
  readonly column: string | null;
  readonly index: number;
  readonly constant: string;
}

export interface CompiledTime {
  readonly column: string | null;
  readonly index: number;
  readonly format: string;
  readonly read: TimeReader;
  /** For constants: the first record's instant and the step by line. */
  readonly base: number;
  readonly stepMs: number;
  readonly firstLine: number;
}

/** A mapping definition resolved against the columns of one file. */
export interface CompiledMapping {
  readonly definition: MappingDefinition;
  readonly columnCount: number;
  readonly ignore: readonly { readonly index: number; readonly column: string; readonly values: ReadonlySet<string> }[];
  readonly serviceId: CompiledSource;
  readonly usageType: CompiledSource;
  readonly translate: ReadonlyMap<string, string> | undefined;
  readonly otherwise: string | undefined;
  readonly at: CompiledTime;
  readonly quantities: readonly (CompiledSource & { readonly name: string; readonly separator: '.' | ',' })[];
  readonly attributes: readonly (CompiledSource & { readonly name: string })[];
  /** Index of the record id column, which must not be empty; -1 when the identity is made of fields. */
  readonly recordIdAttribute: number;
  readonly identity: readonly string[];
}

export function compileMapping(definition: MappingDefinition, columns: FileColumns): CompiledMapping {
  const { fields, identity } = definition;
  const at = (column: string) => {
    const index = columns.index.get(column);
    if (index === undefined) throw new Error(`Column ${column} is not in the file: its header was not checked`);
    return index;
  };
  const source = (from: ColumnSource | ConstantSource): CompiledSource =>
    'column' in from
      ? { column: from.column, index: at(from.column), constant: '' }
      : { column: null, index: -1, constant: from.constant };
  const attributes = Object.entries(fields.attributes ?? {}).map(([name, from]) => ({ name, ...source(from) }));
  if ('column' in identity) attributes.push({ name: RECORD_ID_ATTRIBUTE, ...source(identity) });
  const translated = 'translate' in fields.usageType ? fields.usageType : undefined;
  return {
    definition,
    columnCount: columns.names.length,
    ignore: (definition.ignore ?? []).map((rule) => ({
      index: at(rule.column),
      column: rule.column,
      values: new Set(rule.in),
    })),
    serviceId: source(fields.serviceId),
    usageType: source(fields.usageType),
    translate: translated === undefined ? undefined : new Map(Object.entries(translated.translate)),
    otherwise: translated?.otherwise,
    at: compileTime(definition, at),
    quantities: Object.entries(fields.quantities).map(([name, from]) => ({
      name,
      separator: 'decimalSeparator' in from ? from.decimalSeparator : '.',
      ...source(from),
    })),
    attributes,
    recordIdAttribute: 'column' in identity ? attributes.length - 1 : -1,
    identity: identityFields(identity),
  };
}

function compileTime(definition: MappingDefinition, at: (column: string) => number): CompiledTime {
  const { at: time } = definition.fields;
  const firstLine = definition.format.header ? 2 : 1;
  if ('column' in time) {
    const read = timeReader(time.format, time.timeZone ?? 'UTC');
    return { column: time.column, index: at(time.column), format: time.format, read, base: 0, stepMs: 0, firstLine };
  }
  const base = Date.parse(time.constant);
  return { column: null, index: -1, format: '', read: () => base, base, stepMs: time.stepMs ?? 0, firstLine };
}
