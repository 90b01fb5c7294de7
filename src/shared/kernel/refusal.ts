/**
 * A business "no": a stable code, a sentence that says what to do, and the facts it rests on. It carries no HTTP; a
 * module's `api/` maps codes to statuses in one table.
 */
export interface Refusal {
  /** `<module>/<what-is-wrong>`, for example `suspense/preview-stale`. */
  readonly code: string;
  /** One or two sentences for a person: what is wrong, with its ids, and what would be right. */
  readonly message: string;
  readonly facts?: Readonly<Record<string, unknown>>;
  /** When the request itself is wrong: every field at once, each by its path in the body. */
  readonly errors?: readonly FieldError[];
}

export interface FieldError {
  /** Where, as a path: `charges[0].tiers.steps[1].upTo`. */
  readonly path: string;
  readonly message: string;
}

export interface Refused {
  readonly refused: Refusal;
}

export function refuse(code: string, message: string, more: Omit<Refusal, 'code' | 'message'> = {}): Refused {
  return { refused: { code, message, ...more } };
}

export function isRefused(value: unknown): value is Refused {
  return typeof value === 'object' && value !== null && 'refused' in value;
}
