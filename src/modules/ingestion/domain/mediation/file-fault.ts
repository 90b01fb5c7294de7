/** Why a file as a whole cannot be used; no line of it is billable then. */
export const FILE_FAULT_CODES = [
  'EMPTY_FILE',
  'INVALID_ENCODING',
  'NUL_BYTE',
  'WRONG_DELIMITER',
  'MISSING_COLUMN',
  'DUPLICATE_COLUMN',
  'COLUMN_COUNT_MISMATCH',
  'UNBALANCED_QUOTE',
  'RECORD_TOO_LONG',
] as const;
export type FileFaultCode = (typeof FILE_FAULT_CODES)[number];

export interface FileFaultFacts {
  readonly code: FileFaultCode;
  /** What is wrong and what to do, naming line and column. */
  readonly message: string;
  readonly line?: number;
  readonly column?: string;
}

/** Thrown by whoever reads a file and finds it unusable. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
  constructor(readonly facts: FileFaultFacts) {
    super(facts.message);
  }
}

/** A value as it may stand in a message: short, in quotes, control signs visible. */
export function shown(value: string): string {
  const short = value.length > 60 ? `${value.slice(0, 60)}…` : value;
  return JSON.stringify(short);
}
