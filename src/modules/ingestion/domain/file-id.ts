/** Attempts after the first one was rejected get `-2`, `-3`… */
export function attemptId(base: string, attempt: number): string {
  return attempt === 1 ? base : `${base}-${attempt}`;
}
