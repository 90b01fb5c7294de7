/** What came of a job of a schedule, whichever module did it. Work items: total = pending + processed + error. */
export interface JobResult {
  readonly status: 'COMPLETED' | 'ERROR';
  readonly total: number;
  readonly pending: number;
  readonly processed: number;
  readonly error: number;
  /** What happened, for people. */
  readonly message: string;
}
