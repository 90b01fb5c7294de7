import type { CodeCounts, SuspenseFile } from './suspense.collections.js';

/** What one event changes in a file's counts, by code: summed up first, so that a file's row is saved once an event. */
export class CountChanges {
  private readonly byCode = new Map<
    string,
    { open: number; reprocessing: number; resolved: number; message: string }
  >();

  opened(code: string): void {
    this.of(code).open += 1;
  }

  requested(code: string): void {
    const counts = this.of(code);
    counts.open -= 1;
    counts.reprocessing += 1;
  }

  answered(was: string, code: string | null): void {
    const before = this.of(was);
    before.reprocessing -= 1;
    if (code === null) before.resolved += 1;
    else this.of(code).open += 1;
  }

  /** Keeps the first message seen for a code as its example. */
  example(code: string, message: string): void {
    const counts = this.of(code);
    if (counts.message === '') counts.message = message;
  }

  applyTo(file: SuspenseFile, seen: number): SuspenseFile {
    const counts: Record<string, CodeCounts> = { ...file.counts };
    for (const [code, change] of this.byCode) {
      const before = counts[code] ?? { open: 0, reprocessing: 0, resolved: 0, message: '' };
      counts[code] = {
        open: before.open + change.open,
        reprocessing: before.reprocessing + change.reprocessing,
        resolved: before.resolved + change.resolved,
        message: before.message === '' ? change.message : before.message,
      };
    }
    const all = Object.values(counts);
    const codes = Object.keys(counts).filter((code) => isInSuspense(counts[code]));
    return {
      ...file,
      seen,
      counts,
      open: all.reduce((sum, each) => sum + each.open, 0),
      reprocessing: all.reduce((sum, each) => sum + each.reprocessing, 0),
      resolved: all.reduce((sum, each) => sum + each.resolved, 0),
      inSuspense: codes.length > 0,
      codes: codes.sort().join(' '),
    };
  }

  private of(code: string): { open: number; reprocessing: number; resolved: number; message: string } {
    let counts = this.byCode.get(code);
    if (counts === undefined) {
      counts = { open: 0, reprocessing: 0, resolved: 0, message: '' };
      this.byCode.set(code, counts);
    }
    return counts;
  }
}

function isInSuspense(counts: CodeCounts | undefined): boolean {
  return counts !== undefined && counts.open + counts.reprocessing > 0;
}
