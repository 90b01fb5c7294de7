import type { MappingDefinition } from '../mapping/definition.js';
import { mappedColumns } from '../mapping/parse-definition.js';
import { FileFault, shown } from './file-fault.js';

/** The columns of one file: their names in order. */
export interface FileColumns {
  readonly names: readonly string[];
  readonly index: ReadonlyMap<string, number>;
}

/** The columns of a file without a header, as its mapping names them. */
export function declaredColumns(names: readonly string[]): FileColumns {
  return { names, index: new Map(names.map((name, index) => [name, index])) };
}

/**
 * The columns a header line names; their order may be any.
 * @throws FileFault when a column that the mapping reads is missing or a name stands there twice.
 */
export function headerColumns(definition: MappingDefinition, texts: readonly string[], line: number): FileColumns {
  const names = texts.map((text) => text.trim());
  const index = new Map<string, number>();
  names.forEach((name, at) => {
    if (name !== '' && index.has(name)) {
      throw new FileFault({
        code: 'DUPLICATE_COLUMN',
        message: `Line ${line}: the header names the column ${shown(name)} twice, so nobody can say which one is meant`,
        line,
        column: name,
      });
    }
    index.set(name, at);
  });
  const missing = [...mappedColumns(definition).keys()].filter((column) => !index.has(column));
  if (missing.length > 0) throw missingColumns(definition, names, missing, line);
  return { names, index };
}

function missingColumns(
  definition: MappingDefinition,
  names: readonly string[],
  missing: readonly string[],
  line: number,
): FileFault {
  const first = missing[0] ?? '';
  const delimiter = definition.format.delimiter;
  const only = names[0] ?? '';
  if (names.length === 1) {
    const likely = [',', ';', '\t', '|'].find((sign) => sign !== delimiter && only.includes(sign));
    const hint = likely === undefined ? '' : `; it has ${shown(likely)}, which may be the real delimiter`;
    return new FileFault({
      code: 'WRONG_DELIMITER',
      message: `Line ${line}: the header ${shown(only)} has no delimiter ${shown(delimiter)}${hint}. Correct the mapping's delimiter or the file`,
      line,
      column: first,
    });
  }
  const list = (items: readonly string[]) => items.slice(0, 20).map(shown).join(', ');
  return new FileFault({
    code: 'MISSING_COLUMN',
    message: `Line ${line}: the header has no column ${list(missing)}, which the mapping reads; its columns are ${list(names)}`,
    line,
    column: first,
  });
}
