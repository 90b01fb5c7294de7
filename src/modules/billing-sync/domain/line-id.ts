/** `<runId>-<n>`, counted from 1 through the run. */
export function batchIdOf(runId: string, n: number): string {
  return `${runId}-${n}`;
}

/** `<batchId>-<n>`, counted from 1: sent to billing as client_record_id. */
export function lineIdOf(batchId: string, lineNo: number): string {
  return `${batchId}-${lineNo}`;
}

export interface LineAddress {
  readonly runId: string;
  readonly batchId: string;
  readonly lineNo: number;
}

export function parseLineId(text: string): LineAddress | undefined {
  const match = /^(([0-9a-z]{1,40})-[1-9]\d{0,8})-([1-9]\d{0,8})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { runId: match[2], batchId: match[1], lineNo: Number(match[3]) };
}
