/** Another process appended to the partition's stream: what is in memory is no longer the truth. */
export class PartitionTaken extends Error {
  override readonly name = 'PartitionTaken';
  constructor(readonly stream: string) {
    super(`Another writer has appended to ${stream}: reading it again`);
  }
}

/** The snapshot says something the log does not: it is of another log, or the log was restored from an older copy. */
export class StaleSnapshot extends Error {
  override readonly name = 'StaleSnapshot';
  constructor(readonly stream: string) {
    super(`The snapshot of ${stream} does not fit the log: it is left aside`);
  }
}
